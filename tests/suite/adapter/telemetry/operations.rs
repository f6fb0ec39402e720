//! Questions about the running database, and what can be put right.

use core_server_adapter::telemetry::{
    NewReading, Telemetry,
    inspect::{Answer, Sequence, SequenceState, TableKind},
};
use sea_orm::ConnectionTrait;
use tests::{Backend, TestDatabase, on_every_backend};

use super::{migrated, minute, reading};

on_every_backend!(every_question_is_answered_or_says_why_not, a_healthy_sequence_is_left_alone);
on_every_backend!(only: [postgres, timescaledb], "elsewhere a column numbers itself"; a_lost_number_default_is_put_back);

async fn every_question_is_answered_or_says_why_not(database: TestDatabase) {
    let (database, telemetry) = migrated(database).await;
    let new: Vec<NewReading> = (0..500).map(|number| reading("s", number * 60)).collect();
    telemetry.readings().insert_many(&new).await.unwrap();
    let operations = telemetry.operations();
    let timescale = database.backend() == Backend::Timescale;
    assert_eq!(operations.capability().await.unwrap().has_continuous_aggregates(), timescale);
    assert!(operations.storage().await.unwrap().found().is_some());
    match operations.hypertables().await.unwrap() {
        Answer::Given { found } => {
            assert!(timescale);
            let readings = found.iter().find(|table| table.name == "sensor_readings").unwrap();
            assert!(readings.chunks.count >= 3 && readings.bytes.total > 0, "{readings:?}");
        }
        Answer::Unavailable { why } => assert!(!timescale && why.contains("needs"), "{why}"),
    }
    match operations.aggregates().await.unwrap() {
        Answer::Given { found } => assert!(timescale && found.len() == 3, "{found:?}"),
        Answer::Unavailable { why } => assert!(!timescale && !why.is_empty(), "{why}"),
    }
    match operations.jobs().await.unwrap() {
        Answer::Given { found } => assert!(timescale && found.jobs.len() >= 4, "{found:?}"),
        Answer::Unavailable { why } => assert!(!timescale && !why.is_empty(), "{why}"),
    }
    match operations.tables().await.unwrap() {
        Answer::Given { found } => {
            let sensors = found.iter().find(|table| table.name == "sensors").unwrap();
            assert!(matches!(sensors.kind, TableKind::Table), "{sensors:?}");
        }
        Answer::Unavailable { why } => assert!(database.backend() == Backend::Sqlite && !why.is_empty(), "{why}"),
    }
    let blocked = operations.blocked_sessions().await.unwrap();
    assert!(blocked.found().is_none_or(Vec::is_empty), "{blocked:?}");
    let all = operations.inspect().await.unwrap();
    assert_eq!(all.hypertables.found().is_some(), timescale);
    assert!(serde_json::to_value(&all).unwrap()["storage"].is_object());
}

/// The sequence that numbers the readings, where there is one.
async fn numbered(telemetry: &Telemetry) -> Option<Sequence> {
    match telemetry.operations().sequences().await.unwrap() {
        Answer::Given { found } => found.into_iter().find(|sequence| sequence.table == "sensor_readings"),
        Answer::Unavailable { .. } => None,
    }
}

async fn a_healthy_sequence_is_left_alone(database: TestDatabase) {
    let has_sequences = database.backend() != Backend::Sqlite;
    let (_database, telemetry) = migrated(database).await;
    telemetry.readings().insert(&reading("s", 0)).await.unwrap();
    let healthy = numbered(&telemetry).await;
    assert_eq!(healthy.is_some(), has_sequences);
    if let Some(healthy) = healthy {
        assert_eq!((healthy.column.as_str(), healthy.state), ("id", SequenceState::Ok));
        assert!(!telemetry.operations().repair_sequence(&healthy).await.unwrap(), "nothing to do");
    }
}

async fn a_lost_number_default_is_put_back(database: TestDatabase) {
    let (_database, telemetry) = migrated(database).await;
    telemetry.readings().insert(&reading("s", 0)).await.unwrap();
    let broken = "ALTER TABLE sensor_readings ALTER COLUMN id DROP DEFAULT";
    telemetry.connection().execute_unprepared(broken).await.unwrap();
    telemetry.readings().insert(&reading("s", 1)).await.unwrap_err();
    let found = numbered(&telemetry).await.unwrap();
    assert_eq!(found.state, SequenceState::MissingDefault);
    assert!(telemetry.operations().repair_sequence(&found).await.unwrap());
    assert_eq!(numbered(&telemetry).await.unwrap().state, SequenceState::Ok);
    let id = telemetry.readings().insert(&reading("s", 1)).await.unwrap().id;
    assert!(id > telemetry.readings().get("s", minute(0)).await.unwrap().id);
}
