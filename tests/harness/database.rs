//! A database of a test's own.

use std::{
    collections::HashMap,
    path::PathBuf,
    sync::{
        Mutex, OnceLock, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use migration_engine::{
    Project, Runner, Target,
    session::{Patience, connect},
};
use sea_orm::{ConnectionTrait, DatabaseConnection};
use tokio::sync::Mutex as AsyncMutex;

use crate::{
    Backend,
    server::{OWNER, ServerDatabase, copy_name},
    sql,
    wasm::WasmServer,
};

/// An empty database that goes away with this value.
pub struct TestDatabase {
    backend: Backend,
    /// Whether anybody has been given its URL: then it is what it has become, and no template replaces it.
    touched: AtomicBool,
    place: Place,
}

enum Place {
    File { path: PathBuf, url: String, _folder: tempfile::TempDir },
    Server(ServerDatabase),
    Wasm(Box<Mutex<WasmServer>>, String),
}

impl TestDatabase {
    /// A new, empty database.
    ///
    /// # Panics
    ///
    /// When the backend cannot be had, with the command that provides it.
    pub async fn create(backend: Backend) -> Self {
        let place = match backend {
            Backend::Sqlite => {
                let folder = match std::env::var_os(SQLITE_FOLDER) {
                    Some(place) => tempfile::tempdir_in(place).expect("a folder in the one that the environment names"),
                    None => temporary_folder(),
                };
                let path = folder.path().join("test.sqlite");
                let url = format!("sqlite://{}?mode=rwc", path.display());
                Place::File { path, url, _folder: folder }
            }
            Backend::Postgres => Place::Server(ServerDatabase::create("TEST_POSTGRES_URL", false).await),
            Backend::Mariadb => Place::Server(ServerDatabase::create("TEST_MYSQL_URL", false).await),
            Backend::Timescale if std::env::var_os(NATIVE).is_some() => {
                Place::Server(ServerDatabase::create(NATIVE, true).await)
            }
            Backend::Timescale => {
                let server = WasmServer::take().await;
                let url = server.url().to_owned();
                Place::Wasm(Box::new(Mutex::new(server)), url)
            }
        };
        Self { backend, touched: AtomicBool::new(false), place }
    }

    /// A new, empty database with TimescaleDB's extension in a schema of that name.
    pub async fn with_extension_in(schema: &str) -> Self {
        if std::env::var_os(NATIVE).is_none() {
            let server = WasmServer::with_extension_in(schema).await;
            let url = server.url().to_owned();
            let place = Place::Wasm(Box::new(Mutex::new(server)), url);
            return Self { backend: Backend::Timescale, touched: AtomicBool::new(true), place };
        }
        let database = Self::create(Backend::Timescale).await;
        database.by_administrator("DROP EXTENSION timescaledb CASCADE").await;
        database.by_administrator(&format!("CREATE SCHEMA \"{schema}\"")).await;
        database.by_administrator(&format!("CREATE EXTENSION timescaledb SCHEMA \"{schema}\"")).await;
        database
    }

    /// A new, empty database on a server that has what TimescaleDB in WebAssembly lacks.
    ///
    /// # Panics
    ///
    /// As [`create`](Self::create), and where that server is the one in WebAssembly.
    pub async fn native(backend: Backend) -> Self {
        assert!(
            backend != Backend::Timescale || std::env::var_os(NATIVE).is_some(),
            "this test needs a native TimescaleDB: make test-native {NATIVE}=postgres://…"
        );
        Self::create(backend).await
    }

    /// A database with all revisions of the area alarms applied.
    pub async fn migrated(backend: Backend) -> Self {
        Self::create(backend).await.up(None).await
    }

    /// Applies the first `steps` revisions of the area alarms that are pending, or all.
    #[must_use = "the database lives as long as the value"]
    pub async fn up(self, steps: Option<u32>) -> Self {
        self.up_of("alarms", migration::project, steps).await;
        self
    }

    /// Applies the first `steps` revisions of a project that are pending, or all. An empty database becomes a copy of the
    /// first one that got so far in this run; `name` is the project's.
    pub async fn up_of(&self, name: &str, project: impl Fn() -> Project, steps: Option<u32>) {
        let key = match steps {
            Some(steps) => format!("{name}_{steps}"),
            None => format!("{name}_all"),
        };
        let apply = async || {
            let runner = self.runner_of(project()).await;
            runner.up(steps).await.expect("up");
            runner.close().await;
        };
        if self.touched.load(Ordering::Relaxed) {
            return apply().await;
        }
        match &self.place {
            // There is no cheaper copy of a MariaDB database than its revisions.
            Place::Server(_) if self.backend == Backend::Mariadb => apply().await,
            Place::Server(server) => {
                let copy = copy_name(&format!("{:?}_{key}", self.backend));
                let template = template(&copy);
                let mut made = template.lock().await;
                if *made {
                    drop(made);
                    server.become_copy(&copy, self.backend == Backend::Timescale).await;
                } else {
                    apply().await;
                    server.keep(&copy).await;
                    *made = true;
                }
            }
            Place::File { path, .. } => {
                static FILES: Mutex<Option<HashMap<String, Vec<u8>>>> = Mutex::new(None);
                let kept = {
                    let mut files = FILES.lock().unwrap_or_else(PoisonError::into_inner);
                    files.get_or_insert_default().get(&key).cloned()
                };
                if let Some(bytes) = kept {
                    std::fs::write(path, bytes).expect("a copy of the template");
                } else {
                    apply().await;
                    let bytes = std::fs::read(path).expect("the migrated file");
                    let mut files = FILES.lock().unwrap_or_else(PoisonError::into_inner);
                    files.get_or_insert_default().insert(key, bytes);
                }
            }
            Place::Wasm(server, _) => {
                let restored = lock(server).restore(&key);
                if !restored {
                    apply().await;
                    lock(server).keep(&key);
                }
            }
        }
        self.touched.store(true, Ordering::Relaxed);
    }

    /// Which backend it is.
    pub fn backend(&self) -> Backend {
        self.backend
    }

    /// URL for the commands and the adapter.
    pub fn url(&self) -> &str {
        self.touched.store(true, Ordering::Relaxed);
        match &self.place {
            Place::File { url, .. } | Place::Wasm(_, url) => url,
            Place::Server(server) => server.url(),
        }
    }

    /// The same database, reached as the server's administrator: for a test about what an ordinary owner may not do.
    #[must_use = "the database lives as long as the value"]
    pub fn as_administrator(mut self) -> Self {
        // What the administrator makes belongs to the administrator, and is not a template for others.
        self.touched.store(true, Ordering::Relaxed);
        let administrator = self.administrator_url();
        match &mut self.place {
            Place::File { .. } => {}
            Place::Wasm(_, url) => *url = administrator,
            Place::Server(server) => server.become_administrator(),
        }
        self
    }

    /// Runs statements as the server's administrator.
    pub async fn by_administrator(&self, sql: &str) {
        self.touched.store(true, Ordering::Relaxed);
        let db = sql::connect_to(&self.administrator_url()).await;
        db.execute_unprepared(sql).await.expect("what an administrator may do");
        db.close().await.expect("closed");
    }

    fn administrator_url(&self) -> String {
        match &self.place {
            Place::File { url, .. } => url.clone(),
            Place::Wasm(_, url) => url.replace(&format!("{OWNER}:"), "postgres:"),
            Place::Server(server) => server.admin_url(),
        }
    }

    /// Whether this is TimescaleDB in WebAssembly, which serves one connection at a time.
    pub fn has_one_session(&self) -> bool {
        matches!(self.place, Place::Wasm(..))
    }

    /// A pool of one connection. Close it before the next one is opened where [`has_one_session`](Self::has_one_session).
    pub async fn connect(&self) -> DatabaseConnection {
        let mut options = sql::options(self.url());
        if self.has_one_session() {
            // TimescaleDB 2.23 keeps the plan of a prepared statement when a chunk in the columnstore gets new rows beside
            // it, and then does not see these (2.28 does).
            options.map_sqlx_postgres_opts(|postgres| postgres.statement_cache_capacity(0));
        }
        sql::open(options).await
    }

    /// A runner of the alarms revisions.
    pub async fn runner(&self) -> Runner {
        self.runner_of(migration::project()).await
    }

    /// A runner of any project.
    pub async fn runner_of(&self, project: Project) -> Runner {
        let target = Target::parse(self.url(), "the test").expect("a URL");
        Runner::connect(project, target, &connect::Settings::default(), Patience::default())
            .await
            .expect("a connection")
    }
}

/// A folder that goes away with the value; in memory where that is possible, for tests wait for disks more than for anything.
pub fn temporary_folder() -> tempfile::TempDir {
    tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).expect("a temporary folder")
}

/// Names a folder for SQLite's files: for benchmarks, on a disk.
const SQLITE_FOLDER: &str = "TEST_SQLITE_DIR";

/// Names a native TimescaleDB to use instead of the one in WebAssembly.
const NATIVE: &str = "TEST_TIMESCALEDB_URL";

fn lock(server: &Mutex<WasmServer>) -> std::sync::MutexGuard<'_, WasmServer> {
    server.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Whether a template has been made on a server. Whoever makes it holds the lock meanwhile.
fn template(name: &str) -> std::sync::Arc<AsyncMutex<bool>> {
    static TEMPLATES: OnceLock<Mutex<HashMap<String, std::sync::Arc<AsyncMutex<bool>>>>> = OnceLock::new();
    let mut templates = TEMPLATES.get_or_init(Mutex::default).lock().unwrap_or_else(PoisonError::into_inner);
    templates.entry(name.to_owned()).or_default().clone()
}
