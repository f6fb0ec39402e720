//! The harness of the integration suite: real servers, and a database of its own for every test.
//!
//! SQLite is a file in a temporary folder. PostgreSQL and MariaDB are the servers of `scripts/test-servers.sh`. For
//! TimescaleDB each test starts the WebAssembly build, or, with `TEST_TIMESCALEDB_URL`, creates a database on that server.
//!
//! A backend that cannot be had fails the test with the command that provides it; nothing is skipped.
//!
//! # How to add a test
//!
//! A function `async fn name(database: TestDatabase)` in a file of `suite/`, and its name in the
//! [`on_every_backend!`](crate::on_every_backend) of that file.

#![allow(clippy::expect_used, clippy::missing_panics_doc, reason = "a harness fails by panicking")]

pub mod fixtures;
pub mod inline;
pub mod json_schema;
pub mod process;
pub mod wire;

use std::{
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::atomic::{AtomicU32, Ordering},
};

use migration_engine::{Project, Runner, Target, catalog::Catalog, connect, runner::Patience};
use sea_orm::{ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DbBackend, Statement};
use tokio::sync::{Semaphore, SemaphorePermit};
use url::Url;

/// The databases every test runs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Backend {
    /// SQLite, a file.
    Sqlite,
    /// PostgreSQL without TimescaleDB.
    Postgres,
    /// TimescaleDB with its full licence.
    Timescale,
    /// MariaDB, for MySQL.
    Mariadb,
}

impl Backend {
    /// Name of the profile, as in `migration/schema/<profile>`.
    pub fn profile(self) -> &'static str {
        match self {
            Self::Sqlite => "sqlite",
            Self::Postgres => "postgres",
            Self::Timescale => "timescaledb",
            Self::Mariadb => "mysql",
        }
    }
}

/// Runs each test function on every backend: `on_every_backend!(keeps_rows, refuses_nan);`.
#[macro_export]
macro_rules! on_every_backend {
    ($($test:ident),+ $(,)?) => {$(
        mod $test {
            use $crate::{Backend, TestDatabase};

            #[tokio::test]
            async fn sqlite() {
                super::$test(TestDatabase::create(Backend::Sqlite).await).await;
            }

            #[tokio::test]
            async fn postgres() {
                super::$test(TestDatabase::create(Backend::Postgres).await).await;
            }

            #[tokio::test]
            async fn timescaledb() {
                super::$test(TestDatabase::create(Backend::Timescale).await).await;
            }

            #[tokio::test]
            async fn mariadb() {
                super::$test(TestDatabase::create(Backend::Mariadb).await).await;
            }
        }
    )+};
}

/// An empty database that goes away with this value.
pub struct TestDatabase {
    backend: Backend,
    url: String,
    keep: Keep,
}

enum Keep {
    Folder(#[allow(dead_code, reason = "held for its Drop")] tempfile::TempDir),
    Server { admin: String, name: String },
    Wasm(#[allow(dead_code, reason = "held for its Drop")] WasmServer),
}

impl TestDatabase {
    /// A new, empty database.
    ///
    /// # Panics
    ///
    /// When the backend cannot be had, with the command that provides it.
    pub async fn create(backend: Backend) -> Self {
        let (url, keep) = match backend {
            Backend::Sqlite => {
                let folder = tempfile::tempdir().expect("a temporary folder");
                (format!("sqlite://{}?mode=rwc", folder.path().join("test.sqlite").display()), Keep::Folder(folder))
            }
            Backend::Postgres => on_server("TEST_POSTGRES_URL").await,
            Backend::Mariadb => on_server("TEST_MYSQL_URL").await,
            Backend::Timescale if std::env::var_os("TEST_TIMESCALEDB_URL").is_some() => {
                let (url, keep) = on_server("TEST_TIMESCALEDB_URL").await;
                let db = connect_to(&url).await;
                db.execute_unprepared("CREATE EXTENSION IF NOT EXISTS timescaledb")
                    .await
                    .expect("TimescaleDB on that server");
                // The policy's job would convert what a test has just inserted; tests do that themselves.
                let stop = "SELECT _timescaledb_functions.stop_background_workers()";
                db.execute_unprepared(stop).await.expect("no background jobs");
                (url, keep)
            }
            Backend::Timescale => {
                let server = WasmServer::start().await;
                (server.url.clone(), Keep::Wasm(server))
            }
        };
        Self { backend, url, keep }
    }

    /// A database with all revisions applied.
    pub async fn migrated(backend: Backend) -> Self {
        Self::create(backend).await.up(None).await
    }

    /// Applies the first `steps` revisions that are pending, or all.
    #[must_use = "the database lives as long as the value"]
    pub async fn up(self, steps: Option<u32>) -> Self {
        let runner = self.runner().await;
        runner.up(steps).await.expect("up");
        runner.close().await;
        self
    }

    /// Which backend it is.
    pub fn backend(&self) -> Backend {
        self.backend
    }

    /// URL for the commands and the adapter.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Whether this is TimescaleDB in WebAssembly, which serves one connection at a time.
    pub fn has_one_session(&self) -> bool {
        matches!(self.keep, Keep::Wasm(_))
    }

    /// A pool of one connection. Close it before the next one is opened where [`has_one_session`](Self::has_one_session).
    pub async fn connect(&self) -> DatabaseConnection {
        let mut options = options(&self.url);
        if self.has_one_session() {
            // TimescaleDB 2.23 keeps the plan of a prepared statement when a chunk in the columnstore gets new rows beside
            // it, and then does not see these (2.28 does).
            options.map_sqlx_postgres_opts(|postgres| postgres.statement_cache_capacity(0));
        }
        open(options).await
    }

    /// A runner of the alarms revisions.
    pub async fn runner(&self) -> Runner {
        self.runner_of(migration::project()).await
    }

    /// A runner of any project.
    pub async fn runner_of(&self, project: Project) -> Runner {
        let target = Target::parse(&self.url, "the test").expect("a URL");
        Runner::connect(project, target, &connect::Settings::default(), Patience::default())
            .await
            .expect("a connection")
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        if let Keep::Server { admin, name } = &self.keep {
            let (admin, name) = (admin.clone(), name.clone());
            // A thread of its own: a runtime cannot wait inside the test's.
            let dropped = std::thread::spawn(move || {
                let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
                runtime
                    .block_on(async {
                        let db = connect_to(&admin).await;
                        let force = if db.get_database_backend() == DbBackend::Postgres { " WITH (FORCE)" } else { "" };
                        db.execute_unprepared(&format!("DROP DATABASE {name}{force}")).await
                    })
                    .map_err(std::io::Error::other)
            });
            if !std::thread::panicking() && dropped.join().is_err() {
                eprintln!("could not drop the test's database");
            }
        }
    }
}

async fn on_server(variable: &str) -> (String, Keep) {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let admin = std::env::var(variable).unwrap_or_else(|_| {
        panic!("{variable} is not set: run `make test`, or first `eval \"$(scripts/test-servers.sh start)\"`")
    });
    let name = format!("test_{}_{}", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed));
    let db = connect_to(&admin).await;
    db.execute_unprepared(&format!("CREATE DATABASE {name}")).await.expect("a database of the test's own");
    db.close().await.expect("closed");
    let mut url = Url::parse(&admin).expect("a URL");
    url.set_path(&name);
    (url.into(), Keep::Server { admin, name })
}

/// A pool of one connection, without query logging.
pub async fn connect_to(url: &str) -> DatabaseConnection {
    open(options(url)).await
}

fn options(url: &str) -> ConnectOptions {
    let mut options = ConnectOptions::new(url);
    options.max_connections(1).sqlx_logging(false);
    options
}

async fn open(options: ConnectOptions) -> DatabaseConnection {
    Database::connect(options).await.unwrap_or_else(|error| {
        panic!("cannot connect to the test server ({error}); start it with `scripts/test-servers.sh start`")
    })
}

/// First column of the first row as text.
pub async fn scalar<C: ConnectionTrait>(db: &C, sql: &str) -> Option<String> {
    let row = db.query_one_raw(Statement::from_string(db.get_database_backend(), sql)).await.expect(sql)?;
    row.try_get_by_index::<Option<String>>(0).expect(sql)
}

/// Every row of a query as one text, for comparing before and after.
pub async fn rows_as_text<C: ConnectionTrait>(db: &C, sql: &str) -> Vec<String> {
    let rows = db.query_all_raw(Statement::from_string(db.get_database_backend(), sql)).await.expect(sql);
    rows.iter().map(|row| row.try_get_by_index::<String>(0).expect(sql)).collect()
}

/// The live schema.
pub async fn catalog(runner: &Runner) -> Catalog {
    runner.catalog().await.expect("the catalogue")
}

/// The folder of the workspace.
pub fn workspace() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}

/// TimescaleDB in WebAssembly, empty, in memory.
struct WasmServer {
    child: Child,
    url: String,
    _place: SemaphorePermit<'static>,
}

impl WasmServer {
    async fn start() -> Self {
        // Each takes some hundred megabytes.
        static PLACES: Semaphore = Semaphore::const_new(4);
        let place = PLACES.acquire().await.expect("never closed");
        let folder = workspace().join("scripts/timescaledb");
        assert!(
            folder.join("node_modules").is_dir(),
            "TimescaleDB in WebAssembly is not installed: run `npm ci --prefix scripts/timescaledb`"
        );
        let template: PathBuf = workspace().join("target/test-timescaledb.tar");
        let mut child = Command::new("node")
            .arg(folder.join("serve.mjs"))
            .args(["--port", "0", "--template"])
            .arg(template)
            .env("STOP_WITH_STDIN", "1")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("node, version 18 or newer: `apt-get install nodejs`");
        let output = BufReader::new(child.stdout.take().expect("piped"));
        let url = tokio::task::spawn_blocking(move || {
            let ready = |line: String| line.strip_prefix("ready ").map(str::to_owned);
            output.lines().map_while(Result::ok).find_map(ready)
        })
        .await
        .expect("reads the server's output")
        .expect("TimescaleDB in WebAssembly did not start; try `node scripts/timescaledb/serve.mjs --port 0`");
        Self { child, url, _place: place }
    }
}

impl Drop for WasmServer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
