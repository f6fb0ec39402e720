//! Opens the pool, and says clearly why it could not.

use std::{
    fmt,
    net::{TcpStream, ToSocketAddrs},
    time::{Duration, Instant},
};

use database_target::session;
use log::LevelFilter;
use migration_timescale::{Capability, Dialect, TenantPolicy};
use sea_orm::{
    ConnectOptions, ConnectionTrait, Database as SeaDatabase, DatabaseConnection, DatabaseTransaction, DbBackend,
    DbErr, Statement,
    sqlx::{self, Executor},
};

use crate::{
    AdapterError, DatabaseConfig, Pool,
    alarms::AlarmRepository,
    gate::{self, Gate},
    sqlstate, tenant, transaction,
};

/// Sessions that were idle for longer are pinged before use: the server or a firewall may have ended them. Busy ones are
/// not, a ping is a round trip.
const PING_AFTER: Duration = Duration::from_millis(100);
/// How long a writer waits for another on SQLite.
const SQLITE_BUSY: Duration = Duration::from_secs(10);
/// When a server has one session, others get their turn after this pause.
const SHARED_SESSION_IDLE: Duration = Duration::from_secs(2);

/// A pool of sessions on the database of the alarms. Clones share the pool.
///
/// Other areas have a handle of their own: [`Telemetry`](crate::telemetry::Telemetry), [`Twin`](crate::twin::Twin),
/// [`Plugins`](crate::plugins::Plugins).
#[derive(Clone)]
pub struct Database {
    pool: Pool,
    config: DatabaseConfig,
    pub(crate) gate: Gate,
    name: String,
    single_session: bool,
}

impl Database {
    /// Opens the pool and checks that the schema is at least the one this adapter was built for.
    ///
    /// # Errors
    ///
    /// As [`open`](Self::open), and [`AdapterError::SchemaOutdated`] with the command to run.
    pub async fn connect(config: &DatabaseConfig) -> Result<Self, AdapterError> {
        Self::connect_to(config, gate::ALARMS).await
    }

    /// [`connect`](Self::connect), to the database of an area.
    pub(crate) async fn connect_to(config: &DatabaseConfig, area: Gate) -> Result<Self, AdapterError> {
        let database = Self::open_pool(config, area).await?;
        let checked = gate::ensure_schema(database.connection(), area).await;
        database.separated(checked, config).await
    }

    /// The database, if it passed and keeps the tenant apart that the configuration names.
    async fn separated(self, passed: Result<(), AdapterError>, config: &DatabaseConfig) -> Result<Self, AdapterError> {
        let checked = match passed {
            Ok(()) if config.tenant.is_some() => tenant::ensure_separated(self.connection(), &self.name).await,
            passed => passed,
        };
        match checked {
            Ok(()) => Ok(self),
            Err(error) => {
                self.close().await;
                Err(error)
            }
        }
    }

    /// An SQLite database in memory with the finished schema, gone when the handle is closed: for examples, and for tests of
    /// a service. No migration runs, and no server is needed.
    ///
    /// # Errors
    ///
    /// Failures of the database.
    pub async fn in_memory() -> Result<Self, AdapterError> {
        Self::in_memory_of(gate::ALARMS).await
    }

    /// [`in_memory`](Self::in_memory), with the schema of an area.
    pub(crate) async fn in_memory_of(area: Gate) -> Result<Self, AdapterError> {
        let database = Self::open_to(&DatabaseConfig::new("sqlite::memory:")?, area).await?;
        area.create_on_sqlite(database.connection()).await?;
        Ok(database)
    }

    /// Opens the pool whatever the schema is. [`connect`](Self::connect) is what a server wants.
    ///
    /// # Errors
    ///
    /// [`AdapterError::InvalidConfig`] and [`AdapterError::Connect`]; [`AdapterError::NotSeparated`] where a tenant is
    /// asked for and a table would show the rows of others.
    pub async fn open(config: &DatabaseConfig) -> Result<Self, AdapterError> {
        Self::open_to(config, gate::ALARMS).await
    }

    /// [`open`](Self::open), to the database of an area.
    pub(crate) async fn open_to(config: &DatabaseConfig, area: Gate) -> Result<Self, AdapterError> {
        Self::open_pool(config, area).await?.separated(Ok(()), config).await
    }

    async fn open_pool(config: &DatabaseConfig, gate: Gate) -> Result<Self, AdapterError> {
        config.check()?;
        let name = config.to_string();
        let failed = |error: DbErr| refused(config, &error);
        // A pool opens its minimum at once, and more than one session may be more than there are: look first.
        let look_first = config.target.backend() == DbBackend::Postgres && config.min_connections > 1;
        let sessions = if look_first { Sessions::One } else { Sessions::AsConfigured };
        let mut connection = SeaDatabase::connect(options(config, sessions)).await.map_err(failed)?;
        let single_session = has_one_session(&connection).await.map_err(failed)?;
        let possible = if single_session {
            tracing::info!(
                database = %name,
                configured = config.max_connections,
                "the server is PostgreSQL in WebAssembly and has one session; using one connection"
            );
            Sessions::One
        } else {
            Sessions::AsConfigured
        };
        if possible != sessions {
            // Closed first: the new pool would wait for the session of the old one.
            let _ = connection.close().await;
            connection = SeaDatabase::connect(options(config, possible)).await.map_err(failed)?;
        }
        tracing::info!(database = %name, "connected");
        let pool = Pool::new(connection, config.max_connections);
        Ok(Self { pool, config: config.clone(), gate, name, single_session })
    }

    /// SeaORM's pool, for transactions and queries of one's own.
    pub fn connection(&self) -> &DatabaseConnection {
        self.pool.connection()
    }

    /// The pool as the repositories use it: what only reads is done again when its session ended. Not for statements of
    /// others: a SELECT of theirs may call what writes.
    pub(crate) fn pool(&self) -> &Pool {
        &self.pool
    }

    pub(crate) fn options(&self) -> ConnectOptions {
        options(&self.config, Sessions::One)
    }

    pub(crate) fn refused(&self, error: &DbErr) -> AdapterError {
        refused(&self.config, error)
    }

    /// Begins a transaction that will write. On SQLite it waits for its turn here; a transaction of
    /// [`connection`](Self::connection) that has read first is refused when it goes on to write while another does.
    ///
    /// # Errors
    ///
    /// Failures of the database.
    pub async fn begin(&self) -> Result<DatabaseTransaction, DbErr> {
        transaction::begin(&self.pool).await
    }

    /// The alarms.
    pub fn alarms(&self) -> AlarmRepository<'_, Pool> {
        AlarmRepository::new(&self.pool)
    }

    /// The SQL dialect.
    pub fn backend(&self) -> DbBackend {
        self.connection().get_database_backend()
    }

    /// Whether the server has one session, as TimescaleDB in WebAssembly: within a transaction, only the transaction can be
    /// used.
    pub fn has_one_session(&self) -> bool {
        self.single_session
    }

    /// Closes all sessions; waits for those in use.
    pub async fn close(self) {
        if let Err(error) = self.pool.connection().clone().close().await {
            tracing::debug!(database = %self.name, %error, "closing the pool failed");
        }
    }
}

/// Names the database without its password.
impl fmt::Debug for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Database")
            .field("name", &self.name)
            .field("single_session", &self.single_session)
            .finish_non_exhaustive()
    }
}

/// How many sessions a pool may have.
#[derive(Clone, Copy, PartialEq)]
enum Sessions {
    AsConfigured,
    /// One, and given back soon: others wait for it.
    One,
}

fn options(config: &DatabaseConfig, sessions: Sessions) -> ConnectOptions {
    let target = &config.target;
    // Where the database is: SeaORM repeats it in its trace spans. The drivers get all that the URL says below.
    let mut options = ConnectOptions::new(target.driver_url(false));
    options
        .max_connections(config.max_connections)
        .min_connections(config.min_connections)
        .acquire_timeout(config.acquire_timeout)
        .connect_timeout(config.acquire_timeout)
        .idle_timeout(config.idle_timeout)
        .test_before_acquire_if_idle_for(PING_AFTER);
    if sessions == Sessions::One {
        options.max_connections(1).min_connections(0).idle_timeout(SHARED_SESSION_IDLE);
    }
    if let Some(driver) = target.postgres() {
        let mut driver = logged(driver, config.slow_statement).application_name(&config.application_name);
        if let Some(limit) = config.statement_timeout {
            driver = driver.options([("statement_timeout", limit.as_millis())]);
        }
        if config.tenant.is_some() {
            // A pooler that lends sessions to several clients refuses what it cannot pass on; it would mix tenants up.
            driver = driver.options([(TenantPolicy::SETTING, "")]);
        }
        if sessions == Sessions::One {
            // This build keeps a cached plan when a compressed chunk gets rows that are not, and then misses those.
            driver = driver.statement_cache_capacity(0);
        }
        options.map_sqlx_postgres_opts(move |_| driver.clone());
    }
    if let Some(driver) = target.mysql() {
        let driver = logged(driver, config.slow_statement);
        options.map_sqlx_mysql_opts(move |_| driver.clone());
    }
    match Dialect::of(target.backend()) {
        Dialect::Postgres => {
            let tenant =
                config.tenant.as_deref().map(|name| format!("; {}", tenant::set_sql(name))).unwrap_or_default();
            let session = format!(
                "{}; {}; {}{tenant}",
                session::postgres_statement(session::POSTGRES.iter().copied()),
                session::postgres_set_path(&session::postgres_path(target.schema())),
                session::postgres_set_path(session::POSTGRES_PATH_WITH_EXTENSION)
            );
            options.map_sqlx_postgres_pool_opts(move |pool| {
                let session = session.clone();
                pool.after_connect(move |driver, _| {
                    let session = session.clone();
                    Box::pin(async move { driver.execute(sqlx::AssertSqlSafe(session)).await.map(drop) })
                })
            });
        }
        Dialect::MySql => {
            let limit = config.statement_timeout;
            options.map_sqlx_mysql_pool_opts(move |pool| {
                pool.after_connect(move |driver, _| Box::pin(set_up_mysql(driver, limit)))
            });
        }
        Dialect::Sqlite => sqlite_options(&mut options, config),
    }
    options
}

/// Slow statements are logged as warnings, without their values.
fn logged<O: sqlx::ConnectOptions>(driver: O, slow: Duration) -> O {
    driver.log_statements(LevelFilter::Debug).log_slow_statements(LevelFilter::Warn, slow)
}

fn sqlite_options(options: &mut ConnectOptions, config: &DatabaseConfig) {
    let (in_memory, read_only) = (config.target.is_in_memory(), config.target.is_read_only());
    let slow = config.slow_statement;
    if in_memory {
        // Every session would be a database of its own, gone when the session is.
        options.max_connections(1).min_connections(1).idle_timeout(None).max_lifetime(None);
    }
    options.map_sqlx_sqlite_opts(move |driver| logged(driver, slow).busy_timeout(SQLITE_BUSY).foreign_keys(true));
    if !in_memory && !read_only {
        options.map_sqlx_sqlite_pool_opts(|pool| pool.after_connect(|driver, _| Box::pin(write_ahead(driver))));
    }
}

/// Switches the file to the write-ahead log, with which readers do not wait for a writer. A file that may only be read
/// stays as it is. SQLite does not wait for this as for a transaction.
async fn write_ahead(driver: &mut sqlx::SqliteConnection) -> Result<(), sqlx::Error> {
    let began = Instant::now();
    while let Err(error) = driver.execute("PRAGMA journal_mode = WAL").await {
        let sqlx::Error::Database(database) = &error else { return Err(error) };
        match database.code().and_then(|code| code.parse::<u32>().ok()).map(|code| code & 0xff) {
            Some(READ_ONLY | CANNOT_OPEN) => return Ok(()),
            Some(BUSY) if began.elapsed() < SQLITE_BUSY => {
                driver.execute("BEGIN IMMEDIATE").await?;
                driver.execute("ROLLBACK").await?;
            }
            _ => return Err(error),
        }
    }
    Ok(())
}

/// Primary result codes of SQLite.
const BUSY: u32 = 5;
const READ_ONLY: u32 = 8;
const CANNOT_OPEN: u32 = 14;

/// MySQL and MariaDB have a setting each for the limit, in milliseconds and in seconds; a comment hides it from the other.
async fn set_up_mysql(driver: &mut sqlx::MySqlConnection, limit: Option<Duration>) -> Result<(), sqlx::Error> {
    let limit = limit.map_or_else(String::new, |limit| {
        let (seconds, milliseconds) = (limit.as_secs_f64(), limit.as_millis());
        format!(
            "; /*M!100201 SET SESSION max_statement_time = {seconds} */ \
             /*!80000 SET SESSION max_execution_time = {milliseconds} */"
        )
    });
    driver.execute(sqlx::AssertSqlSafe(format!("{}{limit}", session::MYSQL))).await.map(drop)
}

async fn has_one_session(connection: &DatabaseConnection) -> Result<bool, DbErr> {
    if connection.get_database_backend() != DbBackend::Postgres {
        return Ok(false);
    }
    let question = format!("SELECT {} AS one_session", Capability::IN_WEB_ASSEMBLY);
    let row = connection.query_one_raw(Statement::from_string(DbBackend::Postgres, question)).await?;
    Ok(row.map(|row| row.try_get("", "one_session")).transpose()?.unwrap_or_default())
}

fn refused(config: &DatabaseConfig, error: &DbErr) -> AdapterError {
    let target = &config.target;
    let (reason, remedy) = match (Dialect::of(target.backend()), sqlstate::code(error).as_deref()) {
        (Dialect::Postgres, Some("28P01" | "28000")) | (Dialect::MySql, Some("28000")) => {
            ("the user name or password is wrong, or this host may not connect".to_owned(), "correct the URL")
        }
        (Dialect::Postgres, Some("3D000")) | (Dialect::MySql, Some("42000")) => {
            ("the database does not exist, or this user may not use it".to_owned(), "create it, or correct the URL")
        }
        (Dialect::Postgres, Some("53300")) => {
            ("the server has no session left".to_owned(), "lower max_connections, or raise the server's limit")
        }
        (Dialect::Sqlite, Some("14")) => (
            "the file cannot be opened".to_owned(),
            "check its path; `cargo run -p migration -- up` on this database creates it",
        ),
        (Dialect::Sqlite, _) => (reason(error), "check that the file is an SQLite database and may be written to"),
        (Dialect::Postgres | Dialect::MySql, _) if is_timeout(error) => {
            (unreachable(config), "start the server, or correct host and port in the URL")
        }
        (Dialect::Postgres | Dialect::MySql, _) => (reason(error), "check the server and the URL"),
    };
    AdapterError::Connect { target: target.to_string(), reason, remedy: remedy.to_owned() }
}

fn is_timeout(error: &DbErr) -> bool {
    matches!(error, DbErr::ConnectionAcquire(_))
        || matches!(sqlstate::sqlx_error(error), Some(sqlx::Error::PoolTimedOut | sqlx::Error::Io(_)))
}

/// The pool tries a server that does not answer again until its time is up, and forgets why. A plain TCP connection tells.
fn unreachable(config: &DatabaseConfig) -> String {
    let waited = config.acquire_timeout.as_secs_f32();
    let Some((host, port)) = config.target.address() else {
        return format!("no session within {waited} s");
    };
    // Blocks, but for a second at most, and at start-up, where nothing is served yet.
    let addresses = match (host, port).to_socket_addrs() {
        Ok(addresses) => addresses,
        Err(error) => return format!("the name {host} cannot be resolved ({error})"),
    };
    let mut reason = format!("{host}:{port} has no address");
    for address in addresses {
        match TcpStream::connect_timeout(&address, Duration::from_secs(1)) {
            Ok(_) => return format!("{host}:{port} answers, but gave no session within {waited} s"),
            Err(error) if error.kind() == std::io::ErrorKind::ConnectionRefused => {
                reason = format!("nothing listens on {host}:{port}");
            }
            Err(error) => reason = format!("{host}:{port} cannot be reached ({error})"),
        }
    }
    reason
}

fn reason(error: &DbErr) -> String {
    match sqlstate::sqlx_error(error) {
        Some(sqlx::Error::Database(database)) => database.message().to_owned(),
        Some(other) => other.to_string(),
        None => error.to_string(),
    }
}
