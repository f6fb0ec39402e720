//! Databases on the PostgreSQL, TimescaleDB and MariaDB servers that the environment names. The URL in the environment is
//! the administrator's; tests connect as an ordinary user who owns their database.

use migration_timescale::Dialect;
use std::{
    path::Path,
    sync::atomic::{AtomicU32, Ordering},
};

use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend};
use tokio::sync::Mutex;
use url::Url;

use crate::{connect_to, rows_as_text};

/// How the names of test databases begin; the process that made them follows.
const PREFIX: &str = "test_";

/// The ordinary user: not a superuser, and allowed to create databases, as people who develop are.
pub(crate) const OWNER: &str = "test_owner";

/// A database on a server.
pub(crate) struct ServerDatabase {
    /// URL of the server's administrator.
    admin: String,
    name: String,
    url: String,
}

impl ServerDatabase {
    /// A new one; `timescaledb` with the extension, and without background jobs until a test starts them.
    pub(crate) async fn create(variable: &'static str, timescaledb: bool) -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let admin = std::env::var(variable).unwrap_or_else(|_| {
            panic!("{variable} is not set: run `make test`, or first `eval \"$(scripts/test-servers.sh start)\"`")
        });
        let name = format!("{PREFIX}{}_{}", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed));
        let mut url = Url::parse(&admin).expect("a URL");
        url.set_path(&name);
        url.set_username(OWNER).expect("a user");
        url.set_password(Some(OWNER)).expect("a password");
        let database = Self { admin, name, url: url.into() };
        let db = connect_to(&database.admin).await;
        once_per_server(&db, variable, timescaledb).await;
        let owner =
            if db.get_database_backend() == DbBackend::Postgres { format!(" OWNER {OWNER}") } else { String::new() };
        let create = format!("CREATE DATABASE {}{owner}", database.name);
        db.execute_unprepared(&create).await.expect("a database of the test's own");
        db.close().await.expect("closed");
        if timescaledb {
            let db = connect_to(&database.admin_url()).await;
            let extension = "CREATE EXTENSION IF NOT EXISTS timescaledb";
            db.execute_unprepared(extension).await.expect("TimescaleDB on that server");
            stop_jobs(&db).await;
            db.close().await.expect("closed");
        }
        database
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// The same database for the server's administrator.
    pub(crate) fn admin_url(&self) -> String {
        let mut url = Url::parse(&self.admin).expect("a URL");
        url.set_path(&self.name);
        url.into()
    }

    pub(crate) fn become_administrator(&mut self) {
        self.url = self.admin_url();
    }

    /// Keeps a copy of it under another name, when everybody has disconnected.
    pub(crate) async fn keep(&self, copy: &str) {
        let db = connect_to(&self.admin).await;
        copy_database(&db, &self.name, copy).await;
        db.close().await.expect("closed");
    }

    /// Becomes that copy.
    pub(crate) async fn become_copy(&self, copy: &str, timescaledb: bool) {
        let db = connect_to(&self.admin).await;
        db.execute_unprepared(&format!("DROP DATABASE {} WITH (FORCE)", self.name)).await.expect("dropped");
        copy_database(&db, copy, &self.name).await;
        db.close().await.expect("closed");
        if timescaledb {
            let db = connect_to(&self.admin_url()).await;
            stop_jobs(&db).await;
            db.close().await.expect("closed");
        }
    }
}

/// Name of a copy for this process; it begins like a test's own database, so that a later run drops it.
pub(crate) fn copy_name(key: &str) -> String {
    format!("{PREFIX}{}_{}", std::process::id(), key.replace(|letter: char| !letter.is_ascii_alphanumeric(), "_"))
}

async fn copy_database(db: &DatabaseConnection, from: &str, to: &str) {
    // TimescaleDB's launcher connects to every database.
    let others = format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{from}'");
    let copy = format!("CREATE DATABASE {to} TEMPLATE {from} OWNER {OWNER}");
    let mut attempts = 0;
    while let Err(error) = db.execute_unprepared(&copy).await {
        attempts += 1;
        assert!(attempts < 50, "{copy}: {error}");
        db.execute_unprepared(&others).await.expect("others are disconnected");
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
}

/// The policy's job would convert what a test has just inserted; tests do that themselves.
async fn stop_jobs(db: &DatabaseConnection) {
    let stop = "SELECT _timescaledb_functions.stop_background_workers()";
    db.execute_unprepared(stop).await.expect("no background jobs");
}

impl Drop for ServerDatabase {
    fn drop(&mut self) {
        let (admin, name) = (self.admin.clone(), self.name.clone());
        // A thread of its own: a runtime cannot wait inside the test's.
        let dropped = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            runtime
                .block_on(async { drop_database(&connect_to(&admin).await, &name).await })
                .map_err(std::io::Error::other)
        });
        if !std::thread::panicking() && dropped.join().is_err() {
            eprintln!("could not drop the test's database");
        }
    }
}

async fn drop_database(db: &DatabaseConnection, name: &str) -> Result<(), sea_orm::DbErr> {
    let mut force = "";
    if db.get_database_backend() == DbBackend::Postgres {
        force = " WITH (FORCE)";
    } else {
        // A transaction that was dropped is rolled back by a runtime that waits for this thread.
        let sessions = format!("SELECT CAST(ID AS CHAR(20)) FROM information_schema.PROCESSLIST WHERE DB = '{name}'");
        for session in rows_as_text(db, &sessions).await {
            let _ = db.execute_unprepared(&format!("KILL {session}")).await;
        }
    }
    db.execute_unprepared(&format!("DROP DATABASE IF EXISTS {name}{force}")).await.map(drop)
}

/// Once a run and server: makes the ordinary user, and drops what runs have left that are over.
async fn once_per_server(db: &DatabaseConnection, variable: &'static str, timescaledb: bool) {
    static DONE: Mutex<Vec<&'static str>> = Mutex::const_new(Vec::new());
    let mut done = DONE.lock().await;
    if !done.contains(&variable) {
        if timescaledb {
            has_room_for_schedulers(db, variable).await;
        }
        make_owner(db).await;
        drop_left(db).await;
        done.push(variable);
    }
}

/// TimescaleDB has a scheduler in every database, and waits without a word where the server has no worker left for it.
async fn has_room_for_schedulers(db: &DatabaseConnection, variable: &str) {
    let settings = "SELECT concat_ws(' ', least(current_setting('max_worker_processes')::int, \
         current_setting('timescaledb.max_background_workers', true)::int))";
    let workers = rows_as_text(db, settings).await.concat();
    assert!(
        workers.parse::<u32>().is_ok_and(|workers| workers >= 32),
        "the server of {variable} has workers for {workers} background jobs, and each test's database has a scheduler: start \
         it with max_worker_processes = 64, timescaledb.max_background_workers = 32 and timescaledb in shared_preload_libraries"
    );
}

async fn make_owner(db: &DatabaseConnection) {
    match Dialect::of(db.get_database_backend()) {
        Dialect::Postgres => {
            let create = format!(
                "DO $$ BEGIN CREATE ROLE {OWNER} LOGIN CREATEDB PASSWORD '{OWNER}'; \
                 EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$"
            );
            db.execute_unprepared(&create).await.expect("an ordinary role");
        }
        Dialect::MySql | Dialect::Sqlite => {
            for sql in [
                format!("CREATE USER IF NOT EXISTS '{OWNER}'@'%' IDENTIFIED BY '{OWNER}'"),
                format!("GRANT ALL ON `test\\_%`.* TO '{OWNER}'@'%'"),
                format!("GRANT ALL ON `migration\\_scratch\\_%`.* TO '{OWNER}'@'%'"),
            ] {
                db.execute_unprepared(&sql).await.expect("an ordinary user");
            }
        }
    }
}

async fn drop_left(db: &DatabaseConnection) {
    if !Path::new("/proc/self").exists() {
        return;
    }
    let names = match Dialect::of(db.get_database_backend()) {
        Dialect::Postgres => "SELECT datname::text FROM pg_database",
        Dialect::MySql | Dialect::Sqlite => "SELECT SCHEMA_NAME FROM information_schema.SCHEMATA",
    };
    for name in rows_as_text(db, names).await {
        let process = name.strip_prefix(PREFIX).and_then(|rest| rest.split('_').next());
        if let Some(process) = process.and_then(|process| process.parse::<u32>().ok())
            && !Path::new(&format!("/proc/{process}")).exists()
        {
            let _ = drop_database(db, &name).await;
        }
    }
}
