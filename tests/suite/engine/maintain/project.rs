//! A project of readings with hourly and daily summaries, the same on every backend.

use chrono::{DateTime, TimeDelta, Utc};
use migration_engine::Project;
use migration_timescale::{
    ContinuousAggregate, Hypertable, Interval, Number, RefreshPolicy, RetentionPolicy, TimescaleManager, moment_sql,
};
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, DbErr};
use sea_orm_migration::SchemaManager;
use tests::{
    fixtures::execute,
    inline::{self, Inline},
};

/// What the revision does and declares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Declares {
    /// Refreshes and retention, and adds the policies where there are some.
    All,
    /// The retention, and adds no policies.
    OnlyRetention,
}

pub const REVISION: &str = "m20260101_000000_create_readings";
/// Age at which readings go.
pub const KEPT: TimeDelta = TimeDelta::days(60);

pub fn project(declares: Declares) -> Project {
    inline::project(&[create_readings(declares)])
}

/// The same with one revision more, that has nothing to do with readings.
pub fn longer_project() -> Project {
    inline::project(&[create_readings(Declares::All), Inline::table("m20260102_000000_create_rooms", "rooms")])
}

pub fn hourly() -> ContinuousAggregate {
    ContinuousAggregate::on("readings", "readings_hourly")
        .bucket("bucket", "taken_at", Interval::hours(1))
        .group_by("sensor_id")
        .aggregate("max_value", "max(value)")
        .aggregate("readings", "count(*)")
}

pub fn daily() -> ContinuousAggregate {
    ContinuousAggregate::stacked_on(&hourly(), "readings_daily", Interval::days(1))
        .group_by("sensor_id")
        .aggregate("max_value", "max(max_value)")
        .aggregate_as("readings", Number::BigInt, "sum(readings)")
}

pub fn refresh_hourly() -> RefreshPolicy {
    RefreshPolicy::of(&hourly()).start_offset(Interval::hours(5)).end_offset(Interval::minutes(30))
}

pub fn refresh_daily() -> RefreshPolicy {
    RefreshPolicy::of(&daily()).start_offset(Interval::days(4)).end_offset(Interval::hours(1))
}

pub fn retention() -> RetentionPolicy {
    RetentionPolicy::of_table("readings", "taken_at", Interval::days(60)).keeps_until_summarised_by(&hourly())
}

fn create_readings(declares: Declares) -> Inline {
    Inline::new(REVISION, "", "")
        .up_by(move |manager| Box::pin(create(manager, declares)))
        .down_by(|manager| Box::pin(async { manager.drop_continuous_aggregates(&[hourly(), daily()]).await.map(drop) }))
        .back("DROP TABLE readings")
        .maintains(match declares {
            // The retention first: it is done last all the same.
            Declares::All => vec![retention().into(), refresh_hourly().into(), refresh_daily().into()],
            Declares::OnlyRetention => vec![retention().into()],
        })
}

async fn create(manager: &SchemaManager<'_>, declares: Declares) -> Result<(), DbErr> {
    let moment = match manager.get_database_backend() {
        DbBackend::MySql => "datetime(6)",
        DbBackend::Sqlite => "text",
        _ => "timestamptz",
    };
    let table = format!(
        "CREATE TABLE readings (taken_at {moment} NOT NULL, sensor_id varchar(255) NOT NULL, \
         value double precision NOT NULL, PRIMARY KEY (sensor_id, taken_at))"
    );
    manager.get_connection().execute_unprepared(&table).await?;
    manager.create_hypertable(&Hypertable::by_range("readings", "taken_at").chunk_interval("7 days")).await?;
    manager.create_continuous_aggregate(&hourly()).await?;
    manager.create_continuous_aggregate(&daily()).await?;
    if declares == Declares::All {
        manager.add_refresh_policy(&refresh_hourly()).await?;
        manager.add_refresh_policy(&refresh_daily()).await?;
        manager.add_retention_policy(&retention()).await?;
    }
    Ok(())
}

/// Two readings an hour of each of two sensors from `days` ago up to now. Gives how many.
pub async fn insert_history(db: &DatabaseConnection, days: i64) -> i64 {
    let from = Interval::hours(1).bucket_of(Utc::now() - TimeDelta::days(days));
    insert(db, from, days * 48).await
}

/// A reading of each of two sensors every half hour from a moment on, `count` times. Gives how many.
pub async fn insert(db: &DatabaseConnection, from: DateTime<Utc>, count: i64) -> i64 {
    let backend = db.get_database_backend();
    let rows: Vec<String> = (0..count)
        .flat_map(|number| {
            let at = moment_sql(backend, from + TimeDelta::minutes(30 * number));
            ["a", "b"].map(|sensor| format!("({at}, '{sensor}', {number}.5)"))
        })
        .collect();
    for some in rows.chunks(4000) {
        execute(db, &format!("INSERT INTO readings VALUES {}", some.join(", "))).await;
    }
    2 * count
}
