//! Several areas on one server: their handles, and transactions over them.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex as StdMutex, PoisonError},
};

use database_target::Target;
use futures_util::lock::Mutex;
use migration_timescale::Dialect;
use sea_orm::{ConnectionTrait, DbBackend};

use crate::{
    AdapterError, Database, DatabaseConfig, Transaction,
    alarms::AlarmRepository,
    analytics::{Analytics, AnalyticsWithin},
    connect::in_area_alone,
    error::Place,
    gate::{self, Gate},
    plugins::{Plugins, PluginsWithin},
    telemetry::{Telemetry, TelemetryWithin},
    tenant,
    transaction::{self, PLACE},
    twin::{Twin, TwinWithin},
    vision::{Vision, VisionWithin},
};

/// The areas of a service and where they are. Nothing is opened before it is asked for; clones share what is open.
///
/// Each area has a pool of its own: its sessions know the schema they work in, so a statement is one round trip and stays
/// prepared. [`one_pool`](Self::one_pool) has all areas share one, where sessions are few: there a statement takes five round
/// trips (measured in `docs/adr/0010-areas-share-a-server.md`).
///
/// ```no_run
/// # async fn example() -> Result<(), core_server_adapter::AdapterError> {
/// use chrono::Utc;
/// use core_server_adapter::{
///     DatabaseConfig, Server,
///     alarms::{AlarmSeverity, NewAlarm},
///     telemetry::NewReading,
/// };
///
/// let server = Server::new(&DatabaseConfig::new("postgres://core:secret@db.example/plant")?);
/// let readings = server.telemetry().await?.readings().latest("bearing-7", 10).await?;
///
/// // The reading and its alarm, or neither.
/// let mut both = server.begin().await?;
/// both.telemetry().await?.readings().insert_many(&[NewReading::new("bearing-7", Utc::now(), 97.5)]).await?;
/// let alarm = NewAlarm::threshold("bearing-7", AlarmSeverity::Critical, Utc::now());
/// both.alarms().await?.raise(&alarm).await?;
/// both.commit().await?;
/// # Ok(())
/// # }
/// ```
///
/// In the tests of a service every area is in memory, with the finished schema; a transaction over several needs a server.
///
/// ```
/// # async fn example() -> Result<(), core_server_adapter::AdapterError> {
/// use core_server_adapter::{DatabaseConfig, Server, telemetry::NewSensor};
///
/// let server = Server::new(&DatabaseConfig::new("sqlite::memory:")?);
/// server.telemetry().await?.sensors().register(&NewSensor::new("bearing-7", "temperature")).await?;
/// server.check().await?;
/// # Ok(())
/// # }
/// # #[cfg(feature = "runtime-tokio")]
/// # tokio::runtime::Runtime::new().unwrap().block_on(example()).unwrap();
/// # #[cfg(not(feature = "runtime-tokio"))]
/// # async_std::task::block_on(example()).unwrap();
/// ```
#[derive(Clone)]
pub struct Server {
    common: DatabaseConfig,
    areas: BTreeMap<&'static str, DatabaseConfig>,
    one_pool: bool,
    opened: Arc<Mutex<Opened>>,
    /// Areas whose schema a transaction has found to be as it should be.
    passed: Arc<StdMutex<BTreeSet<&'static str>>>,
}

/// What is open.
#[derive(Default)]
struct Opened {
    areas: BTreeMap<&'static str, Database>,
    /// Sessions that serve any area.
    shared: Option<Database>,
}

impl Server {
    /// Every area has its place in this database ([`DatabaseConfig::in_area`]); the alarms are in the database itself.
    pub fn new(common: &DatabaseConfig) -> Self {
        let areas = gate::ALL.iter().map(|gate| (gate.area, place_of(*gate, common))).collect();
        Self { common: common.clone(), areas, one_pool: false, opened: Arc::default(), passed: Arc::default() }
    }

    /// Every area where [`DatabaseConfig::from_environment`] finds it.
    ///
    /// # Errors
    ///
    /// As [`DatabaseConfig::from_environment`].
    pub fn from_environment(url: Option<&str>) -> Result<Self, AdapterError> {
        let mut server = Self::new(&DatabaseConfig::from_environment(gate::ALARMS.area, url)?);
        if url.is_none() {
            for gate in gate::ALL {
                server.areas.insert(gate.area, DatabaseConfig::from_environment(gate.area, None)?);
            }
        }
        Ok(server)
    }

    /// An area that is somewhere else, or has other settings. Somewhere else it has no part in transactions over several.
    ///
    /// # Errors
    ///
    /// [`AdapterError::InvalidConfig`] where there is no such area.
    pub fn with_area(mut self, area: &str, config: DatabaseConfig) -> Result<Self, AdapterError> {
        self.areas.insert(named(area)?.area, config);
        Ok(self)
    }

    /// All areas of the server share one pool of [`max_connections`](DatabaseConfig::max_connections) sessions, with which a
    /// statement takes five round trips in place of one. Not with SQLite, where an area is a file.
    #[must_use]
    pub fn one_pool(mut self) -> Self {
        self.one_pool = self.common.target.backend() != DbBackend::Sqlite;
        self
    }

    /// The alarms. Here and for the other areas the first call opens the pool and asks for the schema; after one that fails
    /// the next call is the first.
    ///
    /// # Errors
    ///
    /// As [`Database::connect`].
    pub async fn alarms(&self) -> Result<Database, AdapterError> {
        self.area(gate::ALARMS).await
    }

    /// The telemetry.
    ///
    /// # Errors
    ///
    /// As [`Database::connect`].
    pub async fn telemetry(&self) -> Result<Telemetry, AdapterError> {
        self.area(gate::TELEMETRY).await.map(Telemetry::over)
    }

    /// The digital twin.
    ///
    /// # Errors
    ///
    /// As [`Database::connect`].
    pub async fn twin(&self) -> Result<Twin, AdapterError> {
        self.area(gate::TWIN).await.map(Twin::over)
    }

    /// The analytics.
    ///
    /// # Errors
    ///
    /// As [`Database::connect`].
    pub async fn analytics(&self) -> Result<Analytics, AdapterError> {
        self.area(gate::ANALYTICS).await.map(Analytics::over)
    }

    /// The plugins.
    ///
    /// # Errors
    ///
    /// As [`Database::connect`].
    pub async fn plugins(&self) -> Result<Plugins, AdapterError> {
        self.area(gate::PLUGINS).await.map(Plugins::over)
    }

    /// Cameras and their events.
    ///
    /// # Errors
    ///
    /// As [`Database::connect`].
    pub async fn vision(&self) -> Result<Vision, AdapterError> {
        self.area(gate::VISION).await.map(Vision::over)
    }

    /// Begins a transaction over several areas, which are to be on one server: each in a schema (PostgreSQL) or a database
    /// (MySQL) of its own. Files of SQLite cannot be changed together.
    ///
    /// # Errors
    ///
    /// [`AdapterError::NotTogether`] on SQLite; failures of the database.
    pub async fn begin(&self) -> Result<ServerTransaction, AdapterError> {
        if self.common.target.backend() == DbBackend::Sqlite {
            return Err(AdapterError::NotTogether { area: "any".to_owned(), reason: FILES.to_owned() });
        }
        let shared = {
            let mut opened = self.opened.lock().await;
            self.shared(&mut opened).await?
        };
        let begun = transaction::begin(shared.pool()).await;
        let transaction = begun.map_err(PLACE.while_reading("beginning a transaction"))?;
        Ok(ServerTransaction { transaction, server: self.clone(), area: None })
    }

    /// Asks every area that is open, as [`Database::check`]; while none is, nothing. Let a service open the areas it needs
    /// before its first request.
    ///
    /// # Errors
    ///
    /// That of the first area that cannot work.
    pub async fn check(&self) -> Result<(), AdapterError> {
        let open: Vec<Database> = self.opened.lock().await.areas.values().cloned().collect();
        for database in open {
            database.check().await?;
        }
        Ok(())
    }

    /// Closes every session; waits for those in use.
    pub async fn close(self) {
        let Opened { areas, shared } = std::mem::take(&mut *self.opened.lock().await);
        for database in areas.into_values().chain(shared) {
            database.close().await;
        }
    }

    async fn area(&self, gate: Gate) -> Result<Database, AdapterError> {
        let mut opened = self.opened.lock().await;
        if let Some(database) = opened.areas.get(gate.area) {
            return Ok(database.clone());
        }
        let database = self.open(gate, &mut opened).await?;
        opened.areas.insert(gate.area, database.clone());
        Ok(database)
    }

    async fn open(&self, gate: Gate, opened: &mut Opened) -> Result<Database, AdapterError> {
        let config = self.config(gate);
        let address = self.address(gate);
        if !self.one_pool || address.is_err() {
            if config.target.is_in_memory() {
                return Database::in_memory_of(gate).await;
            }
            let one_session = opened.shared.as_ref().is_some_and(Database::has_one_session);
            if !one_session || address.is_err() {
                let own = Database::connect_to(config, gate).await?;
                if !own.has_one_session() || address.is_err() {
                    return Ok(own);
                }
                // The only session there is has to serve the other areas, too.
                own.close().await;
            }
        }
        let database = self.shared(opened).await?.shared(config, gate, address.ok());
        gate::ensure_schema(database.pool(), gate).await?;
        if config.tenant.is_some() {
            tenant::ensure_separated(database.pool(), &config.to_string()).await?;
        }
        Ok(database)
    }

    /// Sessions that belong to no area.
    async fn shared(&self, opened: &mut Opened) -> Result<Database, AdapterError> {
        if let Some(database) = &opened.shared {
            return Ok(database.clone());
        }
        let config = DatabaseConfig { several_areas: true, replica: None, ..self.common.clone() };
        let database = Database::open_pool(&config, gate::ALARMS).await?;
        opened.shared = Some(database.clone());
        Ok(database)
    }

    fn config(&self, gate: Gate) -> &DatabaseConfig {
        // Every area has been given one.
        self.areas.get(gate.area).unwrap_or(&self.common)
    }

    /// The statements after which a session of the common database works in an area; why there are none.
    fn address(&self, gate: Gate) -> Result<String, AdapterError> {
        let (common, area) = (&self.common.target, &self.config(gate).target);
        let apart = |reason: String| AdapterError::NotTogether { area: gate.area.to_owned(), reason };
        if same_server(common) != same_server(area) {
            return Err(apart(format!("it is in {area} and the transaction in {common}; give both one server")));
        }
        match Dialect::of(common.backend()) {
            Dialect::Postgres => {
                let tenant = tenant::setting(self.config(gate).tenant.as_deref());
                Ok(in_area_alone(area.schema(), [tenant]))
            }
            Dialect::MySql => match area.database_name() {
                Some(name) => Ok(format!("USE `{}`", name.replace('`', "``"))),
                None => Err(apart("its URL names no database".to_owned())),
            },
            Dialect::Sqlite => Err(apart(FILES.to_owned())),
        }
    }
}

const FILES: &str = "each area is an SQLite file, and no transaction spans files; write to one after the other, with ids of \
    your own so that it can be repeated, or use PostgreSQL or MySQL";

/// The place of an area in the common database.
fn place_of(gate: Gate, common: &DatabaseConfig) -> DatabaseConfig {
    if gate == gate::ALARMS { common.clone() } else { common.clone().in_area(gate.area) }
}

fn named(area: &str) -> Result<Gate, AdapterError> {
    Gate::of(area).ok_or_else(|| AdapterError::InvalidConfig {
        setting: "area".into(),
        reason: format!("is {area}; there are {}", gate::ALL.map(|gate| gate.area).join(", ")),
    })
}

/// What targets have in common whose areas can be in one transaction.
fn same_server(target: &Target) -> String {
    match Dialect::of(target.backend()) {
        Dialect::Postgres | Dialect::Sqlite => target.location(),
        Dialect::MySql => target.with_database("x").location(),
    }
}

/// Names the databases without their passwords.
impl std::fmt::Debug for Server {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Server").field("areas", &self.areas).field("one_pool", &self.one_pool).finish_non_exhaustive()
    }
}

/// A transaction over several areas of a server. Dropped before its [`commit`](Self::commit), it is rolled back.
///
/// One area at a time: what an area gives borrows the transaction, so the compiler sees to it that no statement goes to the
/// area that was there before. The first time that an area is asked for, its schema is checked as [`Database::connect`] does.
pub struct ServerTransaction {
    transaction: Transaction,
    server: Server,
    /// Where it works now.
    area: Option<Gate>,
}

impl ServerTransaction {
    /// The alarms.
    ///
    /// # Errors
    ///
    /// As [`within`](Self::within).
    pub async fn alarms(&mut self) -> Result<AlarmRepository<'_, Transaction>, AdapterError> {
        self.go(gate::ALARMS).await.map(AlarmRepository::new)
    }

    /// The telemetry.
    ///
    /// # Errors
    ///
    /// As [`within`](Self::within).
    pub async fn telemetry(&mut self) -> Result<TelemetryWithin<'_>, AdapterError> {
        self.go(gate::TELEMETRY).await.map(TelemetryWithin::new)
    }

    /// The digital twin.
    ///
    /// # Errors
    ///
    /// As [`within`](Self::within).
    pub async fn twin(&mut self) -> Result<TwinWithin<'_>, AdapterError> {
        self.go(gate::TWIN).await.map(TwinWithin::new)
    }

    /// The analytics.
    ///
    /// # Errors
    ///
    /// As [`within`](Self::within).
    pub async fn analytics(&mut self) -> Result<AnalyticsWithin<'_>, AdapterError> {
        self.go(gate::ANALYTICS).await.map(AnalyticsWithin::new)
    }

    /// The plugins.
    ///
    /// # Errors
    ///
    /// As [`within`](Self::within).
    pub async fn plugins(&mut self) -> Result<PluginsWithin<'_>, AdapterError> {
        self.go(gate::PLUGINS).await.map(PluginsWithin::new)
    }

    /// Cameras and their events.
    ///
    /// # Errors
    ///
    /// As [`within`](Self::within).
    pub async fn vision(&mut self) -> Result<VisionWithin<'_>, AdapterError> {
        self.go(gate::VISION).await.map(VisionWithin::new)
    }

    /// The transaction, working in this area: for SQL of one's own.
    ///
    /// # Errors
    ///
    /// [`AdapterError::NotTogether`] where the area is on another server, [`AdapterError::SchemaOutdated`] and failures of
    /// the database.
    pub async fn within(&mut self, area: &str) -> Result<&Transaction, AdapterError> {
        self.go(named(area)?).await
    }

    async fn go(&mut self, gate: Gate) -> Result<&Transaction, AdapterError> {
        if self.area == Some(gate) {
            return Ok(&self.transaction);
        }
        let address = self.server.address(gate)?;
        self.area = None;
        let moved = self.transaction.execute_unprepared(&address).await;
        moved.map_err(Place { area: gate.area, table: "transaction" }.while_reading("changing to the area"))?;
        let passed = || self.server.passed.lock().unwrap_or_else(PoisonError::into_inner);
        if !passed().contains(gate.area) {
            gate::ensure_schema(&self.transaction, gate).await?;
            passed().insert(gate.area);
        }
        self.area = Some(gate);
        Ok(&self.transaction)
    }

    /// Makes all of it last.
    ///
    /// # Errors
    ///
    /// Failures of the database; after [`may_have_written`](AdapterError::may_have_written) only a look tells whether it does.
    pub async fn commit(self) -> Result<(), AdapterError> {
        self.transaction.commit().await
    }

    /// Undoes all of it.
    ///
    /// # Errors
    ///
    /// Failures of the database.
    pub async fn rollback(self) -> Result<(), AdapterError> {
        self.transaction.rollback().await
    }
}

/// Names the area that it works in.
impl std::fmt::Debug for ServerTransaction {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let area = self.area.map(|gate| gate.area);
        f.debug_struct("ServerTransaction").field("area", &area).finish_non_exhaustive()
    }
}
