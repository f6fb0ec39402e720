//! Columns that leave with `down` and come back with the next `up`.

use migration_engine::revision::kept::KeptColumns;
use tests::{
    TestDatabase,
    fixtures::{count, execute, has_table},
    inline::{Inline, project},
    on_every_backend,
};

on_every_backend!(only: [timescaledb], "the columnstore is TimescaleDB's"; segments_may_be_numbers_or_nothing);

async fn segments_may_be_numbers_or_nothing(database: TestDatabase) {
    let kept = || {
        let kept = KeptColumns::of("readings", "note").key(&["id", "at"]).batched_by("sensor", "at").column("note");
        kept.rows_where("note IS NOT NULL")
    };
    let made = Inline::new("m1_readings", "", "").then_all(&[
        "CREATE TABLE readings (id integer, at timestamptz NOT NULL, sensor integer, PRIMARY KEY (id, at))",
        "SELECT create_hypertable('readings', by_range('at', INTERVAL '7 days'))",
        "ALTER TABLE readings SET (timescaledb.enable_columnstore, timescaledb.segmentby = 'sensor', timescaledb.orderby = 'at')",
    ]);
    let note = Inline::new("m2_note", "ALTER TABLE readings ADD COLUMN note text", "")
        .outside_transaction()
        .up_by(move |manager| Box::pin(async move { kept().restore(manager).await }))
        .down_by(move |manager| Box::pin(async move { kept().keep(manager).await }))
        .back("ALTER TABLE readings DROP COLUMN note");
    let runner = database.runner_of(project(&[made, note])).await;
    runner.up(None).await.unwrap();
    let db = runner.connection();
    execute(
        db,
        "INSERT INTO readings SELECT n, '2026-01-01'::timestamptz + n * INTERVAL '3 hours', CASE WHEN n % 3 > 0 THEN n % 3 END, \
         'note ' || n FROM generate_series(1, 120) n; SELECT compress_chunk(c) FROM show_chunks('readings') c",
    )
    .await;
    runner.down(Some(1)).await.unwrap();
    runner.up(None).await.unwrap();
    assert_eq!(count(db, "readings WHERE note = 'note ' || id").await, 120);
    assert!(!has_table(db, "_kept_readings_note").await);
}
