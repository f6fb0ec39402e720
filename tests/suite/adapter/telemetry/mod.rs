//! core-server-adapter's area telemetry: what core-server and the models do with it, on every backend.

#![allow(
    clippy::float_cmp,
    clippy::format_collect,
    clippy::items_after_statements,
    clippy::maybe_infinite_iter,
    clippy::type_complexity,
    reason = "values come back as they were written, to the last bit; tables of cases are written out"
)]

use chrono::{DateTime, Utc};
use core_server_adapter::{
    AdapterError, DatabaseConfig,
    telemetry::{NewReading, SensorReading, Telemetry},
};
use entity::telemetry::sensor_reading;
use migration::areas::telemetry::project;
use sea_orm::{ConnectionTrait, EntityTrait, QueryOrder};
use tests::{TestDatabase, fixtures};

use super::{AWKWARD, minute};

mod alerts;
mod buckets;
mod compare;
mod export;
mod features;
mod good;
mod import;
mod list;
mod maintenance;
mod missing;
mod operations;
mod readings;
mod sensors;
mod summary;
mod together;

/// Applies all revisions and connects, with several sessions where there are.
async fn migrated(database: TestDatabase) -> (TestDatabase, Telemetry) {
    database.up_of("telemetry", project, None).await;
    let telemetry = connect(&database, if database.has_one_session() { 1 } else { 4 }).await;
    (database, telemetry)
}

/// The adapter, with so many sessions.
async fn connect(database: &TestDatabase, sessions: u32) -> Telemetry {
    let config = DatabaseConfig::new(database.url()).unwrap().max_connections(sessions);
    let telemetry = Telemetry::connect(&config).await.unwrap();
    assert_eq!(telemetry.has_one_session(), database.has_one_session());
    telemetry
}

/// Every reading as the entity reads it, oldest first.
async fn rows<C: ConnectionTrait>(db: &C) -> Vec<SensorReading> {
    let mut rows =
        sensor_reading::Entity::find().order_by_asc(sensor_reading::Column::Timestamp).all(db).await.unwrap();
    rows.sort_by_key(key);
    rows
}

/// What a reading is known by, in the order of lists. The test's sensors sort alike in every collation.
fn key(reading: &SensorReading) -> (DateTime<Utc>, String) {
    (reading.timestamp.to_utc(), reading.sensor_id.clone())
}

/// How many rows a table of the area has.
async fn count<C: ConnectionTrait>(db: &C, table: &str) -> u32 {
    fixtures::count(db, table).await
}

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

/// A reading of a sensor, its value following from the number.
fn reading(sensor: &str, number: u32) -> NewReading {
    NewReading::new(sensor, minute(i64::from(number)), value(number))
}

/// Numbers without an order.
fn value(number: u32) -> f64 {
    f64::from(number.wrapping_mul(2_654_435_761) >> 12) / 1000.0 - 500.0
}

/// The column that an error is about, and which row of several.
fn invalid(table: &str, error: &AdapterError) -> (&'static str, Option<usize>) {
    super::invalid("telemetry", table, error)
}
