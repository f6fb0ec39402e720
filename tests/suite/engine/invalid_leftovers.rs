//! A concurrent build that fails leaves an invalid index. Whatever its name is and however the statement is written, it is
//! gone before the revision is applied, and one that somebody else left is not touched.

use tests::{
    Backend, TestDatabase,
    fixtures::{count, execute},
    inline::{Inline, project},
    rows_as_text,
};

const INVALID: &str =
    "SELECT i.relname::text FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid WHERE NOT x.indisvalid ORDER BY 1";
/// The server tells of the builds in all of its databases.
const AT_WORK: &str = "pg_stat_progress_create_index WHERE datname = current_database()";

#[tokio::test]
async fn no_revision_is_applied_over_an_invalid_index() {
    for (statement, first) in [
        ("CREATE UNIQUE INDEX CONCURRENTLY ON t (a)", ""),
        ("CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS \"t-a key\" ON t (a)", ""),
        ("CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS T_U ON t (a)", ""),
        ("/* unique */ CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS t_c ON t (a)", ""),
        ("-- INDEX\nCREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS t_d ON t (a)", ""),
        ("REINDEX INDEX CONCURRENTLY t_r", "SET enable_seqscan = on"),
    ] {
        let database = TestDatabase::create(Backend::Postgres).await;
        let db = database.connect().await;
        execute(&db, "CREATE TABLE t (a int); INSERT INTO t VALUES (1), (1); CREATE TABLE other (a int); INSERT INTO other VALUES (1), (1)")
            .await;
        let foreign = sea_orm::ConnectionTrait::execute_unprepared(
            &db,
            "CREATE UNIQUE INDEX CONCURRENTLY foreign_key ON other (a)",
        );
        foreign.await.unwrap_err();
        if !first.is_empty() {
            let invalid =
                sea_orm::ConnectionTrait::execute_unprepared(&db, "CREATE UNIQUE INDEX CONCURRENTLY t_r ON t (a)");
            invalid.await.unwrap_err();
        }
        let before = rows_as_text(&db, INVALID).await;
        let revision = Inline::new("m20260101_000000_first", statement, "").outside_transaction();
        let runner = database.runner_of(project(&[revision])).await;
        for _ in 0..2 {
            runner.up(None).await.unwrap_err();
            assert_eq!(rows_as_text(&db, INVALID).await, before, "{statement} leaves none");
        }
        execute(&db, "DELETE FROM t WHERE ctid = '(0,1)'").await;
        runner.up(None).await.unwrap_or_else(|error| panic!("{statement}: {}", error.on_one_line()));
        assert_eq!(rows_as_text(&db, INVALID).await, ["foreign_key"], "{statement}");
        assert_eq!(
            count(&db, "pg_index WHERE indrelid = 't'::regclass AND indisvalid AND indisunique").await,
            1,
            "{statement}"
        );
        runner.close().await;
    }
}

/// The revision takes the error for nothing. The engine does not.
#[tokio::test]
async fn a_revision_that_ignores_the_failure_of_a_build_has_failed() {
    let database = TestDatabase::create(Backend::Postgres).await;
    let db = database.connect().await;
    execute(&db, "CREATE TABLE t (a int); INSERT INTO t VALUES (1), (1)").await;
    let ignores = Inline::new("m20260101_000000_first", "", "").outside_transaction().up_by(|manager| {
        Box::pin(async {
            let build = "CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS t_a ON t (a)";
            let ran = sea_orm::ConnectionTrait::execute_unprepared(manager.get_connection(), build).await;
            ran.map(drop).or(Ok(()))
        })
    });
    let runner = database.runner_of(project(&[ignores])).await;
    for _ in 0..2 {
        let said = runner.up(None).await.unwrap_err().on_one_line();
        assert!(said.contains("t_a") && said.contains("remove the cause and run the command again"), "{said}");
        assert_eq!(rows_as_text(&db, INVALID).await, [""; 0]);
    }
    execute(&db, "DELETE FROM t WHERE ctid = '(0,1)'").await;
    runner.up(None).await.unwrap();
    assert_eq!(count(&db, "pg_index WHERE indrelid = 't'::regclass AND indisvalid AND indisunique").await, 1);
}

/// REINDEX swaps the new index in before it drops the old one: a run that ends between leaves `t_r_ccold`.
#[tokio::test]
async fn what_a_killed_reindex_left_is_dropped_by_the_next_run() {
    for (swapped, left) in [(false, "t_r_ccnew"), (true, "t_r_ccold")] {
        let database = TestDatabase::create(Backend::Postgres).await;
        let db = database.connect().await;
        execute(&db, "CREATE TABLE t (a int); INSERT INTO t VALUES (1), (2); CREATE INDEX t_r ON t (a)").await;
        let snapshot = database.connect().await;
        execute(&snapshot, "BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT 1 FROM pg_class LIMIT 1").await;
        let lock = database.connect().await;
        let until_it_waits = async {
            until(&db, "waiting for old snapshots").await;
            if swapped {
                execute(&lock, "BEGIN; SELECT 1 FROM t LIMIT 1").await;
                execute(&snapshot, "COMMIT").await;
                until(&db, "waiting for readers before marking dead").await;
            }
        };
        let rebuilds =
            || Inline::new("m20260101_000000_first", "REINDEX INDEX CONCURRENTLY t_r", "").outside_transaction();
        let killed = database.runner_of(project(&[rebuilds()])).await;
        tokio::select! {
            ran = killed.up(None) => panic!("{ran:?}"),
            () = until_it_waits => {}
        }
        drop(killed);
        execute(&db, &format!("SELECT pg_terminate_backend(pid, 10000) FROM {AT_WORK}")).await;
        assert_eq!(rows_as_text(&db, INVALID).await, [left]);
        for session in [snapshot, lock] {
            session.close().await.unwrap();
        }
        let runner = database.runner_of(project(&[rebuilds()])).await;
        runner.up(None).await.unwrap_or_else(|error| panic!("{left}: {}", error.on_one_line()));
        runner.close().await;
        let indexes = "SELECT indexrelid::regclass::text FROM pg_index WHERE indrelid = 't'::regclass";
        assert_eq!(rows_as_text(&db, indexes).await, ["t_r"], "{left}");
    }
}

async fn until(db: &sea_orm::DatabaseConnection, phase: &str) {
    let begun = std::time::Instant::now();
    while count(db, &format!("{AT_WORK} AND phase = '{phase}'")).await == 0 {
        assert!(begun.elapsed() < std::time::Duration::from_mins(1), "{phase}");
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
}

/// A schema that the revision names, however it gets there.
#[tokio::test]
async fn an_index_of_another_schema_is_looked_at_too() {
    for statements in [
        &["CREATE UNIQUE INDEX CONCURRENTLY t_a ON rep.t (a)"][..],
        &["SET search_path = rep", "CREATE UNIQUE INDEX CONCURRENTLY ON t (a)"],
        &["SELECT set_config('search_path', 'rep', false)", "REINDEX INDEX CONCURRENTLY foreign_rep"],
        &["REINDEX INDEX CONCURRENTLY rep.foreign_rep"],
    ] {
        let database = TestDatabase::create(Backend::Postgres).await;
        let db = database.connect().await;
        let both = "CREATE SCHEMA {s}; CREATE TABLE {s}.t (a int); INSERT INTO {s}.t VALUES (1), (1)";
        for schema in ["rep", "quiet"] {
            execute(&db, &both.replace("{s}", schema)).await;
        }
        let build = async |name: &str| {
            let build = format!("CREATE UNIQUE INDEX CONCURRENTLY foreign_{name} ON {name}.t (a)");
            sea_orm::ConnectionTrait::execute_unprepared(&db, &build).await.unwrap_err();
        };
        build("quiet").await;
        if statements.iter().any(|sql| sql.starts_with("REINDEX")) {
            build("rep").await;
        }
        let before = rows_as_text(&db, INVALID).await;
        let revision = Inline::new("m1", "SELECT 1", "").up_by(move |manager| {
            Box::pin(async move {
                for sql in statements {
                    // The revision takes the error for nothing.
                    let _ = sea_orm::ConnectionTrait::execute_unprepared(manager.get_connection(), sql).await;
                }
                Ok(())
            })
        });
        let runner = database.runner_of(project(&[revision.outside_transaction()])).await;
        let error = runner.up(None).await.unwrap_err().on_one_line();
        assert!(error.contains("left an invalid index behind"), "{statements:?}: {error}");
        assert_eq!(rows_as_text(&db, INVALID).await, before, "{statements:?}");
        runner.close().await;
    }
}

/// Invalid until each partition has its own: no build left it.
#[tokio::test]
async fn the_index_of_a_partitioned_table_may_wait_for_its_parts() {
    let database = TestDatabase::create(Backend::Postgres).await;
    let table = Inline::new("m1", "CREATE TABLE p (a int) PARTITION BY RANGE (a)", "DROP TABLE p")
        .then("CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (10)");
    let only = Inline::new("m2", "CREATE INDEX p_a ON ONLY p (a)", "DROP INDEX p_a").outside_transaction();
    let part = Inline::new("m3", "CREATE INDEX CONCURRENTLY p1_a ON p1 (a)", "DROP INDEX p1_a").outside_transaction();
    let attach = Inline::new("m4", "ALTER INDEX p_a ATTACH PARTITION p1_a", "");
    let runner = database.runner_of(project(&[table, only, part, attach])).await;
    runner.up(Some(2)).await.unwrap();
    assert_eq!(rows_as_text(runner.connection(), INVALID).await, ["p_a"]);
    runner.up(None).await.unwrap();
    assert_eq!(rows_as_text(runner.connection(), INVALID).await, [""; 0]);
    runner.close().await;
}

/// It cannot be dropped without the other.
#[tokio::test]
async fn an_invalid_part_of_an_index_is_named() {
    let database = TestDatabase::create(Backend::Postgres).await;
    let db = database.connect().await;
    execute(
        &db,
        "CREATE TABLE p (a int) PARTITION BY RANGE (a); CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (10); \
         INSERT INTO p VALUES (1), (1)",
    )
    .await;
    let revision = Inline::new("m1", "CREATE UNIQUE INDEX p_a ON ONLY p (a)", "")
        .up_by(|manager| {
            Box::pin(async {
                let build = "CREATE UNIQUE INDEX CONCURRENTLY p1_a ON p1 (a)";
                let _ = sea_orm::ConnectionTrait::execute_unprepared(manager.get_connection(), build).await;
                Ok(())
            })
        })
        .then("ALTER INDEX p_a ATTACH PARTITION p1_a")
        .outside_transaction();
    let runner = database.runner_of(project(&[revision])).await;
    let error = runner.up(None).await.unwrap_err().on_one_line();
    assert!(error.contains("p1_a") && error.contains("partitioned table"), "{error}");
    runner.close().await;
}

/// The copy of a database has the same numbers for its indexes, and the server tells of what is built in all of them.
#[tokio::test]
async fn an_index_that_is_built_in_a_copy_of_the_database_is_no_excuse() {
    let database = TestDatabase::create(Backend::Postgres).await;
    let db = database.connect().await;
    execute(&db, "CREATE TABLE t (a int); INSERT INTO t VALUES (1), (1)").await;
    let build = "CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS t_a ON t (a)";
    sea_orm::ConnectionTrait::execute_unprepared(&db, build).await.unwrap_err();
    let (server, name) = database.url().rsplit_once('/').unwrap();
    let twin = format!("{name}_twin");
    db.close().await.unwrap();
    let beside = tests::connect_to(&format!("{server}/postgres")).await;
    // The session that was closed may not have ended yet.
    let copy = format!("CREATE DATABASE {twin} TEMPLATE {name}");
    let begun = std::time::Instant::now();
    while let Err(error) = sea_orm::ConnectionTrait::execute_unprepared(&beside, &copy).await {
        assert!(begun.elapsed() < std::time::Duration::from_mins(1), "{error}");
    }
    let (reading, building) =
        (tests::connect_to(&format!("{server}/{twin}")).await, tests::connect_to(&format!("{server}/{twin}")).await);
    // Waits for the reader, with the number of the index in the server's list.
    execute(&reading, "BEGIN; SELECT count(*) FROM t").await;
    let rebuild = tokio::spawn(async move {
        let _ = sea_orm::ConnectionTrait::execute_unprepared(&building, "REINDEX TABLE t").await;
    });
    let begun = std::time::Instant::now();
    // Inside of its transaction the reader would see the same list for ever.
    let at_work = format!("pg_stat_progress_create_index WHERE datname = '{twin}' AND index_relid <> 0");
    while count(&beside, &at_work).await == 0 {
        assert!(begun.elapsed() < std::time::Duration::from_mins(1));
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }

    let db = database.connect().await;
    execute(&db, "DELETE FROM t WHERE ctid = '(0,1)'").await;
    let found = migration_engine::operate::doctor::examine(&database.runner().await).await.unwrap();
    let invalid = found.iter().find(|one| one.about == "invalid indexes").unwrap();
    assert!(invalid.finding.contains("t_a") && !invalid.finding.contains("being built"), "{invalid:?}");
    let runner = database.runner_of(project(&[Inline::new("m1", build, "").outside_transaction()])).await;
    runner.up(None).await.unwrap();
    runner.close().await;
    assert_eq!(rows_as_text(&db, INVALID).await, [""; 0]);
    reading.close().await.unwrap();
    rebuild.await.unwrap();
    execute(&beside, &format!("DROP DATABASE {twin} WITH (FORCE)")).await;
}
