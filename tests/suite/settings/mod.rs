//! Settings of servers, databases, roles and files, each run through one sequence: nothing that people see depends on them.
//!
//! `make test` takes a sample; `make test-settings` runs the whole table. For TimescaleDB name a native server in
//! `TEST_TIMESCALEDB_URL`: the WebAssembly build has no settings of databases and roles.
//!
//! # How to add a setting
//!
//! A line in the table of its backend.

mod smoke;
mod table;

use std::{path::Path, process::Command, sync::Mutex};

use sea_orm::ConnectionTrait;
use tests::{connect_to, fixtures::execute, workspace};
use url::Url;

use smoke::{Place, smoke};
use table::{FILES, MARIADB, POSTGRES, TIMESCALEDB};

/// Rows of a table that are run: all, or the first few.
fn chosen<T>(rows: &'static [T]) -> &'static [T] {
    let sample = if std::env::var_os("EVERY_SETTING").is_some() { rows.len() } else { 2 };
    &rows[..Ord::min(sample, rows.len())]
}

/// Runs the sequence for each of `rows`, and once for none, and compares.
fn compare<T: Sync>(rows: &[(&str, T)], run: impl Fn(Option<&T>, usize) -> Result<Vec<String>, String> + Sync) {
    let expected = run(None, 0).unwrap_or_else(|error| panic!("without a setting: {error}"));
    let wrong = Mutex::new(Vec::new());
    let next = Mutex::new(rows.iter().enumerate());
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                loop {
                    let Some((number, (name, row))) = next.lock().unwrap().next() else { return };
                    match run(Some(row), number + 1) {
                        Ok(found) if found == expected => {}
                        Ok(found) => {
                            let pair = expected.iter().zip(&found).find(|(expected, found)| expected != found);
                            let (expected, found) = pair.expect("something differs");
                            let diff = similar::TextDiff::from_lines(expected, found);
                            wrong.lock().unwrap().push(format!("{name}:\n{}", diff.unified_diff()));
                        }
                        Err(error) => wrong.lock().unwrap().push(format!("{name}: {error}")),
                    }
                }
            });
        }
    });
    let wrong = wrong.into_inner().unwrap();
    assert!(wrong.is_empty(), "{} of {} settings make a difference:\n{}", wrong.len(), rows.len(), wrong.join("\n"));
}

/// A runtime for what is asked of a server beside the programs.
fn block_on<F: Future>(work: F) -> F::Output {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(work)
}

/// An ordinary role that owns a database, with settings; all gone at the end.
fn on_postgres(variable: &str, extension: bool, set: &[&str], number: usize) -> Result<Vec<String>, String> {
    let admin = std::env::var(variable).unwrap_or_else(|_| panic!("{variable} is not set: run `make test`"));
    let name = format!("settings_{}_{}_{number}", std::process::id(), variable.len());
    let at = |user: Option<&str>| {
        let mut url = Url::parse(&admin).unwrap();
        url.set_path(&name);
        if let Some(user) = user {
            url.set_username(user).unwrap();
            url.set_password(Some("secret")).unwrap();
        }
        String::from(url)
    };
    block_on(async {
        let db = connect_to(&admin).await;
        execute(&db, &format!("CREATE ROLE {name} LOGIN PASSWORD 'secret'")).await;
        execute(&db, &format!("CREATE DATABASE {name} OWNER {name} TEMPLATE template0 ENCODING 'UTF8'")).await;
        db.close().await.unwrap();
        let db = connect_to(&at(None)).await;
        if extension {
            execute(&db, "CREATE EXTENSION timescaledb").await;
            execute(&db, "SELECT _timescaledb_functions.stop_background_workers()").await;
        }
        for sql in set {
            execute(&db, &sql.replace("{name}", &name)).await;
        }
        db.close().await.unwrap();
    });
    let result = smoke(&Place::at(&at(Some(&name))));
    block_on(async {
        let db = connect_to(&admin).await;
        let _ = db.execute_unprepared(&format!("DROP DATABASE {name} WITH (FORCE)")).await;
        execute(&db, &format!("DROP ROLE {name}")).await;
        db.close().await.unwrap();
    });
    result
}

#[test]
fn postgres() {
    compare(chosen(POSTGRES), |set, number| {
        on_postgres("TEST_POSTGRES_URL", false, set.copied().unwrap_or_default(), number)
    });
}

#[test]
#[ignore = "needs a native TimescaleDB in TEST_TIMESCALEDB_URL; `make test-settings` includes it when there is one"]
fn timescaledb() {
    let rows: Vec<_> = POSTGRES.iter().chain(TIMESCALEDB).copied().collect();
    compare(&rows, |set, number| on_postgres("TEST_TIMESCALEDB_URL", true, set.copied().unwrap_or_default(), number));
}

/// A server of the test's own: its settings are everybody's.
struct OwnMariadb {
    folder: tempfile::TempDir,
}

impl OwnMariadb {
    fn script(&self, verb: &str) -> String {
        let mut script = Command::new(workspace().join("scripts/test-servers.sh"));
        script.arg(verb).env("TEST_SERVERS_DIR", self.folder.path().join("servers")).env_remove("TEST_MYSQL_URL");
        let done = tests::process::run(script.env("TEST_POSTGRES_URL", "of no use here"));
        assert_eq!(done.code, 0, "{done:#?}");
        done.stdout
    }

    fn start() -> (Self, String) {
        let server = Self { folder: tempfile::tempdir().unwrap() };
        // The server runs as a user of its own.
        let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
        std::fs::set_permissions(server.folder.path(), mode).unwrap();
        let url = server
            .script("start")
            .lines()
            .find_map(|line| Some(line.strip_prefix("export TEST_MYSQL_URL='")?.strip_suffix('\'')?.to_owned()));
        (server, url.expect("the URL"))
    }
}

impl Drop for OwnMariadb {
    fn drop(&mut self) {
        self.script("stop");
    }
}

#[test]
fn mariadb() {
    let (_server, admin) = OwnMariadb::start();
    let one_at_a_time = Mutex::new(());
    compare(chosen(MARIADB), |setting, number| {
        let _turn = one_at_a_time.lock().unwrap();
        let name = format!("settings_{number}");
        let sql = |statements: Vec<String>| {
            block_on(async {
                let db = connect_to(&admin).await;
                for sql in statements {
                    execute(&db, &sql).await;
                }
                db.close().await.unwrap();
            });
        };
        let mut before = vec![
            format!("CREATE USER {name}@'%' IDENTIFIED BY 'secret'"),
            format!("GRANT ALL ON `settings\\_{number}%`.* TO {name}@'%'"),
            format!("GRANT ALL ON `migration\\_scratch\\_%`.* TO {name}@'%'"),
        ];
        before.extend(setting.map(|(variable, value)| format!("SET GLOBAL {variable} = {value}")));
        before.push(format!("CREATE DATABASE {name}"));
        sql(before);
        let mut url = Url::parse(&admin).unwrap();
        url.set_path(&name);
        url.set_username(&name).unwrap();
        url.set_password(Some("secret")).unwrap();
        let result = smoke(&Place::at(url.as_str()));
        let mut after: Vec<String> =
            setting.map(|(variable, _)| format!("SET GLOBAL {variable} = DEFAULT")).into_iter().collect();
        after.push(format!("DROP DATABASE {name}"));
        after.extend(tests::areas().map(|(area, _)| format!("DROP DATABASE IF EXISTS {name}_{area}")));
        after.push(format!("DROP USER {name}@'%'"));
        sql(after);
        result
    });
}

#[test]
fn sqlite() {
    compare(chosen(FILES), |file, _| {
        let folder = tempfile::tempdir().unwrap();
        let (name, setup) = file.copied().unwrap_or(("plain.sqlite", &[]));
        let of_areas = tests::areas().map(|(area, _)| format!("-{area}"));
        for area in of_areas.chain([String::new()]) {
            let path = folder.path().join(name.replace(".sqlite", &format!("{area}.sqlite")));
            prepare(&path, setup);
        }
        let encoded = name.replace('%', "%25").replace('#', "%23").replace('?', "%3F");
        smoke(&Place::at(&format!("sqlite://{}/{encoded}", folder.path().display())))
    });
}

fn prepare(path: &Path, setup: &[&str]) {
    let done = tests::process::run(Command::new("sqlite3").arg(path).arg(setup.join("; ")));
    assert_eq!(done.code, 0, "{done:#?}");
}
