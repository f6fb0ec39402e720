//! A check and NOT NULL on columns that hold values: one recipe, which lint has nothing to say about, on every kind of table.

use migration_engine::{
    Direction, lint,
    recording::REFERENCE_TIMESCALEDB,
    revision::{
        columns,
        constraints::{add_check, drop_check, drop_not_null, set_not_null},
    },
    schema::verify::{Outcome, verify},
};
use migration_timescale::{Columnstore, Dialect, Hypertable, TimescaleManager};
use sea_orm::{ConnectionTrait, sea_query::ColumnDef};
use tests::{
    Backend, TestDatabase,
    fixtures::execute,
    inline::{Inline, project},
    on_every_backend, rows_as_text,
};

on_every_backend!(only: [postgres, timescaledb], "the others change no column like that"; every_kind_of_table_takes_both);
on_every_backend!(a_check_comes_and_goes, the_whole_column_is_said_for_not_null);

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

fn dialect(database: &TestDatabase) -> Dialect {
    match database.backend() {
        Backend::Sqlite => Dialect::Sqlite,
        Backend::Mariadb => Dialect::MySql,
        Backend::Postgres | Backend::Timescale => Dialect::Postgres,
    }
}

/// A table whose names have to be quoted.
fn rooms(database: &TestDatabase) -> Inline {
    let quote = |name| dialect(database).quote(name);
    let (table, value) = (quote("it's"), quote("the value"));
    Inline::new(
        "m1_rooms",
        &format!("CREATE TABLE {table} (id integer PRIMARY KEY, {value} integer DEFAULT 7, a varchar(9))"),
        "",
    )
    .back(&format!("DROP TABLE {table}"))
}

async fn a_check_comes_and_goes(database: TestDatabase) {
    let quote = |name| dialect(&database).quote(name);
    let (table, condition) = (quote("it's"), format!("{} > 0 AND a <> 'it''s, ('", quote("the value")));
    let (up, down) = (condition.clone(), condition);
    let checked = Inline::new("m2_checked", "", "")
        .outside_transaction()
        .up_by(move |manager| {
            let condition = up.clone();
            Box::pin(async move { add_check(manager, "it's", "value's", &condition).await })
        })
        .down_by(move |manager| {
            let condition = down.clone();
            Box::pin(async move { drop_check(manager, "it's", "value's", &condition).await })
        });
    let runner = database.runner_of(project(&[rooms(&database), checked])).await;
    let db = runner.connection();
    runner.up(Some(1)).await.unwrap();
    let before = runner.schema_sql().await.unwrap();
    execute(db, &format!("INSERT INTO {table} VALUES (1, -1, 'x')")).await;
    runner.up(None).await.expect_err("a row that does not meet it");
    execute(db, &format!("UPDATE {table} SET {} = 1", quote("the value"))).await;
    runner.up(None).await.unwrap();
    for refused in ["(2, 0, 'x')", "(2, 1, 'it''s, (')"] {
        db.execute_unprepared(&format!("INSERT INTO {table} VALUES {refused}")).await.expect_err(refused);
    }
    execute(db, &format!("INSERT INTO {table} VALUES (2, 1, NULL)")).await;
    runner.down(Some(1)).await.unwrap();
    assert_eq!(runner.schema_sql().await.unwrap(), before);
    execute(db, &format!("INSERT INTO {table} VALUES (3, 0, 'x')")).await;
    let verified = verify(&runner, |_| {}).await.unwrap();
    assert!(verified.iter().all(|one| one.outcome == Outcome::Proved), "{verified:#?}");
    // The script does the same.
    runner.reset().await.unwrap();
    for revision in ["m1_rooms", "m2_checked"] {
        for sql in runner.statements(revision, Direction::Up).await {
            execute(db, &sql).await;
        }
    }
    db.execute_unprepared(&format!("INSERT INTO {table} VALUES (2, 0, 'x')")).await.expect_err("the check");
}

async fn the_whole_column_is_said_for_not_null(database: TestDatabase) {
    let is_postgres = dialect(&database) == Dialect::Postgres;
    let alone = Inline::new("m2_alone", "", "")
        .outside_transaction()
        .up_by(|manager| Box::pin(async move { set_not_null(manager, "it's", "the value").await }));
    let runner = database.runner_of(project(&[rooms(&database), alone])).await;
    let done = runner.up(None).await;
    if is_postgres {
        done.unwrap();
    } else {
        let refused = done.unwrap_err().on_one_line();
        let says = ["revision::columns::change(manager, \"it's\", from, to)", "ColumnDef::new(\"the value\")"];
        assert!(says.iter().all(|words| refused.contains(words)), "{refused}");
    }
    runner.reset().await.unwrap();
    runner.close().await;

    let nullable = || ColumnDef::new("the value").integer().default(7).take();
    let required = || ColumnDef::new("the value").integer().default(7).not_null().take();
    let whole = Inline::new("m2_whole", "", "")
        .outside_transaction()
        .up_by(move |manager| Box::pin(async move { columns::change(manager, "it's", nullable(), required()).await }))
        .down_by(move |manager| {
            Box::pin(async move { columns::change(manager, "it's", required(), nullable()).await })
        });
    let runner = database.runner_of(project(&[rooms(&database), whole])).await;
    let table = dialect(&database).quote("it's");
    let db = runner.connection();
    runner.up(Some(1)).await.unwrap();
    execute(db, &format!("INSERT INTO {table} VALUES (1, NULL, 'x')")).await;
    runner.up(None).await.expect_err("a row without a value");
    execute(db, &format!("DELETE FROM {table}")).await;
    runner.up(None).await.unwrap();
    db.execute_unprepared(&format!("INSERT INTO {table} VALUES (1, NULL, 'x')")).await.expect_err("NULL");
    let verified = verify(&runner, |_| {}).await.unwrap();
    assert!(verified.iter().all(|one| one.outcome == Outcome::Proved), "{verified:#?}");
}
