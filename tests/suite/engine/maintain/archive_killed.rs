//! A `maintain` that is killed while it archives: after every kill each row is in exactly one of the table and the archive,
//! and the next run goes on where it was ended.

use std::{process::Stdio, time::Instant};

use chrono::{TimeDelta, Utc};
use migration_timescale::moment_sql;
use sea_orm::DatabaseConnection;
use tests::{
    Backend, TestDatabase,
    fixtures::{count, execute},
    process::run,
};

use super::killed::{killed_at, maintain};
use crate::engine::killed::settle;

const TABLE: &str = "state_snapshots";
const ARCHIVE: &str = "state_snapshots_archive";
/// Four steps of 5,000 rows, and one that is not full.
const OLD: u32 = 20_100;
/// Rows that stay.
const NEW: u32 = 50;

/// The area, with snapshots of half a year ago and of today.
async fn prepared(backend: Backend) -> TestDatabase {
    let database = TestDatabase::create(backend).await;
    database.up_of("twin", || tests::area("twin"), None).await;
    let db = database.connect().await;
    for (rows, days) in [(OLD, 180), (NEW, 1)] {
        let rows: Vec<String> = (0..rows)
            .map(|number| {
                let at = Utc::now() - TimeDelta::days(days) + TimeDelta::seconds(number.into());
                let at = moment_sql(db.get_database_backend(), at);
                format!("('press-{}', {at}, '{{\"number\": {number}}}')", number % 7)
            })
            .collect();
        for some in rows.chunks(2_000) {
            let insert = format!("INSERT INTO {TABLE} (machine_id, snapshot_time, state_data) VALUES");
            execute(&db, &format!("{insert} {}", some.join(", "))).await;
        }
    }
    db.close().await.unwrap();
    database
}

/// How many rows are in the archive, when every row is in exactly one of the two.
async fn moved(database: &TestDatabase, at: &str) -> u32 {
    settle(database).await;
    let db = database.connect().await;
    let moved = count(&db, ARCHIVE).await;
    let ids = format!("(SELECT id FROM {TABLE} UNION SELECT id FROM {ARCHIVE}) everything");
    assert_eq!((count(&db, TABLE).await + moved, count(&db, &ids).await), (OLD + NEW, OLD + NEW), "{at}");
    assert_eq!(stays(&db).await, NEW, "{at}");
    db.close().await.unwrap();
    moved
}

/// Rows of the table that are too young to go.
async fn stays(db: &DatabaseConnection) -> u32 {
    let yesterday = moment_sql(db.get_database_backend(), Utc::now() - TimeDelta::days(2));
    count(db, &format!("{TABLE} WHERE snapshot_time > {yesterday}")).await
}

async fn bring_back(database: &TestDatabase) {
    let db = database.connect().await;
    execute(&db, &format!("INSERT INTO {TABLE} SELECT * FROM {ARCHIVE}")).await;
    execute(&db, &format!("DELETE FROM {ARCHIVE}")).await;
    db.close().await.unwrap();
}

/// Runs it to its end.
async fn finish(database: &TestDatabase, at: &str) {
    let finished = run(&mut maintain("twin", database.url()));
    assert_eq!(finished.code, 0, "{at}: {finished:#?}");
    assert_eq!(moved(database, at).await, OLD, "{at}");
}

async fn killed_on_a_server(backend: Backend) {
    let database = prepared(backend).await;
    let all = std::env::var_os("EVERY_STATEMENT").is_some();
    let (mut halfway, mut statement) = (0, 0);
    for round in 0.. {
        // Of uneven width: what a step of 5,000 rows says comes again and again.
        statement += if all { 1 } else { 2 + round % 3 };
        let met = killed_at(&database, "twin", statement).await;
        let at = format!("killed at statement {statement}, {met:?}");
        let moved = moved(&database, &at).await;
        if met.is_none() {
            assert_eq!(moved, OLD, "{at}");
            break;
        }
        halfway += u32::from(0 < moved && moved < OLD);
        // From where it was ended, or from the beginning again.
        if statement % 3 == 0 {
            finish(&database, &at).await;
        }
        bring_back(&database).await;
    }
    assert!(halfway > 0, "it was killed half way");
}

#[tokio::test]
async fn anywhere_on_postgres() {
    killed_on_a_server(Backend::Postgres).await;
}

#[tokio::test]
async fn anywhere_on_mariadb() {
    killed_on_a_server(Backend::Mariadb).await;
}

/// Statements of a file cannot be counted: it is killed at each tenth of the time that it takes.
#[tokio::test]
async fn anywhere_on_sqlite() {
    const PARTS: u32 = 10;
    let database = prepared(Backend::Sqlite).await;
    let started = Instant::now();
    finish(&database, "undisturbed").await;
    let part = started.elapsed() / PARTS;
    let mut halfway = 0;
    for round in 1..=PARTS {
        bring_back(&database).await;
        let mut command = tokio::process::Command::from(maintain("twin", database.url()));
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).kill_on_drop(true).spawn().unwrap();
        tokio::time::sleep(part * round).await;
        child.kill().await.unwrap();
        let at = format!("killed after {:?}", part * round);
        let moved = moved(&database, &at).await;
        halfway += u32::from(0 < moved && moved < OLD);
        if round % 3 == 0 {
            finish(&database, &at).await;
        }
    }
    assert!(halfway > 0, "it was killed half way");
    finish(&database, "at the end").await;
}
