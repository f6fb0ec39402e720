//! How many round trips a run takes, and what goes on meanwhile.

use std::sync::{Arc, Mutex};

use migration_engine::{
    Runner, Target,
    revision::consent,
    sea_orm_migration::prelude::*,
    session::{Patience, connect},
};
use tests::{
    TestDatabase,
    inline::{Inline, project},
    on_every_backend,
    wire::Proxy,
};

on_every_backend!(
    only: [postgres, mariadb], "SQLite is in the program";
    a_revision_takes_few_round_trips,
);
on_every_backend!(
    only: [mariadb], "there the settings are what takes the server its time";
    nothing_to_apply_asks_for_no_settings,
);
on_every_backend!(
    only: [mariadb, sqlite], "what PostgreSQL can do is asked for first";
    revisions_are_recorded_while_the_connection_is_opened,
);
on_every_backend!(
    only: [postgres], "there a revision is one message";
    statements_that_answer_nothing_go_together,
    what_goes_together_has_its_time_and_its_own_error,
    a_revision_that_reads_answers_gets_them,
    what_is_lost_is_looked_for_once,
);

/// Of MariaDB: the note that it begins, its statement, the note that it is done. PostgreSQL needs no note before.
async fn a_revision_takes_few_round_trips(database: TestDatabase) {
    const FIRST: [(&str, &str); 2] = [("m1", "a"), ("m2", "b")];
    const MORE: [(&str, &str); 4] = [("m3", "c"), ("m4", "d"), ("m5", "e"), ("m6", "f")];
    let made = |tables: &[(&'static str, &str)]| -> Vec<Inline> {
        tables.iter().map(|(name, table)| Inline::table(name, table)).collect()
    };
    let few = round_trips(&database, &made(&FIRST)).await;
    let many = round_trips(&database, &made(&[&FIRST[..], &MORE[..]].concat())).await;
    assert!(
        many - few <= 3 * MORE.len(),
        "{few} round trips for {} revisions, {many} with {} more",
        FIRST.len(),
        MORE.len()
    );
}

async fn nothing_to_apply_asks_for_no_settings(database: TestDatabase) {
    let revisions = [Inline::table("m1", "a")];
    let run = async || {
        let proxy = Proxy::start(database.url(), None).await;
        let target = Target::parse(proxy.url(), "the test").unwrap();
        let settings = connect::Settings { records: true, ..connect::Settings::default() };
        let runner = Runner::connect(project(&revisions), target, &settings, Patience::default()).await.unwrap();
        let applied = runner.up(None).await.unwrap();
        (applied, proxy.statements())
    };
    let asks = |statements: &[String]| statements.iter().any(|sql| sql.contains("SHOW SESSION"));
    let (applied, statements) = run().await;
    assert!(applied == ["m1"] && asks(&statements), "a revision finds what it was: {statements:#?}");
    let (applied, statements) = run().await;
    assert!(applied.is_empty() && !asks(&statements), "{statements:#?}");
}

async fn revisions_are_recorded_while_the_connection_is_opened(database: TestDatabase) {
    let threads: Arc<Mutex<Vec<Option<String>>>> = Arc::default();
    let seen = Arc::clone(&threads);
    let revision = Inline::new("m1", "", "").up_by(move |_| {
        seen.lock().unwrap().push(std::thread::current().name().map(str::to_owned));
        Box::pin(async { Ok(()) })
    });
    let target = Target::parse(database.url(), "the test").unwrap();
    let settings = connect::Settings { records: true, ..connect::Settings::default() };
    let runner = Runner::connect(project(&[revision]), target, &settings, Patience::default()).await.unwrap();
    runner.up(None).await.unwrap();
    let threads = threads.lock().unwrap();
    let beside = threads.iter().filter(|name| name.as_deref() == Some("recording")).count();
    // Twice, since what differs has no checksum; then it is run.
    assert!(beside == 2 && threads.len() > 2, "{threads:?}");
}

/// Of `up` from the beginning, and takes it back.
async fn round_trips(database: &TestDatabase, revisions: &[Inline]) -> usize {
    let proxy = Proxy::start(database.url(), None).await;
    let target = Target::parse(proxy.url(), "the test").unwrap();
    let settings = connect::Settings::default();
    let runner = Runner::connect(project(revisions), target, &settings, Patience::default()).await.unwrap();
    let before = proxy.statements().len();
    runner.up(None).await.unwrap();
    let after = proxy.statements().len();
    runner.reset().await.unwrap();
    after - before
}

/// Ten statements take as long as one: nothing is waited for in between.
async fn statements_that_answer_nothing_go_together(database: TestDatabase) {
    let columns = |name: &'static str, table: &str, count: usize| {
        let add = |number| format!("ALTER TABLE {table} ADD COLUMN c{number} integer -- and a comment");
        (0..count).fold(Inline::table(name, table), |revision, number| revision.then(&add(number)))
    };
    let one = round_trips(&database, &[Inline::table("m1", "a"), columns("m2", "b", 1)]).await;
    let ten = round_trips(&database, &[Inline::table("m1", "a"), columns("m2", "b", 10)]).await;
    assert_eq!(one, ten);
}

async fn what_goes_together_has_its_time_and_its_own_error(database: TestDatabase) {
    let slow = Inline::new("m2", "ALTER TABLE a ADD COLUMN slow text DEFAULT pg_sleep(0.3)::text", "");
    let wrong = Inline::table("m3", "b").then("ALTER TABLE b ADD COLUMN id integer").then("DROP TABLE nowhere");
    let runner = database.runner_of(project(&[Inline::table("m1", "a"), slow, wrong])).await;
    let before = chrono::Utc::now().timestamp();
    runner.up(Some(1)).await.unwrap();
    tests::fixtures::execute(runner.connection(), "INSERT INTO a VALUES (1)").await;
    runner.up(Some(1)).await.unwrap();
    let records = runner.records().await.unwrap();
    let entry = &records.entries["m2"];
    assert!((300..10_000).contains(&entry.duration_ms.unwrap()), "{entry:?}");
    let finished_at = entry.finished_at.unwrap().timestamp();
    assert!((before..=chrono::Utc::now().timestamp()).contains(&finished_at), "{entry:?}");
    assert!((before..=chrono::Utc::now().timestamp()).contains(&records.applied["m2"].timestamp()), "{records:?}");

    let error = runner.up(None).await.unwrap_err().on_one_line();
    assert!(error.contains(r#"column "id" of relation "b" already exists"#), "{error}");
    let tables = "SELECT count(*)::text FROM pg_tables WHERE tablename = 'b'";
    assert_eq!(tests::scalar(runner.connection(), tables).await.as_deref(), Some("0"));
    assert!(!runner.records().await.unwrap().is_applied("m3"));
}

/// What it does next depends on the number of rows, which the recorder does not know, and on consent, which it has.
async fn a_revision_that_reads_answers_gets_them(database: TestDatabase) {
    let copy = Inline::new("m2", "", "DROP TABLE a").up_by(|manager| {
        Box::pin(async move {
            let db = manager.get_connection();
            for table in ["b", "c"] {
                let copied = db.execute_unprepared(&format!("CREATE TABLE {table} AS TABLE a")).await?;
                db.execute_unprepared(&format!("COMMENT ON TABLE {table} IS '{}'", copied.rows_affected())).await?;
            }
            Ok(())
        })
    });
    let kept = Inline::new("m3", "CREATE TABLE kept (id integer)", "").down_by(|manager| {
        Box::pin(async move {
            consent::may_drop_rows(manager, "kept").await?;
            manager.get_connection().execute_unprepared("DROP TABLE kept").await.map(drop)
        })
    });
    let runner = database.runner_of(project(&[Inline::table("m1", "a"), copy, kept])).await;
    runner.up(Some(1)).await.unwrap();
    tests::fixtures::execute(runner.connection(), "INSERT INTO a VALUES (1), (2)").await;
    runner.up(None).await.unwrap();
    let comment = "SELECT obj_description('c'::regclass)";
    assert_eq!(tests::scalar(runner.connection(), comment).await.as_deref(), Some("2"));

    tests::fixtures::execute(runner.connection(), "INSERT INTO kept VALUES (1)").await;
    let error = runner.down(Some(1)).await.unwrap_err().on_one_line();
    assert!(error.contains("table kept holds rows"), "{error}");
}

/// Columns of ten revisions: the catalogue is not read for each.
async fn what_is_lost_is_looked_for_once(database: TestDatabase) {
    const NAMES: [&str; 10] = ["m2", "m3", "m4", "m5", "m6", "m7", "m8", "m9", "ma", "mb"];
    let column = |name: &'static str| {
        let [add, drop] = ["ADD", "DROP"].map(|verb| format!("ALTER TABLE a {verb} COLUMN {name}"));
        Inline::new(name, &format!("{add} integer"), &drop)
    };
    let mut revisions = vec![Inline::table("m1", "a")];
    revisions.extend(NAMES.map(column));
    let runner = database.runner_of(project(&revisions)).await;
    runner.up(None).await.unwrap();
    tests::fixtures::execute(runner.connection(), "INSERT INTO a (id, m2, mb) VALUES (1, 1, 1), (2, 1, NULL)").await;
    let asked = async |names: &[&str]| {
        let proxy = Proxy::start(database.url(), None).await;
        let target = Target::parse(proxy.url(), "the test").unwrap();
        let settings = connect::Settings::default();
        let runner = Runner::connect(project(&revisions), target, &settings, Patience::default()).await.unwrap();
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let before = proxy.statements().len();
        let lost = runner.values_lost(&names).await.unwrap();
        (proxy.statements().len() - before, lost)
    };
    let (few, _) = asked(&NAMES[..1]).await;
    let (many, lost) = asked(&NAMES).await;
    assert_eq!(few, many);
    assert_eq!(lost[0], ["2 values of a.m2 go, and no `up` brings them back"]);
    assert_eq!(lost[9], ["1 value of a.mb goes, and no `up` brings it back"]);
    assert!(lost[1..9].iter().all(Vec::is_empty), "{lost:?}");
}
