//! No piece of a password is printed, however the URL is written and wherever it comes from.

use std::fs;

use tests::{
    Backend, TestDatabase,
    process::{Finished, command, example, run},
};

use crate::migration;

/// URLs that hold a secret, in a place where it belongs or not. Nothing listens on the port.
const URLS: [&str; 13] = [
    "postgres://me:2024#S3cretWord@127.0.0.1:1/alarms",
    "postgres://me:12/S3cretWord@127.0.0.1:1/alarms",
    "postgres://me:7?S3cretWord@127.0.0.1:1/alarms",
    "postgres://me:#S3cretWord@127.0.0.1:1/alarms",
    "postgres://me%3AS3cretWord@127.0.0.1:1/alarms",
    "postgres://me@127.0.0.1:1/alarms?passwd=S3cretWord",
    "mysql://me@127.0.0.1:1/alarms?pwd=S3cretWord",
    "postgres://me@127.0.0.1:1/alarms?pass=S3cretWord",
    "postgres://me@127.0.0.1:1/alarms?S3cretWord=1",
    "sqlite://me:S3cretWord@x",
    "mysql://me:12/S3cretWord@127.0.0.1:1/alarms",
    "postgres://me:S3cretWord@127.0.0.1:1/alarms?sslmode=S3cretWord",
    "postgres://me:S3cretWord@127.0.0.1:1/alarms?options=-c%20a.b=S3cretWord",
];

#[test]
fn a_url_in_another_place_of_the_command_line_is_not_repeated() {
    let folder = tempfile::tempdir().unwrap();
    let url = "postgres://me:S3cretWord@127.0.0.1:1/alarms";
    let line = |arguments: &[&str]| run(migration(folder.path()).args(arguments));
    let mut said = vec![
        line(&["up", url]),
        line(&[url]),
        line(&["-s", url, "status"]),
        line(&["sql", url]),
        line(&["generate", url]),
        line(&["up", "--json", &format!("--databse-url={url}")]),
    ];
    for name in ["list_alarms", "import_readings", "import_detections"] {
        said.push(run(command(&example(name), folder.path()).arg(url)));
    }
    for finished in said {
        assert_eq!(finished.code, 2, "{finished:#?}");
        assert!(finished.stderr.contains("behind -u or --database-url"), "{finished:#?}");
        assert!(!format!("{finished:?}").contains("S3cret"), "{finished:#?}");
    }
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0, "no database is made");
}

/// What programs say to the URL from the flag, the environment and `.env`.
fn said(url: &str) -> Vec<Finished> {
    let folder = tempfile::tempdir().unwrap();
    let list = || {
        let mut list = command(&example("list_alarms"), folder.path());
        list.args(["--limit", "1"]).env("RUST_LOG", "trace");
        list
    };
    let up = |json: bool| {
        let mut up = migration(folder.path());
        up.args(if json { &["up", "--json"][..] } else { &["up"] }).env("RUST_LOG", "trace");
        up
    };
    let mut said = vec![run(up(false).args(["-u", url])), run(list().args(["-u", url]))];
    said.push(run(up(true).env("DATABASE_URL", url)));
    said.push(run(list().env("DATABASE_URL", url)));
    for quote in ["", "'", "\""] {
        fs::write(folder.path().join(".env"), format!("DATABASE_URL={quote}{url}{quote}\n")).unwrap();
        said.push(run(&mut up(false)));
    }
    said.push(run(&mut list()));
    said
}

#[test]
fn no_piece_of_a_password_is_printed() {
    for url in URLS {
        for finished in said(url) {
            assert_ne!(finished.code, 0, "{url}: {finished:#?}");
            let all = format!("{}{}", finished.stdout, finished.stderr);
            let secret: Vec<char> = "S3cretWord".chars().collect();
            for six in secret.windows(6).map(|six| six.iter().collect::<String>()) {
                assert!(!all.contains(&six), "{url}: {all}");
            }
        }
    }
}

/// A URL in a variable that is meant for something else.
#[test]
fn a_url_in_another_variable_is_not_repeated() {
    let folder = tempfile::tempdir().unwrap();
    for url in ["postgres://me:S3cretWord@127.0.0.1:1/alarms", "me:S3cretWord@127.0.0.1/alarms"] {
        for arguments in [&["status"][..], &["up", "--json"], &["doctor", "-v"], &["sql", "up"], &["lint"], &["check"]]
        {
            for server in ["postgres://127.0.0.1:1/alarms", "sqlite://a.sqlite"] {
                let mut command = migration(folder.path());
                let finished = run(command.args(arguments).args(["-u", server]).env("DATABASE_SCHEMA", url));
                assert_eq!(finished.code, 2, "{finished:#?}");
                assert!(finished.stderr.contains("DATABASE_SCHEMA is not where it belongs"), "{finished:#?}");
                assert!(!format!("{finished:?}").contains("S3cret"), "{finished:#?}");
            }
        }
    }
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0, "no database is made");
}

/// A variable that cannot be read is not one that is missing: another database would be worked on.
#[test]
fn a_url_that_is_not_utf_8_is_refused() {
    use std::os::unix::ffi::OsStringExt as _;
    let folder = tempfile::tempdir().unwrap();
    let url = std::ffi::OsString::from_vec(b"postgres://me:S3cret\xf6Word@127.0.0.1:1/alarms".to_vec());
    for variable in ["DATABASE_URL", "DATABASE_URL_TELEMETRY"] {
        for mut program in [migration(folder.path()), command(&example("list_alarms"), folder.path())] {
            if program.get_program().to_string_lossy().ends_with("list_alarms") {
                program.env("DATABASE_URL", &url);
            } else {
                program.args(["up", "--area", "telemetry"]).env(variable, &url);
            }
            let finished = run(&mut program);
            assert!(finished.code != 0 && finished.stderr.contains("is not UTF-8; percent-encode"), "{finished:#?}");
            assert!(!format!("{finished:?}").contains("S3cret"), "{finished:#?}");
        }
    }
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0, "no database is made");
}

/// The driver reads these beside the URL, and the server repeats them.
#[tokio::test]
async fn a_url_in_a_variable_of_the_driver_is_not_repeated() {
    let database = TestDatabase::create(Backend::Postgres).await;
    let folder = tempfile::tempdir().unwrap();
    let mut server = url::Url::parse(database.url()).unwrap();
    server.set_path("");
    let url = "postgres://me:S3cretWord@127.0.0.1:1/alarms";
    for name in ["PGDATABASE", "PGUSER", "PGOPTIONS", "PGAPPNAME", "PGHOST", "PGSSLROOTCERT", "PGSSLCERT", "PGSSLKEY"] {
        if name == "PGUSER" {
            server.set_username("").unwrap();
        } else {
            server.set_username("postgres").unwrap();
        }
        for mut program in [migration(folder.path()), command(&example("list_alarms"), folder.path())] {
            if !program.get_program().to_string_lossy().ends_with("list_alarms") {
                program.arg("status");
            }
            let finished = run(program.args(["-u", server.as_str()]).env(name, url));
            assert_eq!(finished.code, 1, "{name}: {finished:#?}");
            assert!(finished.stderr.contains(&format!("from {name} is not where it belongs")), "{finished:#?}");
            assert!(!format!("{finished:?}").contains("S3cret"), "{name}: {finished:#?}");
        }
    }
}
