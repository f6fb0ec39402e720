//! What is said of a live database: compared with what the database itself says when it is asked in another way.
//!
//! # How to add a subject
//!
//! A file here with its tests; what several need is below.

mod aggregates;
mod command;
mod jobs;
mod sequences;
mod sessions;
mod sizes;
mod unseen;

use migration_timescale::{
    Capability,
    inspect::{Answer, Inspection, TableState},
};
use sea_orm::DatabaseConnection;
use tests::{Backend, TestDatabase, fixtures::execute, scalar};

/// MariaDB shows waiting sessions and exact sizes to its administrator alone.
pub fn with_the_right_to_see_all(database: TestDatabase) -> TestDatabase {
    if database.backend() == Backend::Mariadb { database.as_administrator() } else { database }
}

pub async fn inspect(db: &DatabaseConnection) -> Inspection {
    let server = Capability::detect(db).await.unwrap();
    Inspection::of(db, server).await.unwrap()
}

pub fn found<T>(answer: &Answer<T>) -> &T {
    answer.found().expect("an answer")
}

pub fn table<'t>(inspection: &'t Inspection, name: &str) -> &'t TableState {
    found(&inspection.tables)
        .iter()
        .find(|table| table.name == name)
        .unwrap_or_else(|| panic!("{name}: {inspection:#?}"))
}

pub async fn number(db: &DatabaseConnection, sql: &str) -> i64 {
    scalar(db, sql).await.map_or(0, |text| text.parse().expect(&text))
}

/// An hourly aggregate over a hypertable, by SQL.
pub async fn readings(db: &DatabaseConnection) {
    execute(
        db,
        "CREATE TABLE readings (taken_at timestamptz NOT NULL, id serial, value double precision); \
         SELECT create_hypertable('readings', by_range('taken_at', INTERVAL '7 days'))",
    )
    .await;
    for sql in [
        "CREATE MATERIALIZED VIEW hourly WITH (timescaledb.continuous, timescaledb.materialized_only = false) AS \
         SELECT time_bucket('1 hour', taken_at) AS bucket, avg(value) FROM readings GROUP BY 1 WITH NO DATA",
        "CREATE MATERIALIZED VIEW daily WITH (timescaledb.continuous, timescaledb.materialized_only = true) AS \
         SELECT time_bucket('1 day', bucket) AS bucket, avg(avg) FROM hourly GROUP BY 1 WITH NO DATA",
        "INSERT INTO readings SELECT t, 1, 1 FROM generate_series(date_trunc('hour', now()) - INTERVAL '10 days', now(), INTERVAL '30 minutes') t",
        "CALL refresh_continuous_aggregate('hourly', NULL, date_trunc('hour', now()) - INTERVAL '4 hours')",
        "SELECT add_continuous_aggregate_policy('hourly', INTERVAL '3 hours', INTERVAL '30 minutes', INTERVAL '30 minutes')",
        "CREATE PROCEDURE divide(job_id integer, config jsonb) LANGUAGE plpgsql AS $$ BEGIN PERFORM 1 / 0; END $$",
        "SELECT add_job('divide', '1 hour', config => '{\"by\": 0}')",
        "SELECT alter_job(add_job('divide', '2 hours'), scheduled => false)",
    ] {
        execute(db, sql).await;
    }
}
