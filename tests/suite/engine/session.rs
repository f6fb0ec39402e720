//! Every revision starts from the same session, whatever the one before it left.

use migration_engine::{
    EngineError,
    project::describe::Allowed,
    schema::{drift, verify},
};
use tests::{
    Backend, TestDatabase,
    fixtures::execute,
    inline::{Inline, project},
    on_every_backend,
    process::run,
    rows_as_text,
};

use crate::migration;

on_every_backend!(nothing_that_a_revision_leaves_reaches_the_next);

/// What revisions leave behind. Each is tried within a transaction and outside.
fn left(backend: Backend) -> &'static [&'static str] {
    match backend {
        Backend::Postgres | Backend::Timescale => &[
            "SET session_replication_role = replica",
            "SET TimeZone = 'Asia/Kolkata'; SET lock_timeout = 0",
            "SELECT pg_catalog.set_config('search_path', '', false)",
            "SET search_path TO hello",
            "SET ROLE pg_monitor",
            "SET SESSION AUTHORIZATION pg_monitor",
            "SET standard_conforming_strings = off; SET my.own = 'yes'",
            "CREATE TEMP TABLE IF NOT EXISTS stray (id int); SET IntervalStyle = iso_8601",
        ],
        Backend::Mariadb => &[
            "SET FOREIGN_KEY_CHECKS = 0",
            "SET time_zone = '+05:00', sql_mode = '', sql_safe_updates = 1",
            "USE information_schema",
            "SET NAMES latin1",
            "SET SESSION TRANSACTION ISOLATION LEVEL SERIALIZABLE",
            "SET SESSION lock_wait_timeout = 4711, unique_checks = 0",
            "SET SESSION timestamp = 1000000000, auto_increment_increment = 10, auto_increment_offset = 3",
            "SET SESSION sql_if_exists = 1, max_error_count = 0, sql_notes = 0, default_tmp_storage_engine = MEMORY",
            "SET SESSION explicit_defaults_for_timestamp = 0, character_set_server = latin2, insert_id = 77",
        ],
        Backend::Sqlite => &[
            "PRAGMA foreign_keys = OFF",
            "PRAGMA ignore_check_constraints = 1; PRAGMA case_sensitive_like = 1",
            "PRAGMA recursive_triggers = 1; PRAGMA legacy_alter_table = 1",
            "CREATE TEMP TABLE IF NOT EXISTS stray (id int)",
            "ATTACH ':memory:' AS beside",
            "PRAGMA journal_mode = OFF",
            "PRAGMA journal_mode = MEMORY; PRAGMA foreign_keys = OFF",
            "PRAGMA full_column_names = 1; PRAGMA short_column_names = 0; PRAGMA max_page_count = 4711",
        ],
    }
}

/// What a revision can see of its session.
fn seen(backend: Backend) -> &'static str {
    match backend {
        Backend::Postgres | Backend::Timescale => {
            "SELECT concat_ws('; ', current_setting('session_replication_role'), current_setting('TimeZone'), \
             current_setting('lock_timeout'), current_setting('search_path'), current_user, session_user, \
             current_setting('standard_conforming_strings'), coalesce(nullif(current_setting('my.own', true), ''), 'none'), \
             coalesce(to_regclass('stray')::text, 'none'), current_setting('IntervalStyle'))"
        }
        Backend::Mariadb => {
            "SELECT concat_ws('; ', @@foreign_key_checks, @@time_zone, @@sql_mode, @@sql_safe_updates, DATABASE(), \
             @@character_set_client, @@tx_isolation, @@lock_wait_timeout, @@unique_checks, @@auto_increment_increment, \
             @@auto_increment_offset, abs(@@timestamp - unix_timestamp(sysdate(6))) > 1, @@sql_if_exists, @@max_error_count, \
             @@sql_notes, coalesce(@@default_tmp_storage_engine, 'none'), @@explicit_defaults_for_timestamp, \
             @@character_set_server, @@insert_id)"
        }
        Backend::Sqlite => {
            "SELECT concat_ws('; ', (SELECT foreign_keys FROM pragma_foreign_keys), \
             (SELECT ignore_check_constraints FROM pragma_ignore_check_constraints), \
             (SELECT recursive_triggers FROM pragma_recursive_triggers), \
             (SELECT legacy_alter_table FROM pragma_legacy_alter_table), 'a' LIKE 'A', \
             (SELECT journal_mode FROM pragma_journal_mode WHERE schema = 'main'), \
             (SELECT full_column_names FROM pragma_full_column_names), \
             (SELECT short_column_names FROM pragma_short_column_names), \
             (SELECT max_page_count FROM pragma_max_page_count), (SELECT count(*) FROM temp.sqlite_master), (SELECT count(*) FROM pragma_database_list WHERE name = 'beside'))"
        }
    }
}

fn named(text: String) -> &'static str {
    Box::leak(text.into_boxed_str())
}

async fn nothing_that_a_revision_leaves_reaches_the_next(database: TestDatabase) {
    // Some of what is left takes a superuser.
    let database = database.as_administrator();
    let backend = database.backend();
    let note = format!("INSERT INTO notes (seen) {}", seen(backend));
    let schema = if matches!(backend, Backend::Postgres | Backend::Timescale) { "CREATE SCHEMA hello" } else { "" };
    let mut revisions = vec![Inline::new("m00_notes", "CREATE TABLE notes (seen text)", "DROP TABLE notes")];
    if !schema.is_empty() {
        revisions.push(Inline::new("m01_schema", schema, "DROP SCHEMA hello"));
    }
    revisions.push(Inline::new("m02_first", &note, &note));
    for (number, left) in left(backend).iter().enumerate() {
        let inside = Inline::new(named(format!("m1{number}_a_leaves")), left, left);
        let outside = Inline::new(named(format!("m1{number}_c_leaves")), left, left).outside_transaction();
        let noted = |name: &str| Inline::new(named(format!("m1{number}_{name}")), &note, &note);
        revisions.extend([inside, noted("b_notes"), outside, noted("d_notes")]);
    }
    let runner = database.runner_of(project(&revisions)).await;
    runner.up(None).await.unwrap();
    let expected = 1 + 2 * left(backend).len();
    let up = rows_as_text(runner.connection(), "SELECT seen FROM notes").await;
    assert_eq!(up.len(), expected);
    assert!(up.iter().all(|line| *line == up[0]), "{up:#?}");

    runner.down(Some(u32::try_from(2 * expected - 2 + 1).unwrap())).await.unwrap();
    let down = rows_as_text(runner.connection(), "SELECT seen FROM notes").await;
    assert_eq!(down.len(), 2 * expected);
    assert!(down.iter().all(|line| *line == up[0]), "{down:#?}");
    runner.close().await;
}

/// The most common baseline there is.
const DUMP: &str = "SET statement_timeout = 0;\nSET lock_timeout = 0;\nSET client_encoding = 'UTF8';\n\
    SELECT pg_catalog.set_config('search_path', '', false);\nSET check_function_bodies = false;\nSET row_security = off;\n\
    CREATE TABLE public.pumps (id integer NOT NULL, made timestamp with time zone);\n\
    ALTER TABLE ONLY public.pumps ADD CONSTRAINT pumps_pkey PRIMARY KEY (id);";

#[tokio::test]
async fn a_dump_is_a_baseline_like_any_other() {
    const LOSES: &[Allowed] = &[Allowed { rule: verify::LOSSY_ROLLBACK, reason: "this test is not about sites" }];
    let database = TestDatabase::create(Backend::Postgres).await;
    let add = Inline::new("m2_add", "ALTER TABLE pumps ADD COLUMN site text", "ALTER TABLE pumps DROP COLUMN site");
    let revisions = [Inline::new("m1_baseline", DUMP, "DROP TABLE pumps"), add.allows(LOSES)];
    let runner = database.runner_of(project(&revisions)).await;
    let verified = verify::verify(&runner, |_| {}).await.unwrap();
    assert!(verified.iter().all(|one| one.outcome == verify::Outcome::Proved), "{verified:#?}");
    runner.up(None).await.unwrap();
    assert_eq!(drift::drift(&runner).await.unwrap(), []);
    runner.down(None).await.unwrap();
    runner.close().await;
}

#[tokio::test]
async fn a_lock_that_a_revision_gave_up_is_missed() {
    let database = TestDatabase::create(Backend::Postgres).await;
    let revisions = [Inline::new("m1", "SELECT pg_advisory_unlock_all()", "")];
    let runner = database.runner_of(project(&revisions)).await;
    let error = runner.up(None).await.unwrap_err();
    assert!(matches!(error, EngineError::LockLost), "{error:?}");
    runner.close().await;
}

#[tokio::test]
async fn a_search_path_without_a_schema_is_one_clear_line() {
    let database = TestDatabase::create(Backend::Postgres).await;
    let db = database.connect().await;
    execute(
        &db,
        "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET search_path = nowhere', current_database()); END $$",
    )
    .await;
    db.close().await.unwrap();
    for command in ["up", "status", "check", "schema", "report", "doctor", "down", "fresh", "verify"] {
        let done = run(migration(&std::env::temp_dir()).args(["--database-url", database.url(), command]));
        assert_eq!(done.code, 1, "{command}: {done:#?}");
        let clear = done.stderr.contains("the search path of this user is \"nowhere\"");
        assert!(clear && done.stderr.lines().count() == 1 && done.stdout.is_empty(), "{command}: {done:#?}");
    }
}

/// A journal in the file is the file's own, and stays.
#[tokio::test]
async fn a_journal_that_the_file_keeps_is_kept() {
    let database = TestDatabase::create(Backend::Sqlite).await;
    let runner = database
        .runner_of(project(&[Inline::new("m1", "PRAGMA journal_mode = WAL; PRAGMA foreign_keys = OFF", "")]))
        .await;
    runner.up(None).await.unwrap();
    let journal = "SELECT journal_mode FROM pragma_journal_mode WHERE schema = 'main'";
    assert_eq!(rows_as_text(runner.connection(), journal).await, ["wal"]);
    runner.close().await;
}

/// What is put off to the commit is done as the user and on the path that the revision left.
#[tokio::test]
async fn a_deferred_trigger_of_postgres_fires_in_the_session_of_its_revision() {
    let database = TestDatabase::create(Backend::Postgres).await;
    let made = Inline::new("m1", "CREATE SCHEMA shop", "DROP SCHEMA shop CASCADE").then_all(&[
        "CREATE TABLE shop.t (id int); CREATE TABLE shop.log (id int, tenant text); CREATE TABLE log (id int, tenant text)",
        "CREATE FUNCTION shop.au() RETURNS trigger LANGUAGE plpgsql AS \
         $$ BEGIN INSERT INTO log VALUES (NEW.id, current_setting('app.tenant', true)); RETURN NULL; END $$",
        "CREATE CONSTRAINT TRIGGER tr AFTER INSERT ON shop.t DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION shop.au()",
    ]);
    let fires = || {
        Inline::new("m2", "SET search_path = shop", "DELETE FROM shop.t")
            .then("SET app.tenant = 'acme'")
            .then("INSERT INTO t VALUES (1)")
    };
    // A temporary table with work put off cannot be dropped before that is done.
    let keyed = Inline::new(
        "m3",
        "CREATE TEMP TABLE own (id int PRIMARY KEY, up int REFERENCES own DEFERRABLE INITIALLY DEFERRED)",
        "",
    )
    .then("INSERT INTO own VALUES (1, 2), (2, 1)");
    let runner = database.runner_of(project(&[made, fires(), keyed])).await;
    runner.up(None).await.unwrap();
    assert_eq!(rows_as_text(runner.connection(), "SELECT id || tenant FROM shop.log").await, ["1acme"]);
    assert_eq!(rows_as_text(runner.connection(), "SELECT id::text FROM log").await, [""; 0]);
    runner.close().await;
}

/// MySQL cannot tell them from the tables of the schema, which they hide.
#[tokio::test]
async fn a_temporary_table_of_mariadb_hides_none_from_the_next_revision() {
    let database = TestDatabase::create(Backend::Mariadb).await;
    let parts = Inline::new("m1", "CREATE TABLE parts (id int); INSERT INTO parts VALUES (1)", "DROP TABLE parts");
    for (number, (temporary, outside)) in [
        ("CREATE TEMPORARY TABLE parts AS SELECT * FROM parts", false),
        ("CREATE TEMPORARY TABLE parts AS SELECT * FROM parts", true),
        ("CREATE OR REPLACE TEMPORARY TABLE `parts` (id int)", false),
        ("CREATE TEMPORARY TABLE IF NOT EXISTS seaql_migrations (version varchar(255), applied_at bigint)", false),
    ]
    .into_iter()
    .enumerate()
    {
        let hides = Inline::new("m2", temporary, "");
        let hides = if outside { hides.outside_transaction() } else { hides };
        let writes = Inline::new("m3", "INSERT INTO parts VALUES (2)", "DELETE FROM parts WHERE id = 2");
        let widens = Inline::new("m4", "ALTER TABLE parts ADD COLUMN w int", "ALTER TABLE parts DROP COLUMN w");
        let runner = database.runner_of(project(&[parts.clone(), hides, writes, widens])).await;
        let verified = verify::verify(&runner, |_| {}).await.unwrap();
        let proved = |one: &verify::Verified| one.revision == "m4" || one.outcome != verify::Outcome::Failed;
        assert!(verified.iter().all(proved), "{number}: {verified:#?}");
        runner.up(None).await.unwrap();
        let db = database.connect().await;
        assert_eq!(
            rows_as_text(&db, "SELECT CONCAT(id, COALESCE(w, '-')) FROM parts ORDER BY 1").await,
            ["1-", "2-"],
            "{number}"
        );
        assert_eq!(tests::fixtures::applied(&db).await, ["m1", "m2", "m3", "m4"], "{number}");
        db.close().await.unwrap();
        assert_eq!(drift::drift(&runner).await.unwrap(), [], "{number}");
        runner.reset().await.unwrap();
        runner.close().await;
    }
}
