//! What goes wrong before any revision runs is one clear line with what to do; the password is never part of it.

use std::{fs, path::Path};

use tests::{
    Backend, TestDatabase,
    fixtures::{execute, with_current_database},
    process::run,
};
use url::Url;

use crate::migration;

const PASSWORD: &str = "s3cr3t-Kestrel";

/// Runs the command and checks what every error has in common. Gives the line.
fn error(folder: &Path, url: &str, arguments: &[&str]) -> String {
    for verbose in [true, false] {
        let mut command = migration(folder);
        command.args(["--database-url", url]).args(arguments);
        if verbose {
            command.arg("-v");
        }
        let finished = run(&mut command);
        assert_eq!((finished.code, finished.stdout.as_str()), (1, ""), "{url} {arguments:?}: {finished:#?}");
        for secret in [PASSWORD, "s3cr3t", "Kestrel"] {
            assert!(!finished.stderr.contains(secret), "the password is shown: {}", finished.stderr);
        }
        assert!(!finished.stderr.contains("panicked"), "{}", finished.stderr);
        let mut lines: Vec<&str> = finished.stderr.lines().collect();
        let last = lines.pop().unwrap();
        assert!(last.starts_with("error: "), "{}", finished.stderr);
        if !verbose {
            lines.retain(|line| !line.starts_with("database: "));
            assert!(lines.is_empty(), "more than one line: {}", finished.stderr);
            return last.to_owned();
        }
    }
    unreachable!("the second time is not verbose")
}

fn says(line: &str, all: &[&str]) {
    for words in all {
        assert!(line.contains(words), "{words:?} is not in {line:?}");
    }
}

fn with_password(url: &str) -> Url {
    let mut url = Url::parse(url).unwrap();
    url.set_password(Some(PASSWORD)).unwrap();
    url
}

#[test]
fn an_unreachable_server() {
    let folder = tests::temporary_folder();
    for scheme in ["postgres", "mysql"] {
        let url = format!("{scheme}://app:{PASSWORD}@127.0.0.1:1/alarms");
        let line = error(folder.path(), &url, &["up"]);
        says(&line, &["nothing listens on 127.0.0.1:1", "start the server", "--database-url"]);
        let line = error(folder.path(), &format!("{scheme}://app:{PASSWORD}@no-such-host.invalid/alarms"), &["status"]);
        says(&line, &["no-such-host.invalid", "cannot be reached", "correct host and port"]);
    }
}

#[tokio::test]
async fn a_wrong_password() {
    let database = TestDatabase::create(Backend::Mariadb).await;
    let folder = tests::temporary_folder();
    let line = error(folder.path(), with_password(database.url()).as_str(), &["up"]);
    says(&line, &["user name or password is wrong", "correct them in --database-url"]);
}

#[tokio::test]
async fn a_missing_database() {
    let folder = tests::temporary_folder();
    for backend in [Backend::Postgres, Backend::Mariadb] {
        let database = TestDatabase::create(backend).await;
        // PostgreSQL trusts every password here; MariaDB has to be given the right one.
        let mut url = if backend == Backend::Postgres {
            with_password(database.url())
        } else {
            Url::parse(database.url()).unwrap()
        };
        url.set_path("no_such_database");
        let line = error(folder.path(), url.as_str(), &["up"]);
        says(
            &line,
            &["database no_such_database does not exist", "create it with", "or correct the name in --database-url"],
        );
        if backend == Backend::Mariadb {
            assert!(!line.contains(":test@"), "the password is shown: {line}");
        }
    }
}

/// PostgreSQL trusts every password here, so that one can be told apart in what is printed.
#[tokio::test]
async fn a_password_that_works_is_not_shown_either() {
    let database = TestDatabase::create(Backend::Postgres).await;
    let folder = tests::temporary_folder();
    let url = with_password(database.url());
    let as_parameter = format!("{}?password={PASSWORD}", database.url());
    for (url, verb) in
        [(url.as_str(), "up"), (&as_parameter, "status"), (url.as_str(), "down"), (&as_parameter, "fresh")]
    {
        let finished = run(migration(folder.path()).env("DATABASE_URL", url).args([verb, "-v"]));
        assert_eq!(finished.code, 0, "{finished:#?}");
        assert!(finished.stderr.contains("from DATABASE_URL"), "{finished:#?}");
        let printed = format!("{}{}", finished.stdout, finished.stderr);
        assert!(!printed.contains("s3cr3t") && !printed.contains("Kestrel"), "the password is shown: {printed}");
    }
}

#[test]
fn a_url_that_is_none() {
    let folder = tests::temporary_folder();
    for url in [
        format!("oracle://app:{PASSWORD}@host/alarms"),
        format!("app:{PASSWORD}@host/alarms"),
        PASSWORD.to_owned(),
        format!("postgres://app:{PASSWORD}@host:port/alarms"),
        format!("postgres://app:{PASSWORD}@/alarms"),
        format!("postgres://app:{PASSWORD}@host/alarms?sslmode=perhaps"),
        format!("{PASSWORD}://host/alarms"),
        format!("postgres:{PASSWORD}"),
        String::new(),
    ] {
        says(&error(folder.path(), &url, &["up"]), &["database URL", "--database-url"]);
    }
    let line = error(folder.path(), "oracle://host/alarms", &["up"]);
    says(&line, &["unknown scheme", "postgres://, mysql:// or sqlite://"]);
}

#[test]
fn a_broken_env_file_is_not_repeated() {
    let folder = tests::temporary_folder();
    fs::write(folder.path().join(".env"), format!("DATABASE_URL=postgres://app:{PASSWORD} with spaces\n")).unwrap();
    let finished = run(&mut migration(folder.path()));
    assert_eq!(finished.code, 1, "{finished:#?}");
    assert!(finished.stderr.starts_with("error: ") && finished.stderr.contains(".env"), "{finished:#?}");
    assert!(!finished.stderr.contains("s3cr3t") && finished.stderr.lines().count() == 1, "{finished:#?}");
}

#[tokio::test]
async fn a_read_only_sqlite_file() {
    let folder = tests::temporary_folder();
    fs::write(folder.path().join("empty.sqlite"), "").unwrap();
    let line = error(folder.path(), "sqlite://empty.sqlite?mode=ro", &["up"]);
    says(&line, &["empty.sqlite is read-only", "writable", "--database-url"]);

    let database = TestDatabase::create(Backend::Sqlite).await.up(Some(1)).await;
    let url = database.url().replace("mode=rwc", "mode=ro");
    says(&error(folder.path(), &url, &["up"]), &["read-only", "writable"]);
    says(&error(folder.path(), &url, &["down"]), &["read-only", "writable"]);
    let status = run(migration(folder.path()).args(["-u", &url, "status"]));
    assert_eq!(status.code, 0, "looking is allowed: {status:#?}");
}

#[tokio::test]
async fn a_read_only_server() {
    let folder = tests::temporary_folder();
    let database = TestDatabase::create(Backend::Postgres).await.up(Some(1)).await;
    let db = database.connect().await;
    execute(&db, &with_current_database("ALTER DATABASE %I SET default_transaction_read_only = on")).await;
    db.close().await.unwrap();
    for verb in ["up", "down"] {
        let line = error(folder.path(), database.url(), &[verb]);
        says(&line, &["is read-only", "primary", "default_transaction_read_only"]);
        assert!(!line.contains("file"), "{line}");
    }
    let status = run(migration(folder.path()).args(["-u", database.url(), "status"]));
    assert_eq!(status.code, 0, "looking is allowed: {status:#?}");

    let database = TestDatabase::create(Backend::Mariadb).await;
    let runner = database.runner().await;
    execute(runner.connection(), "SET SESSION TRANSACTION READ ONLY").await;
    let line = runner.up(None).await.unwrap_err().on_one_line();
    says(&line, &["is read-only", "primary", "read_only"]);
}

#[tokio::test]
async fn a_connection_limit_is_the_reason() {
    let folder = tests::temporary_folder();
    let database = TestDatabase::create(Backend::Postgres).await;
    let db = database.connect().await;
    execute(&db, &with_current_database("ALTER DATABASE %I CONNECTION LIMIT 1")).await;
    let refused = run(migration(folder.path()).args(["-u", database.url(), "status"]));
    assert_eq!(refused.code, 1, "{refused:#?}");
    says(&refused.stderr, &["too many connections for database", "CONNECTION LIMIT"]);
    db.close().await.unwrap();
    let up = run(migration(folder.path()).args(["-u", database.url(), "up"]));
    assert_eq!(up.code, 0, "one session is enough: {up:#?}");
}

#[test]
fn a_path_is_percent_encoded() {
    let folder = tests::temporary_folder();
    says(&error(folder.path(), "sqlite://plant#1.sqlite", &["status"]), &["percent-encode # ", "%23"]);
    let up = run(migration(folder.path()).args(["-u", "sqlite://plant%231.sqlite?mode=rwc", "up"]));
    assert!(up.code == 0 && folder.path().join("plant#1.sqlite").exists(), "{up:#?}");
}

#[test]
fn an_sqlite_file_that_cannot_be() {
    let folder = tests::temporary_folder();
    let line = error(folder.path(), "sqlite://no/such/folder/alarms.sqlite", &["up"]);
    says(&line, &["no/such/folder/alarms.sqlite", "check that the folder exists"]);
    fs::write(
        folder.path().join("notes.txt"),
        "these are notes and no database, though long enough to be one\n".repeat(99),
    )
    .unwrap();
    for verb in ["up", "status", "down"] {
        let line = error(folder.path(), "sqlite://notes.txt", &[verb]);
        says(&line, &["notes.txt", "file is not a database"]);
    }
    assert!(fs::read_to_string(folder.path().join("notes.txt")).unwrap().starts_with("these are notes"));
}
