//! A run that is told to stop ends soon, gives back what it holds, and says so by its exit code; a reader that has gone
//! stops nothing.

use std::{
    io::{Read, Write},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use tests::{
    Backend, TestDatabase,
    fixtures::{BASELINE, applied, execute, has_table},
    process::Finished,
    rows_as_text,
};

use crate::migration;

fn start(command: &mut Command) -> Child {
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program starts")
}

/// Sends the signal; what the program said until its end, which comes soon.
fn stop(child: Child, signal: &str) -> Finished {
    let sent = Instant::now();
    let kill = Command::new("kill").args([signal, &child.id().to_string()]).status().expect("kill");
    assert!(kill.success());
    let finished: Finished = child.wait_with_output().expect("it ends").into();
    assert!(sent.elapsed() < Duration::from_mins(1), "{:?}: {finished:#?}", sent.elapsed());
    finished
}

async fn wait_until(db: &sea_orm::DatabaseConnection, sql: &str) {
    let began = Instant::now();
    while rows_as_text(db, sql).await == ["0"] {
        assert!(began.elapsed() < Duration::from_mins(1), "{sql}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// The revision at work waits for a lock, for as long as it takes.
async fn waiting(backend: Backend, lock: &str, waits: &str) {
    let database = TestDatabase::create(backend).await.up(Some(1)).await;
    let holder = database.connect().await;
    execute(&holder, lock).await;
    let folder = tests::temporary_folder();
    let mut up = migration(folder.path());
    let child = start(up.args(["-u", database.url(), "--lock-timeout", "60000", "up"]));
    let db = database.connect().await;
    wait_until(&db, waits).await;
    let finished = stop(child, "-TERM");
    assert_eq!(finished.code, 143, "{finished:#?}");
    assert!(finished.stderr.contains("told to stop") && !finished.stderr.contains("panicked"), "{finished:#?}");
    holder.close().await.unwrap();
    assert_eq!(applied(&db).await, [BASELINE]);
    db.close().await.unwrap();
    let runner = database.runner().await;
    assert_eq!(runner.up(None).await.unwrap().len(), 3, "the lock is free");
}

#[tokio::test]
async fn a_statement_at_work_is_given_up_on_postgres() {
    let waits = "SELECT count(*)::text FROM pg_locks WHERE NOT granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";
    waiting(Backend::Postgres, "BEGIN; LOCK TABLE alarms", waits).await;
}

#[tokio::test]
async fn a_statement_at_work_is_given_up_on_mariadb() {
    let waits = "SELECT CAST(count(*) AS CHAR) FROM information_schema.PROCESSLIST WHERE DB = DATABASE() AND STATE LIKE '%metadata lock%'";
    waiting(Backend::Mariadb, "LOCK TABLES alarms READ", waits).await;
}

#[tokio::test]
async fn scratch_databases_go_when_verify_is_interrupted() {
    let database = TestDatabase::create(Backend::Postgres).await;
    let folder = tests::temporary_folder();
    let mut verify = migration(folder.path());
    let child = start(verify.args(["-u", database.url(), "--area", "telemetry", "verify"]));
    let db = database.connect().await;
    // Its number is in the names of its databases.
    let session = "SELECT count(*)::text FROM pg_database d JOIN pg_stat_activity a ON split_part(d.datname::text, '_', 4) = a.pid::text \
         WHERE d.datname LIKE 'migration\\_scratch\\_%' AND a.datname = current_database()";
    wait_until(&db, session).await;
    let names = session.replace("count(*)::text", "d.datname::text");
    let made = rows_as_text(&db, &names).await;
    let finished = stop(child, "-INT");
    assert_eq!(finished.code, 130, "{finished:#?}");
    for name in made {
        let left = rows_as_text(&db, &format!("SELECT datname::text FROM pg_database WHERE datname = '{name}'")).await;
        assert_eq!(left, [""; 0]);
    }
}

/// On a terminal, which turns the key into SIGINT.
#[tokio::test]
async fn a_question_can_be_left_with_one_key() {
    let database = TestDatabase::create(Backend::Sqlite).await.up(None).await;
    let db = database.connect().await;
    execute(&db, "CREATE TABLE kept (id integer); INSERT INTO kept VALUES (1)").await;
    db.close().await.unwrap();
    let folder = tests::temporary_folder();
    let migration = migration(folder.path());
    let fresh = format!("exec '{}' -u '{}' fresh", migration.get_program().display(), database.url());
    let mut terminal = Command::new("script");
    terminal.args(["-qfec", &fresh, "/dev/null"]).current_dir(folder.path());
    let mut child = terminal.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("script of util-linux");
    let (mut keys, mut screen) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
    let (mut shown, mut some) = (String::new(), [0; 1024]);
    while !shown.contains("[y/N]") {
        let length = screen.read(&mut some).unwrap();
        assert!(length > 0, "{shown}");
        shown.push_str(&String::from_utf8_lossy(&some[..length]));
    }
    keys.write_all(b"\x03").unwrap();
    let asked = Instant::now();
    let code = loop {
        if let Some(status) = child.try_wait().unwrap() {
            break status.code();
        }
        if asked.elapsed() > Duration::from_mins(1) {
            child.kill().unwrap();
            break None;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    };
    assert_eq!(code, Some(130), "{shown}");
    assert!(has_table(&database.connect().await, "kept").await);
}

#[tokio::test]
async fn a_closed_output_stops_no_run() {
    for (commands, shown) in
        [(vec!["up"], true), (vec!["down"], false), (vec!["up", "-v"], true), (vec!["up", "--json"], true)]
    {
        let database = TestDatabase::create(Backend::Sqlite).await;
        let database = if commands[0] == "down" { database.up(None).await } else { database };
        let folder = tests::temporary_folder();
        let mut command = migration(folder.path());
        let mut child = start(command.args(["-u", database.url()]).args(&commands));
        // Both ends that it could be read from.
        drop((child.stdout.take(), child.stderr.take()));
        let code = child.wait().expect("it ends").code();
        assert_eq!(code, Some(0), "{commands:?}");
        let runner = database.runner().await;
        let status = runner.status().await.unwrap();
        assert_eq!(status.last().unwrap().applied_at.is_some(), shown, "{commands:?}");
    }
}
