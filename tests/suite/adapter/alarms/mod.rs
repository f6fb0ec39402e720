//! core-server-adapter: what core-server does with it, on every backend.

use chrono::{DateTime, TimeDelta, Utc};
use core_server_adapter::{
    AdapterError, Database, DatabaseConfig,
    alarms::{Alarm, AlarmSeverity, AnomalyScore, NewAlarm},
};
use entity::alarms::alarm;
use sea_orm::{ConnectionTrait, EntityTrait, QueryOrder};
use tests::{TestDatabase, fixtures};

mod actions;
mod columnstore;
mod copy;
mod counts;
mod gate;
mod import;
mod lifecycle;
mod list;
mod raise;
mod sessions;
mod values;

/// Applies all revisions and connects, with several sessions where there are.
async fn migrated(database: TestDatabase) -> (TestDatabase, Database) {
    let database = database.up(None).await;
    let adapter = connect(&database, if database.has_one_session() { 1 } else { 4 }).await;
    (database, adapter)
}

/// The adapter, with so many sessions.
async fn connect(database: &TestDatabase, sessions: u32) -> Database {
    let config = DatabaseConfig::new(database.url()).unwrap().max_connections(sessions);
    let adapter = Database::connect(&config).await.unwrap();
    assert_eq!(adapter.has_one_session(), database.has_one_session());
    adapter
}

/// Every alarm as the entity reads it, oldest first.
async fn rows<C: ConnectionTrait>(db: &C) -> Vec<Alarm> {
    alarm::Entity::find().order_by_asc(alarm::Column::RaisedAt).order_by_asc(alarm::Column::Id).all(db).await.unwrap()
}

/// How many alarms there are.
async fn count<C: ConnectionTrait>(db: &C) -> u32 {
    fixtures::count(db, "alarms").await
}

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

/// So many minutes after the beginning of 2026, with microseconds.
fn minute(number: i64) -> DateTime<Utc> {
    fixtures::raised_at(0) + TimeDelta::minutes(number) + TimeDelta::microseconds(123_456)
}

fn score(score: f64) -> AnomalyScore {
    AnomalyScore::new(score).unwrap()
}

/// A threshold alarm.
fn hot(number: i64) -> NewAlarm {
    NewAlarm::threshold("pump-1", AlarmSeverity::Critical, minute(number)).value(104.2).threshold_value(100.0)
}

/// The column that an error is about, and which row of several.
fn invalid(error: &AdapterError) -> (&'static str, Option<usize>) {
    match error {
        AdapterError::InvalidValue { area: "alarms", table: "alarms", column, row, .. } => {
            let text = error.to_string();
            assert!(text.contains(&format!("alarms.{column} ")), "{text}");
            (column, *row)
        }
        other => panic!("not about a value: {other:?}"),
    }
}
