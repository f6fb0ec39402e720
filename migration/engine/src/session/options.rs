//! How a connection is opened.

use std::time::Duration;

use sea_orm::{ConnectOptions, sqlx::ConnectOptions as _};

use crate::Target;

/// How many prepared statements MySQL keeps for a run: more than revisions have, as a rule.
const STATEMENTS: usize = 4096;
/// How long a server may take to let us in. Long: servers with one session make callers queue.
pub(super) const SESSION: Duration = Duration::from_secs(90);

/// Nothing is set in the session by these.
pub(crate) fn of(target: &Target, create: bool) -> ConnectOptions {
    let mut options = ConnectOptions::new(target.driver_url(create));
    options
        .max_connections(1)
        .min_connections(1)
        .acquire_timeout(SESSION)
        .connect_timeout(SESSION)
        .idle_timeout(None)
        .max_lifetime(None)
        .test_before_acquire(false)
        .sqlx_logging(false);
    if let Some(postgres) = target.postgres() {
        // A prepared DDL statement that is executed again after a `down` and `up` still names the types of the first time.
        let postgres =
            postgres.statement_cache_capacity(0).application_name("migration-engine").disable_statement_logging();
        options.map_sqlx_postgres_opts(move |_| postgres.clone());
    }
    if let Some(mysql) = target.mysql() {
        // The session forgets prepared statements when they have to be.
        let mysql = mysql.statement_cache_capacity(STATEMENTS).disable_statement_logging();
        options.map_sqlx_mysql_opts(move |_| mysql.clone());
    }
    options.map_sqlx_sqlite_opts(|sqlite| sqlite.busy_timeout(Duration::from_secs(30)));
    options
}
