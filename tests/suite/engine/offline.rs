//! The printed scripts, run by the real clients: psql, sqlite3 and mariadb give what the runner gives.

use std::{fs, path::Path, process::Command};

use migration_engine::{
    Direction, Runner,
    ledger::Tables,
    lint, recording,
    runner::Likeness,
    sea_orm_migration::{MigrationTrait, MigratorTrait},
};
use migration_timescale::{Capability, Dialect};
use sea_orm::{ConnectionTrait, DatabaseConnection, Statement};
use sea_orm_migration::{prelude::*, sea_orm::DbBackend};
use tests::{
    Backend, TestDatabase, catalog,
    fixtures::{self, Alarm, BASELINE, PREDICTIVE, applied, count, execute},
    inline::{Inline, project},
    on_every_backend, process, scalar,
};
use url::Url;

on_every_backend!(
    the_up_script_does_what_up_does,
    the_down_script_takes_everything_back,
    what_the_down_script_keeps_comes_back,
    every_value_and_block_survives,
    a_change_after_a_script_is_seen,
    an_error_ends_the_script,
    what_cannot_be_written_down_stops_the_script,
);

/// The script of some revisions of a migrator, which is the same however often it is printed.
async fn script(server: Capability, direction: Direction, wanted: impl Fn(&str) -> bool) -> String {
    script_of(migration::Migrator::migrations(), server, direction, wanted).await
}

pub(super) async fn script_of(
    revisions: Vec<Box<dyn MigrationTrait>>,
    server: Capability,
    direction: Direction,
    wanted: impl Fn(&str) -> bool,
) -> String {
    let revisions: Vec<&dyn MigrationTrait> = revisions.iter().map(AsRef::as_ref).collect();
    let table = Tables::named("seaql_migrations");
    let text = recording::script(&revisions, &wanted, direction, server, &table).await.text;
    let again = recording::script(&revisions, &wanted, direction, server, &table).await.text;
    assert_eq!(text, again, "byte for byte");
    text
}

/// Has the backend's client run a script. Nobody else may be connected where there is one session.
pub(super) fn run(database: &TestDatabase, script: &str) -> process::Finished {
    let folder = tests::temporary_folder();
    let file = folder.path().join("script.sql");
    fs::write(&file, script).unwrap();
    let url = Url::parse(database.url()).unwrap();
    let input = || fs::File::open(&file).unwrap();
    let mut client = match database.backend() {
        Backend::Sqlite => {
            let mut client = Command::new("sqlite3");
            client.arg(database.url().trim_start_matches("sqlite://").trim_end_matches("?mode=rwc")).stdin(input());
            client
        }
        Backend::Mariadb => {
            let mut client = Command::new("mariadb");
            client.args(["--no-defaults", "-h", url.host_str().unwrap(), "-u", url.username()]);
            client.arg(format!("-p{}", url.password().unwrap())).arg("-P").arg(url.port().unwrap().to_string());
            client.arg(url.path().trim_start_matches('/')).stdin(input());
            client
        }
        Backend::Postgres | Backend::Timescale => {
            let mut client = Command::new("psql");
            client.args(["-X", "-q", "-o", "/dev/null", "-f"]).arg(Path::new(&file)).arg(database.url());
            client
        }
    };
    process::run(&mut client)
}

/// All revisions, the newest first.
const REVERTED: [&str; 4] = [fixtures::ACTIONS, fixtures::REPEATS, PREDICTIVE, BASELINE];

pub(super) fn must_run(database: &TestDatabase, script: &str) {
    let done = run(database, script);
    assert_eq!((done.code, done.stderr.contains("ERROR")), (0, false), "{}\nin\n{script}", done.stderr);
}

/// A database with all revisions, and what its server can do now that TimescaleDB is enabled.
async fn migrated(backend: Backend) -> (TestDatabase, Runner) {
    let database = TestDatabase::migrated(backend).await;
    let runner = database.runner().await;
    (database, runner)
}

async fn the_up_script_does_what_up_does(database: TestDatabase) {
    let (_other, expected) = migrated(database.backend()).await;
    let text = script(expected.server(), Direction::Up, |_| true).await;
    must_run(&database, &text);

    let live = database.runner().await;
    let schema = catalog(&live).await;
    assert_eq!(schema.diff(&catalog(&expected).await), []);
    assert_eq!(schema.fingerprint(), catalog(&expected).await.fingerprint());
    assert_eq!(applied(live.connection()).await, fixtures::REVISIONS);
    let status = live.status().await.unwrap();
    let now = chrono::Utc::now();
    assert!(
        status.iter().all(|status| (now - status.applied_at.unwrap()).num_seconds().abs() < 600),
        "in seconds since 1970, by the database's clock: {status:?}"
    );
    let told = status.iter().map(|one| one.entry.as_ref().map(|entry| (entry.applied_by.as_str(), one.changed)));
    assert_eq!(told.collect::<Vec<_>>(), [Some(("a script", false)); 4]);
    for one in &status {
        assert_eq!(live.likeness(one.entry.as_ref().unwrap(), &one.name).await, Likeness::Exact, "{}", one.name);
    }
    assert_eq!(live.up(None).await.unwrap(), [""; 0], "nothing is left to do");
    assert_eq!(live.down(None).await.unwrap(), REVERTED);
}

async fn a_change_after_a_script_is_seen(database: TestDatabase) {
    let revision = || Inline::table("m1_sites", "sites");
    let runner = database.runner_of(project(&[revision()])).await;
    let server = runner.server();
    runner.close().await;
    must_run(&database, &script_of(vec![Box::new(revision())], server, Direction::Up, |_| true).await);
    let runner = database.runner_of(project(&[revision().then("SELECT 1")])).await;
    let status = runner.status().await.unwrap();
    assert_eq!(status[0].difference.as_deref(), Some("its checksum is another one"), "{status:?}");
    assert!(runner.up(None).await.unwrap_err().to_string().contains("changed after they were applied"));
}

async fn the_down_script_takes_everything_back(database: TestDatabase) {
    let runner = database.runner().await;
    let empty = catalog(&runner).await;
    let mut schemas = vec![empty];
    for _ in fixtures::REVISIONS {
        runner.up(Some(1)).await.unwrap();
        schemas.push(catalog(&runner).await);
    }
    runner.close().await;
    let runner = database.runner().await;
    let server = runner.server();
    runner.close().await;

    for (revision, expected) in REVERTED.into_iter().zip(schemas.iter().rev().skip(1)) {
        must_run(&database, &script(server, Direction::Down, |name| name == revision).await);
        let runner = database.runner().await;
        assert_eq!(catalog(&runner).await.diff(expected), [], "{revision}");
        assert!(!applied(runner.connection()).await.iter().any(|name| name == revision));
        runner.close().await;
    }
    // Both ways once more, in one script each.
    must_run(&database, &script(server, Direction::Up, |_| true).await);
    must_run(&database, &script(server, Direction::Down, |_| true).await);
    let runner = database.runner().await;
    assert_eq!(catalog(&runner).await.diff(&schemas[0]), []);
    assert_eq!(applied(runner.connection()).await, [""; 0]);
}

/// Rows that the old schema cannot hold stay in the side table, where the next `up` finds them.
async fn what_the_down_script_keeps_comes_back(database: TestDatabase) {
    let database = database.up(Some(2)).await;
    let db = database.connect().await;
    let alarm = Alarm::minimal(database.backend(), 1).with("origin", "'anomaly_model'").with("anomaly_score", "0.75");
    execute(&db, &alarm.insert()).await;
    db.close().await.unwrap();
    let runner = database.runner().await;
    let server = runner.server();
    runner.close().await;

    must_run(&database, &script(server, Direction::Down, |name| name == PREDICTIVE).await);
    let database = database.up(None).await;
    let db = database.connect().await;
    assert_eq!(count(&db, "alarms WHERE origin = 'anomaly_model' AND anomaly_score = 0.75").await, 1);
    assert!(!fixtures::has_table(&db, fixtures::SIDE_TABLE).await);
}

const TEXTS: [&str; 8] = [
    "it's",
    "a;b -- c",
    "back\\slash \\n",
    "\"quoted\" `too`",
    "line\nbreak\r\nand\ttab",
    "é 🚜",
    "$1 ? :name",
    "\u{1a}%_",
];

/// Everything a text has to be careful with.
fn words_of_all_kinds() -> Inline {
    Inline::new("m1_words", "", "").outside_transaction().up_by(|manager| Box::pin(create_words(manager)))
}

async fn create_words(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let backend = manager.get_database_backend();
    let mut table = Table::create();
    table.table("words").col(ColumnDef::new("id").integer().not_null().primary_key());
    table.col(ColumnDef::new("said").text()).col(ColumnDef::new("bytes").blob()).col(ColumnDef::new("key").uuid());
    table.col(ColumnDef::new("at").date_time()).col(ColumnDef::new("yes").boolean());
    table.col(ColumnDef::new("more").json()).col(ColumnDef::new("number").double());
    let mut moment = ColumnDef::new("moment");
    match backend {
        DbBackend::MySql => moment.custom("datetime(6)"),
        DbBackend::Sqlite => moment.text(),
        _ => moment.timestamp_with_time_zone(),
    };
    table.col(moment);
    if backend == DbBackend::MySql {
        // The server's default may be Latin-1.
        table.character_set("utf8mb4");
    }
    manager.create_table(table).await?;
    let time = chrono::DateTime::from_timestamp(1_767_225_600, 123_456_000).unwrap();
    for (id, text) in (0..).zip(TEXTS) {
        let mut insert = Query::insert();
        insert.into_table("words");
        insert.columns(["id", "said", "bytes", "key", "at", "yes", "more", "number", "moment"]);
        let values: [Expr; 9] = [
            id.into(),
            text.into(),
            text.as_bytes().into(),
            uuid::Uuid::from_u128(u128::MAX / 3).into(),
            time.naive_utc().into(),
            (id % 2 == 0).into(),
            serde_json::json!({ text: [1, null_or(text)] }).into(),
            (1.0e-300 * f64::from(id)).into(),
            time.into(),
        ];
        insert.values_panic(values);
        manager.execute(insert).await?;
    }
    let mut empty = Query::insert();
    empty.into_table("words").columns(["id", "said", "number"]);
    empty.values_panic([100.into(), Option::<String>::None.into(), (-1.0).into()]);
    manager.execute(empty).await?;
    manager.get_connection().execute_unprepared(block(backend)).await?;
    let several = "CREATE TABLE one (a integer); CREATE TABLE two (a integer); -- done";
    manager.get_connection().execute_unprepared(several).await?;
    manager.get_connection().execute_unprepared("INSERT INTO one VALUES (1)").await.map(drop)
}

fn null_or(text: &str) -> Option<&str> {
    Some(text).filter(|text| text.len() > 5)
}

/// A trigger that puts two rows into `two` for each in `one`.
fn block(backend: DbBackend) -> &'static str {
    match backend {
        DbBackend::Postgres => {
            "CREATE FUNCTION twice() RETURNS trigger LANGUAGE plpgsql AS $body$\nBEGIN\n  INSERT INTO two VALUES (1);\n  \
             INSERT INTO two VALUES (2); -- it's \\ two\n  RETURN NEW;\nEND $body$; \
             CREATE TABLE later (a integer);"
        }
        DbBackend::Sqlite => "CREATE TABLE later (a integer)",
        _ => "CREATE PROCEDURE twice() BEGIN INSERT INTO two VALUES (1); INSERT INTO two VALUES (2); END",
    }
}

async fn every_value_and_block_survives(database: TestDatabase) {
    let other = TestDatabase::create(database.backend()).await;
    let runner = other.runner_of(project(&[words_of_all_kinds()])).await;
    runner.up(None).await.unwrap();
    let expected = (words(runner.connection(), database.backend()).await, catalog(&runner).await);
    assert_eq!(expected.0.len(), TEXTS.len() + 1);

    must_run(
        &database,
        &script_of(vec![Box::new(words_of_all_kinds())], runner.server(), Direction::Up, |_| true).await,
    );
    let live = database.runner_of(project(&[words_of_all_kinds()])).await;
    fixtures::assert_same(&words(live.connection(), database.backend()).await, &expected.0, "rows");
    assert_eq!(catalog(&live).await.diff(&expected.1), []);
    assert_eq!(count(live.connection(), "one").await, 1);
    assert_eq!(live.up(None).await.unwrap(), [""; 0]);
}

/// The rows, every value in a form that hides nothing.
async fn words(db: &DatabaseConnection, backend: Backend) -> Vec<String> {
    let columns = ["id", "said", "bytes", "key", "at", "yes", "more", "number", "moment"];
    let row = match backend {
        Backend::Sqlite => columns
            .map(|column| format!("typeof(\"{column}\") || ' ' || hex(\"{column}\") || ' ' || quote(\"{column}\")"))
            .join(" || ' | ' || "),
        Backend::Mariadb => {
            format!("CONCAT_WS(' | ', {})", columns.map(|c| format!("COALESCE(HEX(`{c}`), 'NULL')")).join(", "))
        }
        _ => "words::text".to_owned(),
    };
    tests::rows_as_text(db, &format!("SELECT {row} FROM words ORDER BY id")).await
}

/// What was committed before the error stays, nothing after it happens.
async fn an_error_ends_the_script(database: TestDatabase) {
    let (_other, expected) = migrated(database.backend()).await;
    let text = script(expected.server(), Direction::Up, |_| true).await;
    let (first, second) = text.split_once(&format!("-- {PREDICTIVE}")).unwrap();
    let broken = format!("{first}\nINSERT INTO nowhere VALUES (1);\n-- {PREDICTIVE}{second}");
    let done = run(&database, &broken);
    assert!(done.code != 0 && done.stderr.contains("nowhere"), "{done:?}");
    let runner = database.runner().await;
    assert_eq!(applied(runner.connection()).await, [BASELINE]);
    assert_eq!(scalar(runner.connection(), "SELECT 'still there'").await.as_deref(), Some("still there"));
    assert_eq!(runner.up(None).await.unwrap(), fixtures::REVISIONS[1..], "and the runner goes on from there");
}

/// The second of three asks what only a database answers.
fn asking() -> [Inline; 3] {
    let asks = Inline::new("m2_asks", "", "").up_by(|manager| {
        Box::pin(async {
            let db = manager.get_connection();
            let asked =
                Statement::from_string(db.get_database_backend(), "SELECT count(*) AS number FROM words_of_others");
            db.query_one_raw(asked).await?.map(drop).ok_or_else(|| DbErr::Custom("no answer".to_owned()))
        })
    });
    [Inline::table("m1_first", "first"), asks, Inline::table("m3_third", "third")]
}

async fn what_cannot_be_written_down_stops_the_script(database: TestDatabase) {
    let runner = database.runner_of(project(&asking())).await;
    let server = runner.server();
    let why = runner.why_unknown("m2_asks", Direction::Up).await.unwrap();
    assert!(why.contains("m2_asks cannot be recorded for up") && why.contains("words_of_others"), "{why}");
    assert_eq!(runner.why_unknown("m3_third", Direction::Up).await, None);
    runner.close().await;

    let revisions = asking();
    let revisions: Vec<&dyn MigrationTrait> = revisions.iter().map(|one| one as &dyn MigrationTrait).collect();
    let table = Tables::named("seaql_migrations");
    let script = recording::script(&revisions, |_| true, Direction::Up, server, &table).await;
    assert!(script.missing.len() == 1 && script.missing[0].revision() == "m2_asks", "{:?}", script.missing);
    let finished = run(&database, &script.text);
    assert_ne!(finished.code, 0, "{finished:#?}");
    assert!(finished.stderr.contains("revision m2_asks is not in this script"), "{finished:#?}");
    let db = database.connect().await;
    assert_eq!(applied(&db).await, ["m1_first"]);
}

#[tokio::test]
async fn lint_goes_on_behind_what_it_cannot_read() {
    let [first, asks, third] = asking();
    let third = third.then("CREATE INDEX i ON first (id)");
    let found =
        lint::of_project(&project(&[first, asks, third]), Dialect::Postgres, recording::REFERENCE_TIMESCALEDB, None)
            .await
            .unwrap();
    let found: Vec<_> = found.iter().map(|finding| (finding.revision.as_str(), finding.rule)).collect();
    assert_eq!(found, [("m2_asks", "cannot-be-read"), ("m3_third", "blocking-index")]);
}
