//! A check and NOT NULL on columns that hold values: one recipe, which lint has nothing to say about, on every kind of table.

use migration_engine::{
    lint,
    recording::REFERENCE_TIMESCALEDB,
    revision::constraints::{add_check, drop_not_null, set_not_null},
    schema::verify::{Outcome, verify},
};
use migration_timescale::{Columnstore, Dialect, Hypertable, TimescaleManager};
use tests::{
    Backend, TestDatabase,
    fixtures::execute,
    inline::{Inline, project},
    on_every_backend, rows_as_text,
};

on_every_backend!(only: [postgres, timescaledb], "the others change no column like that"; every_kind_of_table_takes_both);

/// A plain table, a hypertable, and one with compressed rows.
const TABLES: [&str; 3] = ["plain", "\"hyper table\"", "columnar"];

async fn every_kind_of_table_takes_both(database: TestDatabase) {
    let mut made = Inline::new("m1_tables", "", "");
    for table in TABLES {
        made = made
            .then(&format!("CREATE TABLE {table} (at timestamptz NOT NULL, sensor text, value integer)"))
            .back(&format!("DROP TABLE {table}"));
    }
    let made = made.up_by(|manager| {
        Box::pin(async move {
            for table in ["hyper table", "columnar"] {
                manager.create_hypertable(&Hypertable::by_range(table, "at")).await?;
            }
            manager.enable_columnstore(&Columnstore::on("columnar").segment_by("sensor").order_by("at")).await.map(drop)
        })
    });
    let required = Inline::new("m2_required", "", "").outside_transaction().up_by(|manager| {
        Box::pin(async move {
            for table in TABLES.map(|table| table.trim_matches('"')) {
                set_not_null(manager, table, "value").await?;
                add_check(manager, table, "is_positive", "value > 0").await?;
            }
            Ok(())
        })
    });
    let required = required.down_by(|manager| {
        Box::pin(async move {
            for table in TABLES.map(|table| table.trim_matches('"')) {
                drop_not_null(manager, table, "value").await?;
            }
            Ok(())
        })
    });
    let required = TABLES
        .iter()
        .fold(required, |revision, table| revision.back(&format!("ALTER TABLE {table} DROP CONSTRAINT is_positive")));
    let runner = database.runner_of(project(&[made, required])).await;
    let findings = lint::of_project(runner.project(), Dialect::Postgres, REFERENCE_TIMESCALEDB, None).await.unwrap();
    assert!(findings.is_empty(), "{findings:#?}");

    runner.up(Some(1)).await.unwrap();
    let db = runner.connection();
    for table in TABLES {
        execute(db, &format!("INSERT INTO {table} SELECT '2026-01-01'::timestamptz + n * INTERVAL '1 hour', 'a', n FROM generate_series(1, 500) n")).await;
    }
    if database.backend() == Backend::Timescale {
        execute(db, "SELECT compress_chunk(c) FROM show_chunks('columnar') c").await;
    }
    let constraints = "SELECT concat_ws(' ', c.relname, a.attnotnull, (SELECT string_agg(conname || ' ' || convalidated, ' ' ORDER BY conname) \
         FROM pg_constraint WHERE conrelid = c.oid AND contype = 'c')) FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid \
         WHERE c.relnamespace = quote_ident(current_schema())::regnamespace AND c.relname IN ('plain', 'hyper table', 'columnar') \
         AND a.attname = 'value' ORDER BY c.relname";
    runner.up(None).await.unwrap();
    let expected = ["columnar t is_positive true", "hyper table t is_positive true", "plain t is_positive true"];
    assert_eq!(rows_as_text(db, constraints).await, expected);
    runner.down(Some(1)).await.unwrap();
    assert_eq!(rows_as_text(db, constraints).await, ["columnar f", "hyper table f", "plain f"]);
    // As a run leaves it that is killed between two statements.
    execute(db, "ALTER TABLE plain ADD CONSTRAINT value_is_not_null CHECK (value IS NOT NULL) NOT VALID").await;
    runner.up(None).await.unwrap();
    assert_eq!(rows_as_text(db, constraints).await, expected);
    let verified = verify(&runner, |_| {}).await.unwrap();
    assert!(verified.iter().all(|one| one.outcome == Outcome::Proved), "{verified:#?}");
}
