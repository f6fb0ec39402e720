//! A project that fills a column of a history in steps, in the columnstore where there is one.

use migration_engine::{Project, revision::batch::BatchedUpdate};
use migration_timescale::{Columnstore, Dialect, Hypertable, TimescaleManager};
use sea_orm::{ConnectionTrait, DbErr};
use sea_orm_migration::SchemaManager;

use crate::inline::{Inline, project as of};

/// The project. `rows` are those of one step.
pub fn project(rows: u32) -> Project {
    let made = Inline::new("m1_readings", "", "DROP TABLE readings").up_by(|manager| Box::pin(make(manager)));
    let filled = Inline::new("m2_filled", "", "")
        .outside_transaction()
        .up_by(move |manager| Box::pin(async move { change("'north'", "site IS NULL", rows, manager).await }))
        .down_by(move |manager| Box::pin(async move { change("NULL", "site = 'north'", rows, manager).await }));
    of(&[made, filled])
}

async fn make(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let time = match Dialect::of(manager.get_database_backend()) {
        Dialect::Postgres => "timestamptz",
        Dialect::MySql => "datetime",
        Dialect::Sqlite => "text",
    };
    let sql = format!(
        "CREATE TABLE readings (id integer NOT NULL, at {time} NOT NULL, sensor integer, site varchar(9), PRIMARY KEY (id, at))"
    );
    manager.get_connection().execute_unprepared(&sql).await?;
    manager.create_hypertable(&Hypertable::by_range("readings", "at").chunk_interval("7 days")).await?;
    let columnstore = Columnstore::on("readings").segment_by("sensor").order_by("at DESC");
    manager.enable_columnstore(&columnstore).await.map(drop)
}

async fn change(value: &str, of: &str, rows: u32, manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let update = BatchedUpdate::of("readings", &["id", "at"]).set(&format!("site = {value}")).rows_where(of);
    update.rows_at_a_time(rows).run(manager).await
}
