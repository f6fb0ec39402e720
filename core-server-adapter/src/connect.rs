//! Opens the pool, and says clearly why it could not.

use std::{
    fmt,
    net::{TcpStream, ToSocketAddrs},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use database_target::{Target, session};
use log::LevelFilter;
use migration_timescale::{Capability, Dialect, TenantPolicy};
use sea_orm::{
    ConnectOptions, Database as SeaDatabase, DatabaseConnection, DbBackend, DbErr,
    sqlx::{self, Executor, Row},
};

use crate::{
    AdapterError, DatabaseConfig, Metrics, Pool, Transaction,
    alarms::AlarmRepository,
    error::Place,
    gate::{self, Gate},
    metrics::Numbers,
    pool::in_web_assembly,
    replica::Replica,
    sqlstate, tenant, transaction,
};

/// Sessions that were idle for longer are pinged before use: the server or a firewall may have ended them. Busy ones are
/// not, a ping is a round trip.
const PING_AFTER: Duration = Duration::from_millis(100);
/// How long a writer waits for another on SQLite.
const SQLITE_BUSY: Duration = Duration::from_secs(10);
/// How long a read waits for a session of the replica before it goes to the primary.
const REPLICA_PATIENCE: Duration = Duration::from_secs(1);
/// When a server has one session, others get their turn after this pause.
const SHARED_SESSION_IDLE: Duration = Duration::from_secs(2);

/// A pool of sessions on the database of the alarms. Clones share the pool.
///
/// Other areas have a handle of their own: [`Telemetry`](crate::telemetry::Telemetry), [`Twin`](crate::twin::Twin),
/// [`Analytics`](crate::analytics::Analytics), [`Plugins`](crate::plugins::Plugins), [`Vision`](crate::vision::Vision).
/// [`Server`](crate::Server) opens those that a service needs, and transactions over several.
#[derive(Clone)]
pub struct Database {
    pool: Pool,
    replica: Option<Arc<Replica>>,
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
        let checked = gate::ensure_schema(database.pool(), area).await;
        database.separated(checked).await
    }

    /// The database, if it passed and keeps the tenant apart that the configuration names.
    pub(crate) async fn separated(self, passed: Result<(), AdapterError>) -> Result<Self, AdapterError> {
        let checked = match passed {
            Ok(()) if self.config.tenant.is_some() => tenant::ensure_separated(self.pool(), &self.name).await,
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
        Self::open_pool(config, area).await?.separated(Ok(())).await
    }

    /// A pool that opens its first session when it is first used, and checks the schema then: a service starts while its
    /// database is away. Until the schema is as it should be, every call fails with [`AdapterError::SchemaOutdated`].
    ///
    /// Nothing is asked here, so a pooler in transaction mode has to be said
    /// ([`through_pooler`](DatabaseConfig::through_pooler)), and so has a server with one session
    /// ([`max_connections`](DatabaseConfig::max_connections)).
    ///
    /// # Errors
    ///
    /// [`AdapterError::InvalidConfig`].
    pub async fn lazy(config: &DatabaseConfig) -> Result<Self, AdapterError> {
        Self::lazy_to(config, gate::ALARMS).await
    }

    /// [`lazy`](Self::lazy), for the database of an area.
    pub(crate) async fn lazy_to(config: &DatabaseConfig, area: Gate) -> Result<Self, AdapterError> {
        config.check()?;
        let how = How::of(config);
        let mut options = options(config, how, &Noticed::default());
        options.connect_lazy(true);
        let connection = SeaDatabase::connect(options).await.map_err(|error| refused(config, &error))?;
        let mut database = Self::over(connection, config, area, how).await?;
        let separated = config.tenant.is_some().then(|| database.name.clone());
        database.pool = database.pool.checked_at_first_use(area, separated);
        Ok(database)
    }

    /// A pool that the program has already, of SeaORM or of sqlx (`pool.into()`): its sessions lead to the database of the
    /// alarms, and stay as the program set them.
    ///
    /// On PostgreSQL each statement therefore runs in a transaction that begins with the settings it needs, which costs three
    /// more round trips; [`connect`](Self::connect) opens a pool without that cost. On MySQL the sessions have to be in UTC
    /// and strict, as sqlx opens them.
    ///
    /// # Errors
    ///
    /// As [`connect`](Self::connect).
    pub async fn of_pool(connection: DatabaseConnection) -> Result<Self, AdapterError> {
        Self::of_pool_to(connection, gate::ALARMS).await
    }

    /// [`of_pool`](Self::of_pool), for the database of an area.
    pub(crate) async fn of_pool_to(connection: DatabaseConnection, area: Gate) -> Result<Self, AdapterError> {
        let config = match Target::of_pool(&connection) {
            Ok(target) if area != gate::ALARMS => DatabaseConfig::for_target(target.with_schema(area.area)),
            Ok(target) => DatabaseConfig::for_target(target),
            // In the pool's own memory: nothing else leads there.
            Err(_) if connection.get_database_backend() == DbBackend::Sqlite => DatabaseConfig::new("sqlite::memory:")?,
            Err(error) => return Err(error.into()),
        };
        let address = (config.target.backend() == DbBackend::Postgres)
            .then(|| session::postgres_in_transaction(config.target.schema(), []));
        let mut database = Self::over(connection, &config, area, How::of(&config)).await?;
        database.pool = database.pool.addressed(address);
        gate::ensure_schema(database.pool(), area).await?;
        Ok(database)
    }

    pub(crate) async fn open_pool(config: &DatabaseConfig, gate: Gate) -> Result<Self, AdapterError> {
        config.check()?;
        let failed = |error: DbErr| refused(config, &error);
        // A pool opens its minimum at once, and more than one session may be more than there are: look first.
        let look_first = config.target.backend() == DbBackend::Postgres && config.min_connections > 1;
        let mut how = How::of(config);
        if look_first {
            how.sessions = Sessions::One;
        }
        let noticed = Noticed::default();
        let mut connection = match SeaDatabase::connect(options(config, how, &noticed)).await {
            // A protocol violation, which is what a pooler says to wishes that it does not pass on.
            Err(error) if !how.through_pooler && sqlstate::code(&error).as_deref() == Some("08P01") => {
                how.through_pooler = true;
                SeaDatabase::connect(options(config, how, &noticed)).await.map_err(failed)?
            }
            connected => connected.map_err(failed)?,
        };
        let mut possible = How { sessions: Sessions::AsConfigured, ..how };
        if noticed.end() {
            possible.through_pooler = true;
        } else if !how.through_pooler && in_web_assembly(&connection).await.map_err(failed)? {
            tracing::info!(
                database = %config,
                configured = config.max_connections,
                "the server is PostgreSQL in WebAssembly and has one session; using one connection"
            );
            possible.sessions = Sessions::One;
        }
        if possible != how {
            // Closed first: the new pool would wait for the session of the old one.
            let _ = connection.close().await;
            connection = SeaDatabase::connect(options(config, possible, &Noticed::ended())).await.map_err(failed)?;
        }
        tracing::info!(database = %config, through_pooler = possible.through_pooler, "connected");
        Self::over(connection, config, gate, possible).await
    }

    /// The handle over a pool that was opened so, with the replica of the configuration.
    async fn over(
        connection: DatabaseConnection,
        config: &DatabaseConfig,
        gate: Gate,
        how: How,
    ) -> Result<Self, AdapterError> {
        let config = DatabaseConfig { through_pooler: how.through_pooler, ..config.clone() };
        let numbers = Arc::new(Numbers::new(config.slow_statement));
        let address = how.through_pooler.then(|| through_pooler(&config));
        let pool = Pool::new(connection, config.max_connections, numbers).addressed(address.clone());
        let replica = match config.on_replica().zip(config.replica.as_ref()) {
            Some((mut there, replica)) => {
                there.check()?;
                // What cannot be had at once is had from the primary.
                there.acquire_timeout = there.acquire_timeout.min(REPLICA_PATIENCE);
                let mut options = options(&there, how, &Noticed::ended());
                options.connect_lazy(true);
                let connection = SeaDatabase::connect(options).await.map_err(|error| refused(&there, &error))?;
                Some(Arc::new(Replica::new(connection, address, replica.behind)))
            }
            None => None,
        };
        let (name, single_session) = (config.to_string(), how.sessions == Sessions::One);
        Ok(Self { pool, replica, config, gate, name, single_session })
    }

    /// The same sessions, worked with in another area: every transaction begins with `address`.
    pub(crate) fn shared(&self, config: &DatabaseConfig, gate: Gate, address: Option<String>) -> Self {
        let numbers = Arc::new(Numbers::new(config.slow_statement));
        let address = if self.config.through_pooler { Some(through_pooler(config)) } else { address };
        let pool = Pool::new(self.connection().clone(), self.config.max_connections, numbers).addressed(address);
        let single_session = self.single_session;
        Self { pool, replica: None, config: config.clone(), gate, name: config.to_string(), single_session }
    }

    /// This handle, but it reads from the [`replica`](DatabaseConfig::replica) and writes nothing.
    ///
    /// What it reads may be older than what was written a moment before, by as much as the replica is behind. What has to
    /// see a write, such as the answer to a request that wrote, is read with the handle itself, from the primary. While the
    /// replica is away, does not follow its primary or is [too far behind](DatabaseConfig::replica_behind), the primary
    /// answers; a write is [`AdapterError::OnReplica`]. Without a replica the primary always answers.
    ///
    /// ```no_run
    /// # async fn example() -> Result<(), core_server_adapter::AdapterError> {
    /// use core_server_adapter::{Database, DatabaseConfig, PageRequest, alarms::AlarmFilter};
    ///
    /// let config = DatabaseConfig::new("postgres://primary.example/plant")?.replica("postgres://standby.example/plant")?;
    /// let database = Database::connect(&config).await?;
    /// let dashboard = database.reading();
    /// let page = dashboard.alarms().list(&AlarmFilter::new(), &PageRequest::first(50)).await?;
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn reading(&self) -> Self {
        let mut reading = self.clone();
        if let Some(replica) = &self.replica {
            reading.pool = reading.pool.on_replica(Arc::clone(replica));
        }
        reading
    }

    /// What the pool has done, as numbers: for metrics, with [`sessions`](Self::sessions).
    pub fn metrics(&self) -> Metrics {
        self.pool.numbers().now()
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

    /// A pool with one session, opened for one question, which finds the area as the others do.
    pub(crate) async fn one_more_session(&self, patience: Duration) -> Result<Pool, AdapterError> {
        let how = How { sessions: Sessions::One, ..How::of(&self.config) };
        let mut own = options(&self.config, how, &Noticed::ended());
        own.max_connections(1).min_connections(0).acquire_timeout(patience).connect_timeout(patience);
        let connection = SeaDatabase::connect(own).await.map_err(|error| refused(&self.config, &error))?;
        Ok(self.pool.over_another(connection))
    }

    /// Begins a transaction that will write. On SQLite it waits for its turn here; a transaction of
    /// [`connection`](Self::connection) that has read first is refused when it goes on to write while another does.
    ///
    /// ```
    /// # async fn example() -> Result<(), core_server_adapter::AdapterError> {
    /// use core_server_adapter::{Database, alarms::{AlarmRepository, AlarmSeverity, NewAlarm}};
    ///
    /// let database = Database::in_memory().await?;
    /// let transaction = database.begin().await?;
    /// let alarms = AlarmRepository::new(&transaction);
    /// let raised = alarms.raise(&NewAlarm::threshold("machine-1", AlarmSeverity::Info, chrono::Utc::now())).await?;
    /// alarms.acknowledge(raised.id, "ana").await?;
    /// // Dropped without it, nothing was done.
    /// transaction.commit().await?;
    /// # Ok(())
    /// # }
    /// # #[cfg(feature = "runtime-tokio")]
    /// # tokio::runtime::Runtime::new().unwrap().block_on(example()).unwrap();
    /// # #[cfg(not(feature = "runtime-tokio"))]
    /// # async_std::task::block_on(example()).unwrap();
    /// ```
    ///
    /// # Errors
    ///
    /// Failures of the database.
    pub async fn begin(&self) -> Result<Transaction, AdapterError> {
        let place = Place { area: self.gate.area, table: "transaction" };
        let begun = transaction::begin(&self.pool).await;
        Ok(begun.map_err(place.while_reading("beginning a transaction"))?.of(place))
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
        let replica = self.replica.as_ref().map(|replica| replica.connection());
        for connection in replica.into_iter().chain([self.pool.connection()]) {
            if let Err(error) = connection.clone().close().await {
                tracing::debug!(database = %self.name, %error, "closing the pool failed");
            }
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

/// How a pool is opened.
#[derive(Clone, Copy, PartialEq)]
struct How {
    sessions: Sessions,
    /// Whether no session keeps what it was set to.
    through_pooler: bool,
}

impl How {
    fn of(config: &DatabaseConfig) -> Self {
        let through_pooler = config.through_pooler && config.target.backend() == DbBackend::Postgres;
        Self { sessions: Sessions::AsConfigured, through_pooler }
    }
}

/// How many sessions a pool may have.
#[derive(Clone, Copy, PartialEq)]
enum Sessions {
    AsConfigured,
    /// One, and given back soon: others wait for it.
    One,
}

/// Whether a pooler was noticed while the first session of a pool was opened: what the driver wishes when it connects did not
/// arrive. One that appears later is refused.
#[derive(Clone, Default)]
struct Noticed {
    pooler: Arc<AtomicBool>,
    ended: Arc<AtomicBool>,
}

impl Noticed {
    fn ended() -> Self {
        let noticed = Self::default();
        noticed.end();
        noticed
    }

    /// Whether it was; from now on it is an error.
    fn end(&self) -> bool {
        self.ended.store(true, Ordering::Relaxed);
        self.pooler.load(Ordering::Relaxed)
    }

    /// Sets a new session up, unless it is one that a pooler lends.
    async fn set_up(&self, driver: &mut sqlx::PgConnection, session: String) -> Result<(), sqlx::Error> {
        // Without a parameter it is not prepared: a pooler would give the next message to another session.
        let question = format!(
            "SELECT pg_catalog.current_setting('extra_float_digits') <> '2' AND NOT {}",
            Capability::IN_WEB_ASSEMBLY
        );
        let is_lent: bool = driver.fetch_one(sqlx::AssertSqlSafe(question)).await?.try_get(0)?;
        if !is_lent {
            return driver.execute(sqlx::AssertSqlSafe(session)).await.map(drop);
        }
        self.pooler.store(true, Ordering::Relaxed);
        if self.ended.load(Ordering::Relaxed) {
            return Err(sqlx::Error::Configuration(
                "a pooler stands before the server; say so with DatabaseConfig::through_pooler".into(),
            ));
        }
        Ok(())
    }
}

/// What every transaction begins with behind a pooler. Statements that others have left prepared in the session would be in
/// the way of ours, which the driver counts from one.
fn through_pooler(config: &DatabaseConfig) -> String {
    let limit = config.statement_timeout.map(|limit| limit.as_millis().to_string());
    let limit = limit.as_deref().map(|limit| ("statement_timeout", limit));
    let tenant = [tenant::setting(config.tenant.as_deref())];
    let settings = session::postgres_in_transaction(config.target.schema(), limit.into_iter().chain(tenant));
    format!("DEALLOCATE ALL; SET LOCAL search_path TO DEFAULT; {settings}")
}

/// The settings of a transaction in a schema, wherever in it: the search path goes on from what it was at the first time.
pub(crate) fn in_area_alone<'s>(schema: Option<&str>, more: impl IntoIterator<Item = (&'s str, &'s str)>) -> String {
    format!("{FIRST_PATH}; {}", session::postgres_in_transaction(schema, more))
}

/// The search path as it was when this was first said in the transaction.
const FIRST_PATH: &str = "SELECT pg_catalog.set_config('areas.path', pg_catalog.current_setting('search_path'), true) \
     WHERE coalesce(pg_catalog.current_setting('areas.path', true), '') = ''; \
     SELECT pg_catalog.set_config('search_path', pg_catalog.current_setting('areas.path'), true)";

fn options(config: &DatabaseConfig, how: How, noticed: &Noticed) -> ConnectOptions {
    let How { sessions, through_pooler } = how;
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
        if through_pooler {
            // It takes no wishes but those that it passes on.
            driver = driver.extra_float_digits(None);
        } else {
            if let Some(limit) = config.statement_timeout {
                driver = driver.options([("statement_timeout", limit.as_millis())]);
            }
            if config.tenant.is_some() {
                // A pooler that lends sessions to several clients refuses what it cannot pass on; it would mix tenants up.
                driver = driver.options([(TenantPolicy::SETTING, "")]);
            }
        }
        if sessions == Sessions::One || through_pooler || config.several_areas {
            // The build in WebAssembly keeps a cached plan when a compressed chunk gets rows that are not, and then misses
            // those. In a session of several areas one text has a meaning in each.
            driver = driver.statement_cache_capacity(0);
        }
        options.map_sqlx_postgres_opts(move |_| driver.clone());
    }
    if let Some(driver) = target.mysql() {
        let mut driver = logged(driver, config.slow_statement);
        if config.several_areas {
            driver = driver.statement_cache_capacity(0);
        }
        options.map_sqlx_mysql_opts(move |_| driver.clone());
    }
    match Dialect::of(target.backend()) {
        Dialect::Postgres if through_pooler => {}
        Dialect::Postgres => {
            let tenant =
                config.tenant.as_deref().map(|name| format!("; {}", tenant::set_sql(name))).unwrap_or_default();
            let session = format!(
                "{}; {}; {}{tenant}",
                session::postgres_statement(session::POSTGRES.iter().copied()),
                session::postgres_set_path(&session::postgres_path(target.schema())),
                session::postgres_set_path(session::POSTGRES_PATH_WITH_EXTENSION)
            );
            let noticed = noticed.clone();
            options.map_sqlx_postgres_pool_opts(move |pool| {
                let (session, noticed) = (session.clone(), noticed.clone());
                pool.after_connect(move |driver, _| {
                    let (session, noticed) = (session.clone(), noticed.clone());
                    Box::pin(async move { noticed.set_up(driver, session).await })
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
