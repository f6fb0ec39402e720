//! `doctor` names what stops an upgrade of TimescaleDB before somebody tries one.

use migration_engine::{
    Runner,
    operate::doctor::{Diagnosis, Health, examine},
};
use tests::{
    Backend, TestDatabase,
    fixtures::{self, execute},
    scalar,
};

async fn diagnosis(runner: &Runner) -> Diagnosis {
    let diagnoses = examine(runner).await.unwrap();
    diagnoses.into_iter().find(|one| one.about == "upgrade of TimescaleDB").expect("a diagnosis")
}

#[tokio::test]
async fn what_stops_an_upgrade_is_named_before() {
    // A publication of all tables takes a superuser.
    let database = TestDatabase::create(Backend::Timescale).await.up(None).await.as_administrator();
    let runner = database.runner().await;
    let db = runner.connection();
    let healthy = diagnosis(&runner).await;
    assert!(healthy.health == Health::Ok && healthy.finding.ends_with("nothing is in the way"), "{healthy:?}");

    for sql in [
        "CREATE VIEW chunk_list AS SELECT chunk_name FROM timescaledb_information.chunks",
        "CREATE MATERIALIZED VIEW chunk_ids AS SELECT id FROM _timescaledb_catalog.chunk",
        "CREATE FUNCTION tables() RETURNS bigint LANGUAGE sql BEGIN ATOMIC SELECT count(*) FROM _timescaledb_catalog.hypertable; END",
        "CREATE VIEW harmless AS SELECT time_bucket('1 hour', raised_at) FROM alarms",
        "CREATE PUBLICATION everything FOR ALL TABLES",
    ] {
        execute(db, sql).await;
    }
    let found = diagnosis(&runner).await;
    assert_eq!(found.health, Health::Note, "no newer version is there: {found:?}");
    for words in [
        "own tables and views (function tables(), view chunk_ids, view chunk_list): ",
        "published FOR ALL TABLES, the extension's among them (everything): ",
    ] {
        assert!(found.finding.contains(words), "{words} in {found:?}");
    }
    execute(
        db,
        "DROP PUBLICATION everything; DROP VIEW chunk_list; DROP MATERIALIZED VIEW chunk_ids; DROP FUNCTION tables()",
    )
    .await;
    assert_eq!(diagnosis(&runner).await.finding, healthy.finding);
}

/// Versions before 2.18 gave every batch a number; TimescaleDB keeps reading such chunks.
#[tokio::test]
async fn chunks_of_an_old_format_are_named() {
    let database = TestDatabase::create(Backend::Timescale).await.up(None).await.as_administrator();
    let runner = database.runner().await;
    let db = runner.connection();
    execute(db, &fixtures::history(database.backend())).await;
    execute(
        db,
        "ALTER TABLE alarms SET (timescaledb.compress_orderby = 'raised_at', timescaledb.compress_segmentby = '')",
    )
    .await;
    execute(
        db,
        "DO $$ BEGIN PERFORM compress_chunk(c) FROM (SELECT show_chunks('alarms') c ORDER BY 1 LIMIT 1) x; END $$",
    )
    .await;
    let packed = scalar(
        db,
        "SELECT format('%I.%I', n.nspname, c.relname) FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid \
         JOIN pg_namespace n ON n.oid = c.relnamespace WHERE a.attname = '_ts_meta_count' ORDER BY c.oid DESC LIMIT 1",
    );
    let packed = packed.await.unwrap();
    let add = format!(
        "SET timescaledb.restoring = on; ALTER TABLE {packed} ADD COLUMN _ts_meta_sequence_num integer; SET timescaledb.restoring = off"
    );
    execute(db, &add).await;
    let found = diagnosis(&runner).await;
    let words =
        "chunks packed in a format of before 2.24 (1 (alarms, _timescaledb_internal._hyper_1_1_chunk for example)): ";
    assert!(found.health == Health::Note && found.finding.contains(words), "{found:?}");
}
