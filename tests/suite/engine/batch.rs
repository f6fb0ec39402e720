//! Updates in steps: all rows, a step at a time, in sight, and never without end.

use std::sync::{Arc, Mutex};

use migration_engine::{
    Runner,
    revision::{Event, batch::BatchedUpdate},
};
use tests::{
    Backend, TestDatabase,
    fixtures::{count, execute},
    inline::{Inline, project},
    on_every_backend, rows_as_text,
};

on_every_backend!(only: [timescaledb], "the columnstore is TimescaleDB's"; compressed_history_is_changed_whatever_stops_it);
on_every_backend!(every_row_is_changed_in_steps, an_update_that_does_not_end_is_ended, a_script_has_all_of_it);

/// Fills a column in steps of 100 rows.
fn fill(set: &'static str) -> Inline {
    Inline::new("m2_fill", "", "").outside_transaction().up_by(move |manager| {
        let update = BatchedUpdate::of("rooms", &["id"]).set(set).rows_where("site IS NULL").rows_at_a_time(100);
        Box::pin(async move { update.run(manager).await })
    })
}

fn rooms() -> Inline {
    Inline::new("m1_rooms", "CREATE TABLE rooms (id integer PRIMARY KEY, site varchar(20))", "DROP TABLE rooms")
}

/// 450 rooms without a site, and the revision that gives them one.
async fn runner(database: &TestDatabase, set: &'static str) -> Runner {
    let runner = database.runner_of(project(&[rooms(), fill(set)])).await;
    runner.up(Some(1)).await.unwrap();
    let numbers = (1..=450).map(|number| format!("({number})")).collect::<Vec<_>>().join(", ");
    execute(runner.connection(), &format!("INSERT INTO rooms (id) VALUES {numbers}")).await;
    runner
}

async fn every_row_is_changed_in_steps(database: TestDatabase) {
    let runner = runner(&database, "site = 'north'").await;
    let seen: Arc<Mutex<Vec<(u64, u64)>>> = Arc::default();
    let log = Arc::clone(&seen);
    let runner = runner.on_event(move |event| {
        if let Event::Progress { done, total, .. } = event {
            log.lock().unwrap().push((done, total));
        }
    });
    runner.up(None).await.unwrap();
    assert_eq!(count(runner.connection(), "rooms WHERE site = 'north'").await, 450);
    let steps: Vec<(u64, u64)> = vec![(100, 450), (200, 450), (300, 450), (400, 450), (450, 450)];
    assert_eq!(*seen.lock().unwrap(), steps);
}

async fn an_update_that_does_not_end_is_ended(database: TestDatabase) {
    // On MariaDB a row that does not change is not counted as changed, so this one has to.
    let set = if database.backend() == Backend::Mariadb { "id = -id" } else { "id = id" };
    let runner = runner(&database, set).await;
    let error = runner.up(None).await.unwrap_err().on_one_line();
    assert!(error.contains("the update of rooms in steps does not end") && error.contains("site IS NULL"), "{error}");
}

async fn a_script_has_all_of_it(database: TestDatabase) {
    let runner = runner(&database, "site = 'north'").await;
    let statements = runner.statements("m2_fill", migration_engine::Direction::Up).await;
    assert_eq!(statements.len(), 1, "{statements:?}");
    assert!(statements[0].ends_with("SET site = 'north' WHERE site IS NULL"), "{statements:?}");
}

/// Four weeks, three of them in the columnstore: a segment with many rows, some with few, and one without a value.
const HISTORY: &[&str] = &[
    "CREATE TABLE readings (id integer, at timestamptz NOT NULL, sensor integer, site text, PRIMARY KEY (id, at))",
    "SELECT create_hypertable('readings', by_range('at', INTERVAL '7 days'))",
    "ALTER TABLE readings SET (timescaledb.enable_columnstore, timescaledb.segmentby = 'sensor', timescaledb.orderby = 'at DESC')",
    "INSERT INTO readings SELECT n, '2026-01-01'::timestamptz + n * INTERVAL '15 minutes', CASE WHEN n % 2 = 0 THEN 1 WHEN n % 9 > 0 THEN n % 9 END \
     FROM generate_series(0, 2687) n",
    "SELECT compress_chunk(c) FROM show_chunks('readings', older_than => '2026-01-22'::timestamptz) c",
    "CREATE SEQUENCE tries",
    // A sequence does not go back with its transaction: another row fails each time.
    "CREATE FUNCTION torn(site text) RETURNS text LANGUAGE plpgsql AS $$ BEGIN IF nextval('tries') % 450 = 0 THEN \
     RAISE EXCEPTION 'torn'; END IF; RETURN site; END $$",
];

async fn compressed_history_is_changed_whatever_stops_it(database: TestDatabase) {
    let fill = Inline::new("m2_fill", "SET timescaledb.max_tuples_decompressed_per_dml_transaction = 50", "")
        .outside_transaction()
        .up_by(|manager| {
            let update = BatchedUpdate::of("readings", &["id", "at"]).set("site = torn('north')");
            let update = update.rows_where("site IS NULL OR site = 'south'").rows_at_a_time(100);
            Box::pin(async move { update.run(manager).await })
        });
    let made = Inline::new("m1_readings", "", "").then_all(HISTORY);
    let runner = database.runner_of(project(&[made, fill])).await;
    let db = runner.connection();
    runner.up(Some(1)).await.unwrap();
    let (mut done, mut stopped) = (0, 0);
    while let Err(error) = runner.up(None).await {
        assert!(error.on_one_line().contains("torn"), "{}", error.on_one_line());
        let before = std::mem::replace(&mut done, count(db, "readings WHERE site = 'north'").await);
        assert!(done > before, "{done} rows of 2688, and no more");
        stopped += 1;
    }
    assert!(stopped > 3, "it was stopped {stopped} times");
    assert_eq!(count(db, "readings WHERE site = 'north'").await, 2688);
    assert_eq!(count(db, "timescaledb_information.chunks WHERE is_compressed").await, 3);
    // What was unpacked is back in the columnstore, but for what the chunk holds that was being changed at the end.
    execute(db, "SET timescaledb.enable_transparent_decompression = off").await;
    let chunks =
        "SELECT format('ONLY %I.%I', chunk_schema, chunk_name) FROM timescaledb_information.chunks WHERE is_compressed";
    let mut beside = 0;
    for chunk in rows_as_text(db, chunks).await {
        beside += count(db, &chunk).await;
    }
    assert!(beside < 672, "{beside} rows stand beside the columnstore");
}
