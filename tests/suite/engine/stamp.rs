//! A database that existed before the project is taken over with `stamp`, if its table is the one the baseline makes.

use migration_engine::{EngineError, Runner, schema::stamp::stamp};
use sea_orm::{ConnectionTrait, DbBackend};
use sea_orm_migration::prelude::*;
use tests::{
    Backend, TestDatabase, catalog,
    fixtures::{
        self, BASELINE, OLD_COLUMNS, OLD_HYPERTABLE, PREDICTIVE, alarms, applied, assert_same, compress, count,
        execute, has_table, old_table,
    },
    inline::{Inline, project},
    on_every_backend, rows_as_text, scalar,
};

on_every_backend!(
    a_table_made_by_hand_is_taken_over_with_its_rows,
    a_table_that_differs_is_refused_with_what_differs,
    what_does_no_harm_is_accepted,
    differences_are_accepted_when_asked_to,
    names_are_checked_and_stamping_twice_changes_nothing,
    a_comparison_leaves_nothing_behind,
);

async fn a_table_made_by_hand_is_taken_over_with_its_rows(database: TestDatabase) {
    fixtures::with_old_table(&database).await;
    let timescale = ["hypertable alarms", "columnstore of alarms", "policy policy_compression on alarms"];
    // The table of old has no checks there.
    let checks = ["raised_at", "sensor_id", "context", "id", "severity", "status"]
        .map(|column| format!("constraint alarms.alarms_{column}_check is missing"));
    let checks: Vec<&str> = checks.iter().map(String::as_str).collect();
    let expected: &[&str] = match database.backend() {
        Backend::Timescale => &timescale,
        Backend::Postgres => &[],
        Backend::Mariadb => &checks[..2],
        Backend::Sqlite => &checks,
    };
    is_taken_over(&database, expected).await;
}

#[tokio::test]
async fn a_hypertable_with_compressed_rows_is_taken_over() {
    let database = TestDatabase::create(Backend::Timescale).await;
    fixtures::with_old_table(&database).await;
    let db = database.connect().await;
    execute(&db, OLD_HYPERTABLE).await;
    compress(&db).await;
    db.close().await.unwrap();
    is_taken_over(&database, &[]).await;
}

/// Stamps, with these notes and no others, and applies the rest.
async fn is_taken_over(database: &TestDatabase, notes: &[&str]) {
    let runner = database.runner().await;
    let (db, backend) = (runner.connection(), database.backend());
    let before = alarms(db, backend, &OLD_COLUMNS).await;
    let stamped = stamp(&runner, BASELINE, false).await.unwrap();
    assert_eq!(stamped.recorded, [BASELINE]);
    assert_eq!(stamped.notes.len(), notes.len(), "{:#?}", stamped.notes);
    for note in notes {
        assert!(stamped.notes.iter().any(|line| line.starts_with(note)), "{note} in {:#?}", stamped.notes);
    }
    let pending: Vec<bool> = runner.status().await.unwrap().iter().map(|status| status.applied_at.is_none()).collect();
    assert_eq!(pending, [false, true, true, true]);
    assert_eq!(runner.up(Some(1)).await.unwrap(), [PREDICTIVE]);
    assert_eq!(applied(db).await, [BASELINE, PREDICTIVE]);
    assert_same(&alarms(db, backend, &OLD_COLUMNS).await, &before, "rows");
    assert_eq!(count(db, "alarms WHERE origin = 'threshold'").await as usize, before.len());
}

/// Replaces the table by one made from changed statements.
async fn remake(db: &impl ConnectionTrait, backend: Backend, from: &str, to: &str) {
    let sql = old_table(backend);
    assert!(sql.contains(from), "{from} is not in {sql}");
    execute(db, "DROP TABLE IF EXISTS alarms").await;
    if matches!(backend, Backend::Postgres | Backend::Timescale) {
        execute(db, "DROP TYPE IF EXISTS alarm_severity; DROP TYPE IF EXISTS alarm_status").await;
    }
    execute(db, &sql.replacen(from, to, 1)).await;
}

async fn a_table_that_differs_is_refused_with_what_differs(database: TestDatabase) {
    let backend = database.backend();
    let runner = database.runner().await;
    let double =
        if backend == Backend::Postgres || backend == Backend::Timescale { "double precision" } else { "double" };
    let value = format!("    value {double},\n");
    let integer = if backend == Backend::Mariadb {
        "column alarms.value: expected double, the database has bigint".to_owned()
    } else {
        format!("column alarms.value: expected {double}, the database has bigint")
    };
    let mut cases: Vec<(&str, String, &str)> = vec![
        ("    acknowledged_by text,\n", String::new(), "column alarms.acknowledged_by is missing from the database"),
        (&value, "    value bigint,\n".into(), &integer),
        ("varchar(255) NOT NULL", "varchar(255)".into(), "column alarms.sensor_id: expected"),
        (&value, value.replace(",\n", " NOT NULL,\n"), "column alarms.value: expected"),
        (" DEFAULT 'active'", String::new(), "column alarms.status: expected"),
        (&value, format!("    site int NOT NULL,\n{value}"), "column alarms.site is not expected"),
        (
            "KEY (id, raised_at)",
            "KEY (raised_at, id)".into(),
            "primary key of alarms: expected PRIMARY KEY (id, raised_at)",
        ),
        ("TABLE alarms (", "TABLE alarms_of_old (".into(), "table alarms is missing from the database"),
    ];
    // SQLite has labels in a check, and checks are not compared.
    if backend != Backend::Sqlite {
        let about = if backend == Backend::Mariadb {
            "column alarms.severity: expected"
        } else {
            "enum alarm_severity: expected"
        };
        let labels = "'info', 'warning', 'critical'";
        cases.push((labels, "'info', 'warning'".into(), about));
        cases.push((labels, "'warning', 'info', 'critical'".into(), about));
    }
    for (from, to, expected) in cases {
        // The indexes of a table of another name would fail.
        if to.contains("alarms_of_old") {
            execute(runner.connection(), "DROP TABLE IF EXISTS alarms").await;
        } else {
            remake(runner.connection(), backend, from, &to).await;
        }
        let error = stamp(&runner, BASELINE, false).await.expect_err(from);
        assert!(matches!(error, EngineError::StampRefused { .. }), "{error}");
        let text = error.to_string();
        assert!(text.contains(expected), "{expected:?} in {text}");
        assert!(text.contains(BASELINE) && text.contains("--accept-differences"), "{text}");
        assert!(text.lines().count() <= 4, "nothing but the difference: {text}");
        assert!(!has_table(runner.connection(), "seaql_migrations").await, "nothing is recorded");
    }
}

async fn what_does_no_harm_is_accepted(database: TestDatabase) {
    let backend = database.backend();
    let runner = database.runner().await;
    let db = runner.connection();
    remake(
        db,
        backend,
        "    message text NOT NULL",
        "    site text,\n    floor int NOT NULL DEFAULT 0,\n    message text NOT NULL",
    )
    .await;
    let index =
        if backend == Backend::Mariadb { "DROP INDEX alarms_open_idx ON alarms" } else { "DROP INDEX alarms_open_idx" };
    execute(db, index).await;
    execute(db, "CREATE TABLE of_someone_else (id int PRIMARY KEY)").await;
    let notes = stamp(&runner, BASELINE, false).await.unwrap().notes;
    for words in
        ["column alarms.site is not expected", "column alarms.floor is not expected", "alarms_open_idx is missing"]
    {
        assert!(notes.iter().any(|note| note.contains(words)), "{words} in {notes:#?}");
    }
    assert!(!notes.iter().any(|note| note.contains("of_someone_else")), "{notes:#?}");
    assert_eq!(runner.up(Some(1)).await.unwrap(), [PREDICTIVE]);
}

async fn differences_are_accepted_when_asked_to(database: TestDatabase) {
    let backend = database.backend();
    let runner = database.runner().await;
    remake(runner.connection(), backend, "    acknowledged_by text,\n", "").await;
    assert!(stamp(&runner, BASELINE, false).await.is_err());
    let stamped = stamp(&runner, BASELINE, true).await.unwrap();
    assert_eq!(stamped.recorded, [BASELINE]);
    assert!(stamped.notes[0].contains("alarms.acknowledged_by is missing"), "{:?}", stamped.notes);
    assert_eq!(applied(runner.connection()).await, [BASELINE]);
}

async fn names_are_checked_and_stamping_twice_changes_nothing(database: TestDatabase) {
    fixtures::with_old_table(&database).await;
    let runner = database.runner().await;
    for unknown in ["m2024", "m", "", "create_alarms"] {
        let error = stamp(&runner, unknown, false).await.unwrap_err();
        assert!(matches!(error, EngineError::Graph(_)), "{error}");
        assert!(error.to_string().contains(&format!("{unknown:?}")), "{error}");
    }
    assert_eq!(stamp(&runner, "m2025", false).await.unwrap().recorded, [BASELINE], "a prefix");
    let first = rows_as_text(runner.connection(), "SELECT version FROM seaql_migrations").await;
    assert!(stamp(&runner, BASELINE, false).await.unwrap().recorded.is_empty());
    assert_eq!(rows_as_text(runner.connection(), "SELECT version FROM seaql_migrations").await, first);
    let error = stamp(&runner, PREDICTIVE, false).await.unwrap_err().to_string();
    assert!(error.contains("alarms.origin is missing") && error.contains("alarms.anomaly_score is missing"), "{error}");
    runner.up(None).await.unwrap();
    assert!(stamp(&runner, PREDICTIVE, false).await.unwrap().recorded.is_empty());
}

async fn a_comparison_leaves_nothing_behind(database: TestDatabase) {
    fixtures::with_old_table(&database).await;
    let runner = database.runner().await;
    let (before, surroundings) = (catalog(&runner).await, surroundings(&runner).await);
    assert!(stamp(&runner, PREDICTIVE, false).await.is_err(), "refused");
    assert_eq!(catalog(&runner).await.diff(&before), []);
    assert_eq!(self::surroundings(&runner).await, surroundings);
    stamp(&runner, BASELINE, false).await.unwrap();
    let surroundings = self::surroundings(&runner).await;
    assert!(stamp(&runner, BASELINE, false).await.unwrap().recorded.is_empty());
    assert_eq!(self::surroundings(&runner).await, surroundings);
    assert_eq!(catalog(&runner).await.diff(&before), []);
    runner.close().await;

    // A revision that fails half way.
    let failing = Inline::new("m1_fails", "CREATE TABLE half (id integer)", "")
        .up_by(|_| Box::pin(async { Err(DbErr::Custom("fails on purpose".into())) }));
    let runner = database.runner_of(project(&[failing])).await;
    let surroundings = self::surroundings(&runner).await;
    let error = stamp(&runner, "m1_fails", false).await.unwrap_err().on_one_line();
    assert!(error.contains("on purpose"), "{error}");
    assert_eq!(self::surroundings(&runner).await, surroundings);
    assert_eq!(catalog(&runner).await.diff(&before), []);
}

/// Where the session is and what else there is on the server.
async fn surroundings(runner: &Runner) -> Vec<Option<String>> {
    let db = runner.connection();
    match db.get_database_backend() {
        DbBackend::Postgres => vec![
            scalar(
                db,
                "SELECT string_agg(nspname, ' ' ORDER BY nspname) FROM pg_namespace WHERE nspname NOT LIKE 'pg\\_t%'",
            )
            .await,
            scalar(db, "SELECT current_schemas(true)::text || coalesce(pg_current_xact_id_if_assigned()::text, '')")
                .await,
            scalar(db, "SELECT count(*)::text FROM pg_type").await,
        ],
        DbBackend::MySql => {
            // Databases of other tests come and go; ours has the number of this session in its name.
            let scratch = "SELECT GROUP_CONCAT(SCHEMA_NAME) FROM information_schema.SCHEMATA \
                           WHERE SCHEMA_NAME LIKE CONCAT('migration\\_scratch\\_', CONNECTION_ID(), '\\_%')";
            vec![scalar(db, "SELECT DATABASE()").await, scalar(db, scratch).await]
        }
        _ => vec![scalar(db, "SELECT group_concat(name) FROM sqlite_master").await],
    }
}
