//! The rules of `lint` tell the truth: a real TimescaleDB refuses what they flag, with the error they name, or shows the
//! effect they warn of, and takes what they advise.

use migration_engine::{
    Direction, Project,
    lint::{
        self, Finding, RULES,
        rule::{Example, Proof, Servers, Sql},
        rules::HARMLESS,
    },
    recording::{self, Profile, REFERENCE_TIMESCALEDB},
    sql::sqlstate,
};
use migration_timescale::{Capability, Dialect};
use sea_orm::{ConnectionTrait, DatabaseConnection};
use sea_orm_migration::prelude::*;
use tests::{Backend, TestDatabase, inline::Inline, on_every_backend, rows_as_text, scalar};

/// One server for all: starting one costs more than the examples do.
#[tokio::test]
async fn every_rule_is_proven_by_its_examples() {
    examples_prove(TestDatabase::create(Backend::Timescale).await, Servers::All).await;
}

#[tokio::test]
#[ignore = "needs an index built while others write, and TimescaleDB in WebAssembly has one session"]
async fn every_rule_about_indexes_built_concurrently_is_proven_by_its_examples() {
    examples_prove(TestDatabase::native(Backend::Timescale).await, Servers::Native).await;
}

async fn examples_prove(database: TestDatabase, servers: Servers) {
    let db = database.connect().await;
    let version = Capability::detect(&db).await.unwrap().timescale_version().unwrap();
    let mut complaints = Vec::new();
    for rule in RULES.iter().filter(|rule| rule.backend == Dialect::Postgres) {
        for (number, example) in rule.examples.iter().enumerate() {
            if example.servers != servers {
                continue;
            }
            for (sql, flagged) in [(example.failing, true), (example.passing, false)] {
                // What it warns of does not happen on this version.
                if flagged && !rule.versions.contain(version) {
                    continue;
                }
                set_up(&db, example.setup).await;
                if let Err(complaint) = prove(&db, example, sql, flagged).await {
                    let which = if flagged { "failing" } else { "passing" };
                    complaints.push(format!("{} {number} {which}: {complaint}", rule.name));
                }
            }
        }
        if let Some(code) = rule.code {
            let proven =
                rule.examples.iter().any(|example| matches!(example.proof, Proof::Refused(shown) if shown == code));
            assert!(proven, "{} says {code} and no example shows it", rule.name);
        }
    }
    let harmless = if servers == Servers::All { HARMLESS } else { &[] };
    for (setup, statements) in harmless {
        for sql in *statements {
            set_up(&db, setup).await;
            run(&db, "BEGIN").await.unwrap();
            if let Err(error) = run(&db, sql).await {
                complaints.push(format!("{sql} is not harmless: {error}"));
            }
        }
    }
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}

on_every_backend!(
    only: [sqlite, mariadb], "rules about PostgreSQL are proven on TimescaleDB";
    every_rule_about_the_backend_is_proven_by_its_examples
);

async fn every_rule_about_the_backend_is_proven_by_its_examples(database: TestDatabase) {
    let db = database.connect().await;
    let dialect = Dialect::of(db.get_database_backend());
    let mut complaints = Vec::new();
    let rules = RULES.iter().filter(|rule| rule.backend == dialect);
    for (rule, example) in rules.flat_map(|rule| rule.examples.iter().map(move |example| (rule, example))) {
        for (sql, flagged) in [(example.failing, true), (example.passing, false)] {
            // SQLite has nothing to roll back outside a transaction.
            let _ = run(&db, "ROLLBACK").await;
            if dialect == Dialect::Sqlite {
                run(&db, "PRAGMA foreign_keys = ON").await.unwrap();
            }
            for table in ["new_sites", "site_lines", "sites"] {
                run(&db, &format!("DROP TABLE IF EXISTS {table}")).await.unwrap();
            }
            for sql in example.setup.iter().copied().flatten() {
                run(&db, sql).await.unwrap();
            }
            if let Err(complaint) = prove(&db, example, sql, flagged).await {
                complaints.push(format!("{} {sql:?}: {complaint}", rule.name));
            }
        }
    }
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}

/// An empty schema with what an example starts from.
async fn set_up(db: &DatabaseConnection, setup: &[&[&str]]) {
    // What an example before left open or set.
    run(db, "ROLLBACK").await.unwrap();
    run(db, "RESET ALL").await.unwrap();
    run(db, "DROP SCHEMA IF EXISTS example CASCADE").await.unwrap();
    run(db, "CREATE SCHEMA example").await.unwrap();
    run(db, "SET search_path TO example, public").await.unwrap();
    for sql in setup.iter().copied().flatten() {
        let result = run(db, sql).await;
        assert_eq!(result.is_err(), sql.starts_with(Example::BROKEN), "{sql}: {result:?}");
    }
}

async fn prove(db: &DatabaseConnection, example: &Example, sql: Sql, flagged: bool) -> Result<(), String> {
    let expected = match example.proof {
        Proof::Refused(code) if flagged => Some(code),
        _ => None,
    };
    if sql.is_transaction() {
        run(db, "BEGIN").await.unwrap();
    }
    let (last, first) = sql.statements().split_last().expect("a statement");
    for statement in first {
        run(db, statement).await.map_err(|error| format!("{statement}: {error}"))?;
    }
    refused(&run(db, last).await, last, expected)?;
    match example.proof {
        Proof::Refused(_) if flagged => return Ok(()),
        Proof::Later(statement, code) => {
            commit(db, sql).await;
            return refused(&run(db, statement).await, statement, flagged.then_some(code));
        }
        Proof::Shown { run: Some(statements), .. } => {
            commit(db, sql).await;
            for statement in rows_as_text(db, statements).await {
                run(db, &statement).await.map_err(|error| format!("{statement}: {error}"))?;
            }
        }
        Proof::Refused(_) | Proof::Shown { run: None, .. } => {}
    }
    if let Proof::Shown { query, bad, good, .. } = example.proof {
        let (shown, expected) = (scalar(db, query).await.unwrap_or_default(), if flagged { bad } else { good });
        if shown != expected {
            return Err(format!("{query} gives {shown}, not {expected}"));
        }
    }
    commit(db, sql).await;
    Ok(())
}

async fn commit(db: &DatabaseConnection, sql: Sql) {
    if sql.is_transaction() {
        run(db, "COMMIT").await.unwrap();
    }
}

fn refused(result: &Result<(), DbErr>, statement: &str, expected: Option<&str>) -> Result<(), String> {
    let code = result.as_ref().err().and_then(sqlstate::code);
    match expected {
        _ if code.as_deref() == expected && result.is_err() == expected.is_some() => Ok(()),
        Some(expected) => Err(format!("{statement} should be refused with {expected}: {result:?}")),
        None => Err(format!("{statement} should succeed: {result:?}")),
    }
}

async fn run(db: &DatabaseConnection, sql: &str) -> Result<(), DbErr> {
    db.execute_unprepared(sql).await.map(drop)
}

const PROFILES: &[Profile] = &[Profile::Timescaledb, Profile::TimescaledbApache, Profile::Postgres];

/// What is found in revisions on PostgreSQL with and without TimescaleDB.
async fn findings(project: &Project) -> Vec<Finding> {
    findings_on(project, PROFILES).await
}

async fn findings_on(project: &Project, profiles: &[Profile]) -> Vec<Finding> {
    let mut histories = Vec::new();
    for profile in profiles {
        histories.push(recording::record_each(&project.revisions(), profile.capability(None)).await);
    }
    let allowed = |revision: &str| project.description(revision).map_or_else(Vec::new, |about| about.allows().to_vec());
    lint::lint(&histories, REFERENCE_TIMESCALEDB, allowed)
}

/// No finding that is not allowed with a reason.
#[tokio::test]
async fn the_revisions_of_every_area_are_clean() {
    for (area, project) in tests::areas() {
        for profiles in [PROFILES, &[Profile::Sqlite], &[Profile::Mysql]] {
            let found = findings_on(&project, profiles).await;
            let open = found.iter().filter(|finding| finding.allowed.is_none()).map(ToString::to_string);
            assert_eq!(open.collect::<Vec<_>>(), [""; 0], "{area} {profiles:?}");
        }
    }
}

/// What a hurried programmer would write next.
fn hurried() -> Inline {
    let constraint =
        "ALTER TABLE alarms ADD CONSTRAINT c CHECK (value > 0) NOT VALID; ALTER TABLE alarms VALIDATE CONSTRAINT c";
    Inline::new("m20990101_000000_hurried", "", "").up_by(|manager| Box::pin(add_column(manager))).then(constraint)
}

async fn add_column(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let mut columns = Table::alter();
    columns.table("alarms").add_column(ColumnDef::new("seen_at").date_time().default(Expr::current_timestamp()));
    manager.alter_table(columns).await?;
    manager.create_index(Index::create().name("alarms_value_idx").table("alarms").col("value").to_owned()).await
}

#[tokio::test]
async fn a_hurried_revision_is_not() {
    let mut revisions = migration::Migrator::migrations();
    revisions.push(Box::new(hurried()));
    let mut rules: Vec<&str> = findings(&Project::of(revisions)).await.iter().map(|finding| finding.rule).collect();
    rules.sort_unstable();
    rules.dedup();
    let expected = [
        "blocking-index",
        // NOT VALID and VALIDATE in one transaction are no better than neither.
        "constraint-missing-not-valid",
        "not-valid-on-columnstore",
        "prefer-timestamp-tz",
        "validate-on-columnstore",
        "volatile-default-on-columnstore",
    ];
    assert_eq!(rules, expected);
}

/// What PostgreSQL does not rewrite the table for is a wider type, and no finding.
#[tokio::test]
async fn a_wider_type_is_told_from_another() {
    let database = TestDatabase::create(Backend::Postgres).await;
    let db = database.connect().await;
    for (old, new) in [
        ("varchar(20)", "varchar(40)"),
        ("varchar(40)", "varchar(20)"),
        ("varchar(20)", "text"),
        ("varchar(20)", "character varying"),
        ("text", "varchar"),
        ("text", "varchar(20)"),
        ("numeric(5)", "numeric(9, 0)"),
        ("numeric(5, 2)", "decimal(9, 2)"),
        ("numeric(5, 2)", "numeric(9, 3)"),
        ("numeric(5, 2)", "numeric"),
        ("numeric", "numeric(5, 2)"),
        ("bit varying(5)", "bit varying(9)"),
        ("bit varying(9)", "bit varying(5)"),
        ("char(5)", "char(9)"),
        ("integer", "bigint"),
        ("jsonb", "json"),
        ("text[]", "text[]"),
        ("timestamptz", "timestamptz"),
    ] {
        let table = format!("CREATE TABLE pumps (id bigint PRIMARY KEY, kept {old})");
        // As SeaORM writes it.
        let change = format!("ALTER TABLE pumps ALTER COLUMN kept TYPE {new}, ALTER COLUMN kept DROP NOT NULL");
        let file = "SELECT pg_relation_filenode('pumps')::text";
        run(&db, &table).await.unwrap();
        run(&db, "INSERT INTO pumps VALUES (1, NULL)").await.unwrap();
        let before = scalar(&db, file).await;
        run(&db, &change).await.unwrap();
        let rewritten = scalar(&db, file).await != before;
        run(&db, "DROP TABLE pumps").await.unwrap();
        let revisions = [
            Inline::new("m1_pumps", &table, "DROP TABLE pumps"),
            Inline::new("m2_wider", &change, &format!("ALTER TABLE pumps ALTER COLUMN kept TYPE {old}")),
        ];
        let found = findings(&tests::inline::project(&revisions)).await;
        let is_found = found.iter().any(|one| one.rule == "changing-column-type" && one.direction == Direction::Up);
        assert_eq!(is_found, rewritten, "{old} to {new}: {found:#?}");
    }
}
