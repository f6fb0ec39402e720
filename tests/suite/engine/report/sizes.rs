//! Sizes, rows and dead rows of tables and hypertables.

use migration_timescale::inspect::{self, Answer, HypertableState, TableKind};
use sea_orm::DatabaseConnection;
use tests::{
    Backend, TestDatabase,
    fixtures::{self, count, execute},
    on_every_backend,
    process::run,
};

use super::{found, inspect, number, readings, table, with_the_right_to_see_all};
use crate::migration;

on_every_backend!(every_question_has_an_answer_or_a_reason, sizes_and_rows_are_those_of_the_server);

async fn every_question_has_an_answer_or_a_reason(database: TestDatabase) {
    let database = with_the_right_to_see_all(database.up(None).await);
    let db = database.connect().await;
    let asked = inspect(&db).await;
    let (postgres, timescale) =
        (matches!(database.backend(), Backend::Postgres), matches!(database.backend(), Backend::Timescale));
    let mariadb = database.backend() == Backend::Mariadb;
    assert!(asked.storage.found().is_some());
    assert!(asked.tables.found().is_some());
    assert_eq!(asked.sequences.found().is_some(), postgres || timescale || mariadb);
    assert_eq!(asked.blocked.found().is_some(), (postgres || timescale || mariadb) && !database.has_one_session());
    for there in [asked.hypertables.found().is_some(), asked.aggregates.found().is_some(), asked.jobs.found().is_some()]
    {
        assert_eq!(there, timescale);
    }
    if let Answer::Unavailable { why } = &asked.jobs {
        assert!(why.starts_with("a background job needs TimescaleDB with its full licence; this is "), "{why}");
    }
}

/// PostgreSQL has years that chrono's dates have not.
#[tokio::test]
async fn a_chunk_beyond_all_dates_is_shown_as_it_is() {
    let database = TestDatabase::create(Backend::Timescale).await;
    let db = database.connect().await;
    readings(&db).await;
    execute(&db, "INSERT INTO readings VALUES ('262143-01-01', 1, 1), ('0044-03-15 BC', 2, 2)").await;
    execute(&db, "CALL refresh_continuous_aggregate('hourly', '262142-12-01', NULL)").await;
    let asked = inspect(&db).await;
    let chunks = &found(&asked.hypertables)[0].chunks;
    let shown = [&chunks.oldest_from, &chunks.newest_to].map(|end| end.as_ref().unwrap().to_string());
    assert_eq!(shown, ["0044-03-14T00:00:00.000000Z BC", "+262143-01-03T00:00:00.000000Z"]);
    let hourly = found(&asked.aggregates).iter().find(|one| one.name == "hourly").unwrap();
    assert_eq!(hourly.watermark.unwrap().to_rfc3339(), "+262142-12-31T23:59:59.999999+00:00");
    // It may have one session.
    db.close().await.unwrap();
    let report = run(migration(&std::env::temp_dir()).args(["report", "--database-url", database.url()]));
    assert_eq!(report.code, 0, "{report:#?}");
    assert!(report.stdout.contains("+262143-01-03T00:00:00.000000Z"), "{}", report.stdout);
}

async fn sizes_and_rows_are_those_of_the_server(database: TestDatabase) {
    let database = with_the_right_to_see_all(database.up(None).await);
    let db = database.connect().await;
    execute(&db, &fixtures::history(database.backend())).await;
    match database.backend() {
        Backend::Sqlite => {
            execute(&db, "CREATE TABLE wide (text text); INSERT INTO wide VALUES (zeroblob(500000)); DROP TABLE wide")
                .await;
            let asked = inspect(&db).await;
            let storage = found(&asked.storage);
            assert_eq!(
                storage.free_pages,
                Some(number(&db, "SELECT CAST(freelist_count AS text) FROM pragma_freelist_count").await)
            );
            assert!(storage.free_pages.unwrap() > 100 && storage.free.unwrap() > 400_000, "{storage:?}");
            assert_eq!(storage.total, storage.pages.unwrap() * storage.page_bytes.unwrap());
            execute(&db, "CREATE TABLE keys (name text PRIMARY KEY, value text) WITHOUT ROWID").await;
            execute(&db, "INSERT INTO keys SELECT hex(id), hex(randomblob(50)) FROM alarms").await;
            let asked = inspect(&db).await;
            for name in ["alarms", "keys"] {
                let found = table(&asked, name);
                let bytes = format!(
                    "SELECT CAST(sum(pgsize) AS text) FROM dbstat WHERE name IN (SELECT name FROM sqlite_master WHERE tbl_name = '{name}')"
                );
                assert_eq!(found.bytes.total, number(&db, &bytes).await, "{name}");
                let own = format!("SELECT CAST(sum(pgsize) AS text) FROM dbstat WHERE name = '{name}'");
                assert_eq!(found.bytes.table, number(&db, &own).await, "{name}");
                assert_eq!(found.bytes.index, found.bytes.total - found.bytes.table, "{name}");
                assert_eq!(found.live_rows, i64::from(count(&db, name).await), "{name}");
            }
            assert!(table(&asked, "alarms").bytes.index > 0 && table(&asked, "keys").bytes.index == 0);
        }
        Backend::Mariadb => {
            execute(&db, "ANALYZE TABLE alarms").await;
            let asked = inspect(&db).await;
            let alarms = table(&asked, "alarms");
            let bytes = "SELECT CAST(SUM(stat_value) * @@innodb_page_size AS CHAR(20)) FROM mysql.innodb_index_stats \
                         WHERE database_name = DATABASE() AND table_name = 'alarms' AND stat_name = 'size'";
            assert_eq!(alarms.bytes.total, number(&db, bytes).await);
            assert_eq!(alarms.live_rows, i64::from(count(&db, "alarms").await));
        }
        Backend::Postgres => {
            execute(&db, "DELETE FROM alarms WHERE severity = 'critical'").await;
            execute(&db, "VACUUM alarms").await;
            execute(&db, "ANALYZE alarms").await;
            let asked = inspect(&db).await;
            let alarms = table(&asked, "alarms");
            assert_eq!(alarms.kind, TableKind::Table);
            assert_eq!(alarms.bytes.total, number(&db, "SELECT pg_total_relation_size('alarms')::text").await);
            assert_eq!(alarms.bytes.index, number(&db, "SELECT pg_indexes_size('alarms')::text").await);
            assert_eq!(alarms.live_rows, i64::from(count(&db, "alarms").await));
            assert!(alarms.last_vacuum_at.is_some() && alarms.last_analyze_at.is_some(), "{alarms:?}");
            assert_eq!(
                found(&asked.storage).total,
                number(&db, "SELECT pg_database_size(current_database())::text").await
            );
        }
        Backend::Timescale => hypertable_sizes(&db).await,
    }
}

async fn hypertable_sizes(db: &DatabaseConnection) {
    let all = i64::from(count(db, "alarms").await);
    let chunks = "SELECT count(*)::text FROM show_chunks('alarms')";
    // The first half of the chunks goes into the columnstore.
    execute(
        db,
        "DO $$ BEGIN PERFORM compress_chunk(c) FROM show_chunks('alarms', older_than => TIMESTAMPTZ '2026-01-15') c; END $$",
    )
    .await;
    execute(db, "ANALYZE alarms").await;
    let asked = inspect(db).await;
    let HypertableState { chunks: found_chunks, bytes, columnstore, time_column, .. } = &found(&asked.hypertables)[0];
    assert_eq!(time_column, "raised_at");
    assert_eq!(found_chunks.count, number(db, chunks).await);
    assert_eq!(found_chunks.compressed, 2);
    assert_eq!(found_chunks.interval, "7 days");
    assert_eq!(found_chunks.oldest_from.as_ref().unwrap().to_string(), "2026-01-01T00:00:00Z");
    assert_eq!(bytes.total, number(db, "SELECT hypertable_size('alarms')::text").await);
    let saved = "SELECT before_compression_total_bytes::text FROM hypertable_compression_stats('alarms')";
    assert_eq!(columnstore.before, Some(number(db, saved).await));
    let (before, after) = (columnstore.before.unwrap(), columnstore.after.unwrap());
    #[allow(clippy::cast_precision_loss)]
    let share = 1.0 - after as f64 / before as f64;
    assert!((columnstore.saved.unwrap() - share).abs() < 1e-9, "{columnstore:?}");
    let alarms = table(&asked, "alarms");
    assert_eq!(alarms.kind, TableKind::Hypertable);
    assert_eq!(alarms.bytes.total, bytes.total, "summed over chunks and what the columnstore packed");
    let compressed = "SELECT count(*)::text FROM alarms WHERE raised_at < '2026-01-15'";
    let packed = *found(&alarms.columnstore_rows);
    assert_eq!(packed, number(db, compressed).await);
    assert!(packed > 0 && packed < all);
}

#[tokio::test]
async fn dead_rows_are_counted_and_named() {
    let database = TestDatabase::create(Backend::Postgres).await;
    let db = database.connect().await;
    execute(&db, "CREATE TABLE rooms (floor integer) WITH (autovacuum_enabled = false)").await;
    execute(&db, "INSERT INTO rooms SELECT generate_series(1, 30000)").await;
    execute(&db, "UPDATE rooms SET floor = floor + 1 WHERE floor <= 12000").await;
    execute(&db, "SELECT pg_stat_force_next_flush()").await;
    let asked = inspect(&db).await;
    let rooms = table(&asked, "rooms");
    assert_eq!((rooms.live_rows, rooms.dead_rows, rooms.needs_vacuum), (30_000, Some(12_000), true));
    let attention = inspect::attention(&asked);
    assert!(attention[0].finding == "holds 12000 dead rows beside 30000 live ones", "{attention:#?}");
    // With FREEZE it waits for a page that the server is writing just now; without, it leaves that one as it is.
    execute(&db, "VACUUM (FREEZE, ANALYZE) rooms").await;
    let asked = inspect(&db).await;
    let rooms = table(&asked, "rooms");
    assert_eq!((rooms.dead_rows, rooms.needs_vacuum), (Some(0), false));
    assert!(rooms.last_vacuum_at.is_some());
}

#[tokio::test]
async fn only_the_schema_is_looked_at() {
    let database = TestDatabase::create(Backend::Postgres).await;
    let db = database.connect().await;
    execute(&db, "CREATE SCHEMA other; CREATE TABLE other.rooms (id serial); CREATE TABLE here (id serial)").await;
    let asked = inspect(&db).await;
    let tables: Vec<&str> = found(&asked.tables).iter().map(|table| table.name.as_str()).collect();
    assert_eq!(tables, ["here"]);
    assert_eq!(found(&asked.sequences).len(), 1);
}
