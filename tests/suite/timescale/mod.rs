//! The operations of `migration-timescale` on real servers: what they make, made twice, reverted to nothing, and what
//! becomes of them where the server has no such thing.

mod aggregate;
mod apache;
mod bucket;
mod columnstore;
mod elsewhere;
mod hypertable;
mod job;
mod maintenance;
mod policy;

use chrono::{DateTime, TimeDelta, Utc};
use migration_engine::schema::catalog::Catalog;
use migration_timescale::{Chunks, Columnstore, ContinuousAggregate, Interval, Number, TimescaleManager, moment_sql};
use sea_orm::{DatabaseConnection, DbBackend, DbErr, RuntimeErr};
use sea_orm_migration::{SchemaManager, prelude::*};
use tests::{TestDatabase, fixtures::execute};

/// Readings of two sensors, in a table as a revision makes it, with TimescaleDB a hypertable of days.
async fn readings(database: &TestDatabase) -> DatabaseConnection {
    let db = database.connect().await;
    let manager = SchemaManager::new(&db);
    let moment = match manager.get_database_backend() {
        DbBackend::MySql => "datetime(6)",
        DbBackend::Sqlite => "text",
        _ => "timestamptz",
    };
    execute(
        &db,
        &format!(
            "CREATE TABLE readings (taken_at {moment} NOT NULL, sensor_id varchar(255) NOT NULL, \
             value double precision NOT NULL, PRIMARY KEY (sensor_id, taken_at))"
        ),
    )
    .await;
    let hypertable = migration_timescale::Hypertable::by_range("readings", "taken_at").chunk_interval("1 day");
    manager.create_hypertable(&hypertable).await.unwrap();
    db
}

/// Monday, 5 January 2026.
fn monday() -> DateTime<Utc> {
    "2026-01-05T00:00:00Z".parse().unwrap()
}

/// Every ten minutes a reading of each sensor, from a moment on.
async fn insert(db: &DatabaseConnection, from: DateTime<Utc>, count: i32) {
    let backend = SchemaManager::new(db).get_database_backend();
    let rows: Vec<String> = (0..count)
        .flat_map(|number| {
            let at = from + TimeDelta::minutes(10 * i64::from(number)) + TimeDelta::microseconds(1);
            ["a", "b"].map(|sensor| format!("({}, '{sensor}', {number}.5)", moment_sql(backend, at)))
        })
        .collect();
    execute(db, &format!("INSERT INTO readings VALUES {}", rows.join(", "))).await;
}

/// Hours, days of these and weeks of these.
fn summaries() -> [ContinuousAggregate; 3] {
    let hourly = ContinuousAggregate::on("readings", "readings_hourly")
        .bucket("bucket", "taken_at", Interval::hours(1))
        .group_by("sensor_id")
        .aggregate("avg_value", "avg(value)")
        .aggregate("max_value", "max(value)")
        .aggregate("min_value", "min(value)")
        .aggregate("readings", "count(*)");
    let stacked = |below: &ContinuousAggregate, name: &str, width: Interval| {
        ContinuousAggregate::stacked_on(below, name, width)
            .group_by("sensor_id")
            .aggregate_as("avg_value", Number::Double, "sum(avg_value * readings) / sum(readings)")
            .aggregate("max_value", "max(max_value)")
            .aggregate("min_value", "min(min_value)")
            .aggregate_as("readings", Number::BigInt, "sum(readings)")
    };
    let daily = stacked(&hourly, "readings_daily", Interval::days(1));
    let weekly = stacked(&daily, "readings_weekly", Interval::weeks(1));
    [hourly, daily, weekly]
}

async fn catalog(db: &DatabaseConnection) -> Catalog {
    Catalog::read(db, "seaql_migrations").await.unwrap()
}

/// All chunks in the columnstore, where there is one.
async fn compress(db: &DatabaseConnection) {
    let manager = SchemaManager::new(db);
    let columnstore = Columnstore::on("readings").segment_by("sensor_id").order_by("taken_at DESC");
    manager.enable_columnstore(&columnstore).await.unwrap();
    manager.compress_chunks(&Chunks::of("readings")).await.unwrap();
}

/// What a server says an error is.
fn sqlstate(error: &DbErr) -> String {
    let (DbErr::Exec(RuntimeErr::SqlxError(error)) | DbErr::Query(RuntimeErr::SqlxError(error))) = error else {
        panic!("no error of the server: {error}");
    };
    let error = error.as_database_error().expect("an error of the server");
    error.code().expect("a code").into_owned()
}
