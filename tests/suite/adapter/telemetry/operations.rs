//! Questions about the running database, and what can be put right.

use core_server_adapter::telemetry::{
    NewReading,
    inspect::{Answer, SequenceState, TableKind},
};
use sea_orm::ConnectionTrait;
use tests::{Backend, TestDatabase, on_every_backend};

use super::{migrated, minute, reading};

on_every_backend!(every_question_is_answered_or_says_why_not, a_lost_number_default_is_put_back);

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

async fn a_lost_number_default_is_put_back(database: TestDatabase) {
    let (database, telemetry) = migrated(database).await;
    telemetry.readings().insert(&reading("s", 0)).await.unwrap();
    let operations = telemetry.operations();
    let numbered = async || {
        let answer = operations.sequences().await.unwrap();
        match answer {
            Answer::Given { found } => found.into_iter().find(|sequence| sequence.table == "sensor_readings"),
            Answer::Unavailable { .. } => None,
        }
    };
    if database.backend() == Backend::Sqlite {
        // It has no sequences.
        return assert!(numbered().await.is_none());
    }
    let healthy = numbered().await.unwrap();
    assert_eq!((healthy.column.as_str(), healthy.state), ("id", SequenceState::Ok));
    assert!(!operations.repair_sequence(&healthy).await.unwrap(), "nothing to do");
    if database.backend() == Backend::Mariadb {
        return;
    }
    let broken = "ALTER TABLE sensor_readings ALTER COLUMN id DROP DEFAULT";
    telemetry.connection().execute_unprepared(broken).await.unwrap();
    telemetry.readings().insert(&reading("s", 1)).await.unwrap_err();
    let found = numbered().await.unwrap();
    assert_eq!(found.state, SequenceState::MissingDefault);
    assert!(operations.repair_sequence(&found).await.unwrap());
    assert_eq!(numbered().await.unwrap().state, SequenceState::Ok);
    let id = telemetry.readings().insert(&reading("s", 1)).await.unwrap().id;
    assert!(id > telemetry.readings().get("s", minute(0)).await.unwrap().id);
}
