//! The extension in a schema that the user's search path lacks, as some providers have it.

use chrono::TimeDelta;
use core_server_adapter::{
    DatabaseConfig, Period,
    telemetry::{NewReading, Telemetry},
};
use tests::{TestDatabase, fixtures::with_current_database, process::run};

use super::monday;
use crate::migration;

/// The path has neither `public` nor the schema of the extension.
async fn elsewhere() -> TestDatabase {
    let database = TestDatabase::with_extension_in("the extensions").await;
    for sql in [
        "GRANT USAGE ON SCHEMA \"the extensions\" TO test_owner",
        "DROP SCHEMA public CASCADE",
        "CREATE SCHEMA app AUTHORIZATION test_owner",
        "CREATE SCHEMA \"Plant\" AUTHORIZATION test_owner",
        &with_current_database("ALTER ROLE test_owner IN DATABASE %I SET search_path = app"),
    ] {
        database.by_administrator(sql).await;
    }
    database
}

const COMMANDS: &[&str] =
    &["up", "check", "report", "doctor", "maintain", "verify", "down", "up", "reset --yes", "fresh --yes", "schema"];
/// What uses the extension.
const SOME: &[&str] = &["up", "check", "report", "down", "up", "schema"];

/// Commands, in this order, as the ordinary owner.
fn command_line(database: &TestDatabase, place: &[&str], commands: &[&str]) {
    for command in commands {
        let mut program = migration(&std::env::temp_dir());
        let done = run(program.args(["-u", database.url()]).args(place).args(command.split(' ')));
        assert_eq!(done.code, 0, "{place:?} {command}: {done:#?}");
        assert!(*command != "schema" || done.stdout.contains("create_hypertable("), "{done:#?}");
    }
}

#[tokio::test]
async fn every_command_finds_the_extension() {
    let database = elsewhere().await;
    command_line(&database, &["--area", "alarms"], COMMANDS);
    command_line(&database, &["--area", "telemetry"], SOME);
    command_line(&database, &["-s", "Plant"], SOME);
}

#[tokio::test]
async fn the_adapter_finds_the_extension() {
    let database = elsewhere().await;
    let done = run(migration(&std::env::temp_dir()).args(["-u", database.url(), "--area", "telemetry", "up"]));
    assert_eq!(done.code, 0, "{done:#?}");
    let telemetry =
        Telemetry::connect(&DatabaseConfig::new(database.url()).unwrap().in_area("telemetry")).await.unwrap();
    let readings: Vec<_> = (0..48).map(|hour| NewReading::new("a-1", monday() + TimeDelta::hours(hour), 1.5)).collect();
    telemetry.readings().insert_many(&readings).await.unwrap();
    let period = Period::between(monday(), monday() + TimeDelta::days(2));
    telemetry.operations().refresh_summaries(period).await.unwrap();
    let hypertables = telemetry.operations().hypertables().await.unwrap();
    assert!(format!("{hypertables:?}").contains("sensor_readings"), "{hypertables:?}");
    telemetry.close().await;
}
