//! Several runners, and traffic, at one database: one runner at a time, and nobody waits behind it.

use std::{
    io::{BufRead, BufReader},
    path::PathBuf,
    process::{Child, ChildStderr, Stdio},
    time::{Duration, Instant},
};

use migration_engine::{
    Runner, Target,
    session::{Patience, connect::Settings},
};
use sea_orm::{ConnectionTrait, DatabaseConnection};
use tests::{
    Backend, TestDatabase, catalog, connect_to,
    fixtures::{self, Alarm, BASELINE, PREDICTIVE, applied, count, execute},
    inline::{Inline, project},
    on_every_backend,
    process::Finished,
    scalar,
};

use crate::migration;

on_every_backend!(runners_started_together_leave_one_clean_schema, a_runner_killed_while_it_has_the_lock_blocks_nobody,);
on_every_backend!(
    needs: several_sessions;
    nine_wait_for_one,
    nine_wait_for_one_that_is_killed,
    a_runner_that_waits_too_long_says_for_whom,
);
on_every_backend!(
    needs: several_sessions;
    only: [postgres, timescaledb], "other servers do not queue readers behind a lock that is waited for";
    traffic_passes_while_a_forgotten_transaction_holds_up_the_revision,
    giving_up_names_the_blocker,
    giving_up_and_the_status_agree,
);

/// A process of the command line.
fn start(database: &TestDatabase, arguments: &[&str]) -> Child {
    migration(&std::env::temp_dir())
        .args(["--database-url", database.url()])
        .args(arguments)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts")
}

/// Its end, brought about after three minutes: a test that hangs says nothing.
fn end(mut child: Child) -> Finished {
    let started = Instant::now();
    while child.try_wait().expect("a process").is_none() {
        if started.elapsed() > Duration::from_mins(3) {
            child.kill().expect("killed");
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    child.wait_with_output().expect("it ends").into()
}

async fn is_as_if_migrated_alone(database: &TestDatabase) {
    let runner = database.runner().await;
    assert_eq!(applied(runner.connection()).await, fixtures::REVISIONS);
    let live = catalog(&runner).await;
    runner.close().await;
    let normal = TestDatabase::migrated(database.backend()).await;
    assert_eq!(live.diff(&catalog(&normal.runner().await).await), []);
}

async fn runners_started_together_leave_one_clean_schema(database: TestDatabase) {
    let many = if database.has_one_session() { 2 } else { 10 };
    let children: Vec<Child> = (0..many).map(|_| start(&database, &["up"])).collect();
    let ended: Vec<Finished> = children.into_iter().map(end).collect();
    for finished in &ended {
        assert_eq!(finished.code, 0, "{finished:#?}");
    }
    for revision in fixtures::REVISIONS {
        let done = ended.iter().filter(|finished| finished.stdout.contains(&format!("up   {revision}"))).count();
        assert_eq!(done, 1, "{revision} is applied once: {ended:#?}");
    }
    is_as_if_migrated_alone(&database).await;
}

/// A session that keeps the predictive revision from getting its lock, the way a forgotten transaction does.
async fn blocker(database: &TestDatabase) -> DatabaseConnection {
    let db = database.connect().await;
    match database.backend() {
        Backend::Sqlite => execute(&db, "BEGIN IMMEDIATE").await,
        Backend::Mariadb => execute(&db, "BEGIN; SELECT count(*) FROM alarms").await,
        Backend::Postgres | Backend::Timescale => {
            execute(&db, "SET application_name = 'forgotten'; BEGIN; SELECT count(*) FROM alarms").await;
        }
    }
    db
}

/// Waits until a runner has the lock and is held up by the [`blocker`].
async fn until_held_up(database: &TestDatabase) {
    let started = Instant::now();
    let lock_file: PathBuf = database.url().replace("sqlite://", "").replace("?mode=rwc", "-migrate.lock").into();
    let db = if database.backend() == Backend::Sqlite { None } else { Some(database.connect().await) };
    let held_up = async || {
        match (database.backend(), &db) {
        (Backend::Mariadb, Some(db)) => {
            count(db, "information_schema.PROCESSLIST WHERE DB = DATABASE() AND STATE LIKE '%metadata lock%'").await > 0
        }
        (_, Some(db)) => count(db, "pg_locks WHERE NOT granted AND mode = 'AccessExclusiveLock' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())").await > 0,
        (_, None) => std::fs::File::open(&lock_file).is_ok_and(|file| file.try_lock().is_err()),
    }
    };
    while !held_up().await {
        assert!(started.elapsed() < Duration::from_mins(1), "the runner was never held up");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

async fn a_runner_killed_while_it_has_the_lock_blocks_nobody(database: TestDatabase) {
    if database.has_one_session() {
        // The runner that has the one session is the holder.
        let mut holder = start(&database, &["up"]);
        let mut line = String::new();
        BufReader::new(holder.stderr.take().unwrap()).read_line(&mut line).unwrap();
        assert!(line.starts_with("database:"), "{line}");
        holder.kill().unwrap();
        holder.wait().unwrap();
    } else {
        let database = &database;
        let runner = database.runner().await;
        runner.up(Some(1)).await.unwrap();
        runner.close().await;
        let blocker = blocker(database).await;
        let mut holder = start(database, &["up", "--lock-timeout", "5000"]);
        until_held_up(database).await;
        holder.kill().unwrap();
        holder.wait().unwrap();
        execute(&blocker, "COMMIT").await;
    }
    let next = end(start(&database, &["up", "--wait", "20"]));
    assert_eq!(next.code, 0, "{next:#?}");
    is_as_if_migrated_alone(&database).await;
}

async fn nine_wait_for_one(database: TestDatabase) {
    nine_wait(database, false).await;
}

async fn nine_wait_for_one_that_is_killed(database: TestDatabase) {
    nine_wait(database, true).await;
}

async fn nine_wait(database: TestDatabase, kill: bool) {
    let database = database.up(Some(1)).await;
    let blocker = blocker(&database).await;
    let mut holder = start(&database, &["up", "--lock-timeout", "30000"]);
    until_held_up(&database).await;
    let mut waiting: Vec<Child> = (0..9).map(|_| start(&database, &["up"])).collect();
    // Held open: a program that cannot say what it does ends.
    let said: Vec<_> = waiting.iter_mut().map(until_it_says_that_it_waits).collect();
    if kill {
        holder.kill().unwrap();
    }
    execute(&blocker, "COMMIT").await;
    let mut ended: Vec<Finished> = waiting.into_iter().map(end).collect();
    let holder = end(holder);
    if !kill {
        ended.push(holder);
    }
    drop(said);
    for finished in &ended {
        assert_eq!(finished.code, 0, "{finished:#?}");
    }
    let applied = format!("up   {PREDICTIVE}");
    assert_eq!(ended.iter().filter(|finished| finished.stdout.contains(&applied)).count(), 1, "{ended:#?}");
    let idle = ended.iter().filter(|finished| finished.stdout == "nothing to apply, the schema is up to date\n");
    assert_eq!(idle.count(), ended.len() - 1, "{ended:#?}");
    is_as_if_migrated_alone(&database).await;
}

fn until_it_says_that_it_waits(child: &mut Child) -> BufReader<ChildStderr> {
    let mut lines = BufReader::new(child.stderr.take().unwrap());
    let mut line = String::new();
    while !line.starts_with("waiting: another runner is at work (") {
        line.clear();
        assert!(lines.read_line(&mut line).unwrap() > 0, "it ended without a word about waiting");
    }
    lines
}

async fn a_runner_that_waits_too_long_says_for_whom(database: TestDatabase) {
    let database = database.up(Some(1)).await;
    let blocker = blocker(&database).await;
    let holder = start(&database, &["up", "--lock-timeout", "10000"]);
    until_held_up(&database).await;
    let started = Instant::now();
    let late = end(start(&database, &["up", "--wait", "1"]));
    assert!((1..30).contains(&started.elapsed().as_secs()), "{:?}", started.elapsed());
    assert_eq!((late.code, late.stdout.as_str()), (1, ""), "{late:#?}");
    let waiting = late.stderr.lines().filter(|line| line.starts_with("waiting: another runner is at work (")).count();
    assert_eq!(waiting, 1, "the wait is visible, once: {}", late.stderr);
    let error = late.stderr.lines().last().unwrap();
    assert!(error.starts_with("error: another migration runner has held the lock for over 1 s ("), "{error}");
    let who = match database.backend() {
        Backend::Postgres | Backend::Timescale => {
            format!("(pid {}, migration-engine, connected 20", lock_holder(&blocker).await)
        }
        _ => "(another process)".to_owned(),
    };
    assert!(error.contains(&who) && error.contains("--wait"), "{who} in {error}");
    execute(&blocker, "COMMIT").await;
    let holder = end(holder);
    assert_eq!(holder.code, 0, "{holder:#?}");
    is_as_if_migrated_alone(&database).await;
}

async fn lock_holder(db: &DatabaseConnection) -> String {
    let sql = "SELECT pid::text FROM pg_locks WHERE locktype = 'advisory' AND granted \
               AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";
    scalar(db, sql).await.expect("a holder")
}

async fn traffic_passes_while_a_forgotten_transaction_holds_up_the_revision(database: TestDatabase) {
    let database = database.up(Some(1)).await;
    let traffic = database.connect().await;
    execute(&traffic, &fixtures::history(database.backend())).await;
    let blocker = blocker(&database).await;
    let mut held_up = start(&database, &["up", "--lock-timeout", "300"]);
    let mut lines = BufReader::new(held_up.stderr.take().unwrap()).lines().map_while(Result::ok);
    let (mut reads, mut number) = (0, 1000);
    // Two attempts are over when the second is reported; read and write all the while.
    let reporter = std::thread::spawn(move || {
        let seen: Vec<String> = lines.by_ref().filter(|line| line.contains("are locked by others")).take(2).collect();
        (seen, lines)
    });
    while !reporter.is_finished() {
        let work = async {
            assert!(count(&traffic, "alarms WHERE severity = 'critical'").await > 0);
            execute(&traffic, &Alarm::numbered(database.backend(), number).insert()).await;
        };
        tokio::time::timeout(Duration::from_mins(1), work).await.expect("traffic waits behind the revision");
        (reads, number) = (reads + 1, number + 1);
    }
    let (seen, lines) = reporter.join().unwrap();
    assert_eq!(seen.len(), 2, "{seen:?}");
    assert!(seen[0].contains(PREDICTIVE) && seen[0].contains("at attempt 1, the next in"), "{seen:?}");
    assert!(reads > 3, "{reads} rounds");
    execute(&blocker, "COMMIT").await;
    let rest: Vec<String> = lines.collect();
    let finished = end(held_up);
    assert_eq!(finished.code, 0, "{finished:#?} {rest:?}");
    assert_eq!(count(&traffic, "alarms WHERE origin = 'threshold'").await, fixtures::HISTORY + reads);
    is_as_if_migrated_alone(&database).await;
}

async fn giving_up_names_the_blocker(database: TestDatabase) {
    let database = database.up(Some(1)).await;
    let blocker = blocker(&database).await;
    let pid = scalar(&blocker, "SELECT pg_backend_pid()::text").await.unwrap();
    blocker.execute_unprepared("SELECT 'last words', count(*) FROM alarms").await.unwrap();
    let finished = end(start(&database, &["up", "--lock-timeout", "200", "--lock-retries", "1"]));
    assert_eq!(finished.code, 1, "{finished:#?}");
    let error = finished.stderr.lines().last().unwrap();
    let reason = format!(
        "could not lock its tables in 2 attempts of 200 ms, and stays noted as unfinished until the next `up` or `down`; blocked by pid {pid} (forgotten, idle in transaction for "
    );
    for words in [PREDICTIVE, &reason, "SELECT 'last words', count(*) FROM alarms", "--lock-retries"] {
        assert!(error.contains(words), "{words} in {error}");
    }
    execute(&blocker, "COMMIT").await;
    let db = database.connect().await;
    assert_eq!(applied(&db).await, [BASELINE]);
    db.execute_unprepared("SELECT origin FROM alarms").await.expect_err("rolled back");
}

/// What is rolled back leaves no note, and what is not does.
async fn giving_up_and_the_status_agree(database: TestDatabase) {
    let made = Inline::new("m1_rooms", "CREATE TABLE rooms (id integer)", "DROP TABLE rooms");
    let site = Inline::new("m2_site", "CREATE TABLE sites (id integer)", "DROP TABLE sites")
        .then("ALTER TABLE rooms ADD COLUMN site integer");
    database.runner_of(project(std::slice::from_ref(&made))).await.up(None).await.unwrap();
    let patience = Patience { lock_timeout: Duration::from_millis(50), lock_retries: 0, ..Patience::default() };
    for (site, words) in
        [(site.clone(), "and was rolled back"), (site.outside_transaction(), "stays noted as unfinished")]
    {
        let target = Target::parse(database.url(), "the test").unwrap();
        let project = project(&[made.clone(), site]);
        let runner = Runner::connect(project, target, &Settings::default(), patience.clone()).await.unwrap();
        let other = connect_to(database.url()).await;
        execute(&other, "BEGIN; LOCK TABLE rooms IN ACCESS SHARE MODE").await;
        let error = runner.up(None).await.unwrap_err().to_string();
        assert!(error.contains(words), "{error}");
        let unfinished = runner.status().await.unwrap().iter().any(|one| one.unfinished.is_some());
        assert_eq!(unfinished, words.contains("unfinished"), "{error}");
        other.close().await.unwrap();
        runner.close().await;
    }
}
