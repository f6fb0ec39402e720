//! `roles`: an owner, a read-write and a read-only role of an area, and what each may do there.
//!
//! What is missing is asked of the catalogue, so that a second run has nothing to do:
//!
//! | role | rights |
//! |-|-|
//! | owner | owns tables, views, types and functions; creates others: what runs `up` |
//! | read-write | reads and changes rows, reads the tables of applied revisions: what core-server connects as |
//! | read-only | reads |
//!
//! The last two have default privileges, so they have the same rights on tables to come, whether the owner makes them or
//! who runs this. They are groups that nobody logs in as: a login is made a member (`GRANT alarms_rw TO core_server`). With
//! jobs of TimescaleDB the owner may log in, without a password: they run as the owner of their hypertable.

use migration_timescale::{Dialect, literal};
use schemars::JsonSchema;
use sea_orm::{ConnectionTrait, DbBackend, DbErr, TransactionTrait};
use serde::Serialize;

use crate::{
    EngineError, Runner,
    ledger::own_table,
    session::{Patience, interrupt},
    sql::{self, sqlstate},
};

/// The missing statements of PostgreSQL.
const POSTGRES: &str = include_str!("postgres.sql");
/// Continuous aggregates, where there are any.
const AGGREGATES: &str = "SELECT format('%I.%I', view_schema, view_name)::regclass::oid FROM timescaledb_information.continuous_aggregates \
     WHERE view_schema = current_schema()";
/// Jobs that call a procedure of the schema, where there are any.
const JOBS: &str = "SELECT job_id AS id, proc_name AS procedure, schedule_interval AS schedule, config, \
     fixed_schedule AS fixed, scheduled, owner::oid AS owner \
     FROM timescaledb_information.jobs WHERE proc_schema = current_schema()";
const NO_JOBS: &str = "SELECT NULL::integer AS id, NULL::name AS procedure, NULL::interval AS schedule, NULL::jsonb AS config, \
     NULL::boolean AS fixed, NULL::boolean AS scheduled, NULL::oid AS owner WHERE false";
/// The part of the statements that only somebody may run who makes roles.
const NEEDS_CREATEROLE: i32 = 2;

/// An area's three roles.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Roles {
    /// The role that owns everything.
    pub owner: String,
    /// The role that reads and writes rows.
    pub read_write: String,
    /// The role that reads rows.
    pub read_only: String,
    /// Whether the statements are only shown.
    pub dry_run: bool,
    /// What was missing, in the order in which it was run.
    pub statements: Vec<String>,
}

/// Gives the roles what is missing, or with `dry_run` says what that is. Without a prefix they are named after the area.
pub async fn roles(runner: &Runner, prefix: Option<&str>, dry_run: bool) -> Result<Roles, EngineError> {
    let default = || runner.project().area.or(runner.session().place()).unwrap_or_default();
    let prefix = prefix.unwrap_or_else(default);
    let [owner, read_write, read_only] = ["owner", "rw", "ro"].map(|kind| format!("{prefix}_{kind}"));
    let names = [owner.as_str(), &read_write, &read_only];
    let missing = if dry_run {
        missing(runner, names).await?
    } else {
        // Two at once would be in each other's way, and so would a run that makes tables.
        let lock = runner.lock().await?;
        let done = Box::pin(patiently(runner, names)).await;
        runner.unlock(lock, done).await?
    };
    let statements = missing.into_iter().map(|(_, sql)| sql).collect();
    Ok(Roles { owner, read_write, read_only, dry_run, statements })
}

async fn missing(runner: &Runner, names: [&str; 3]) -> Result<Vec<Missing>, EngineError> {
    let missing = match runner.server().dialect() {
        Dialect::Postgres => on_postgres(runner, names).await,
        Dialect::MySql => on_mysql(runner, names).await,
        Dialect::Sqlite => return Err(EngineError::NoRoles { target: runner.target().to_string() }),
    };
    missing.map_err(EngineError::while_doing("asking which rights are missing"))
}

/// Runs what is missing, again after a pause while all that is wrong is a table that others have locked.
async fn patiently(runner: &Runner, names: [&str; 3]) -> Result<Vec<Missing>, EngineError> {
    let mut attempt = 1;
    loop {
        let missing = missing(runner, names).await?;
        match carry_out(runner, &missing).await {
            Ok(()) => return Ok(missing),
            Err(EngineError::Database { source, .. })
                if sqlstate::is_lock_timeout(&source) && attempt <= runner.patience().lock_retries =>
            {
                interrupt::check()?;
                tokio::time::sleep(Patience::pause_after(attempt)).await;
                attempt += 1;
            }
            Err(error) => return Err(error),
        }
    }
}

/// A statement, and its part: what only an administrator may do comes first.
type Missing = (i32, String);

async fn on_postgres(runner: &Runner, [owner, read_write, read_only]: [&str; 3]) -> Result<Vec<Missing>, DbErr> {
    let server = runner.server();
    let bookkeeping = runner.project().bookkeeping_table();
    let own = [literal(&bookkeeping), literal(&own_table(&bookkeeping))].join(", ");
    let question = POSTGRES
        .replace("{owner}", &literal(owner))
        .replace("{rw}", &literal(read_write))
        .replace("{ro}", &literal(read_only))
        .replace("{bookkeeping}", &own)
        .replace("{login}", if server.has_jobs() { "true" } else { "false" })
        .replace("{jobs}", if server.has_jobs() { JOBS } else { NO_JOBS })
        .replace("{aggregates}", if server.has_continuous_aggregates() { AGGREGATES } else { "NULL" });
    let rows = sql::rows(runner.connection(), &question).await?;
    rows.iter().map(|row| Ok((row.try_get("", "part")?, row.try_get("", "sql")?))).collect()
}

/// Rights on a whole database are those on its tables to come; those of single tables would be as many statements more.
async fn on_mysql(runner: &Runner, names: [&str; 3]) -> Result<Vec<Missing>, DbErr> {
    let db = runner.connection();
    let place = runner.session().place().unwrap_or_default();
    // An underscore stands for any letter there.
    let pattern = place.replace('\\', "\\\\").replace('_', "\\_").replace('%', "\\%");
    let on = sql::quote(DbBackend::MySql, &pattern);
    let text = |text: &str| format!("'{}'", text.replace('\\', "\\\\").replace('\'', "''"));
    let mut missing = Vec::new();
    let rights = [
        ("ALL PRIVILEGES", "Create_priv"),
        ("SELECT, INSERT, UPDATE, DELETE", "Insert_priv"),
        ("SELECT", "Select_priv"),
    ];
    for (name, (right, column)) in names.into_iter().zip(rights) {
        let role = sql::quote(DbBackend::MySql, name);
        let (user, database) = (text(name), text(&pattern));
        // Where this user may not look, everything is said again, which changes nothing.
        let is_there = sql::rows(db, &format!("SELECT 1 AS found FROM mysql.user WHERE User = {user}")).await;
        if is_there.map_or(true, |rows| rows.is_empty()) {
            missing.push((1, format!("CREATE ROLE IF NOT EXISTS {role}")));
        }
        let granted =
            format!("SELECT 1 AS found FROM mysql.db WHERE User = {user} AND Db = {database} AND {column} = 'Y'");
        if sql::rows(db, &granted).await.map_or(true, |rows| rows.is_empty()) {
            missing.push((3, format!("GRANT {right} ON {on}.* TO {role}")));
        }
    }
    missing.sort_by_key(|(part, _)| *part);
    Ok(missing)
}

/// In one transaction on PostgreSQL: all of them or none.
async fn carry_out(runner: &Runner, missing: &[Missing]) -> Result<(), EngineError> {
    if missing.is_empty() {
        return Ok(());
    }
    let failed = || EngineError::while_doing("giving the roles their rights");
    let transaction = runner.connection().begin().await.map_err(failed())?;
    for (part, sql) in missing {
        if let Err(error) = transaction.execute_unprepared(sql).await {
            drop(transaction);
            if !sqlstate::is_missing_right(&error) {
                return Err(failed()(error));
            }
            let for_others: Vec<&str> = match (*part <= NEEDS_CREATEROLE, runner.server().dialect()) {
                (true, Dialect::Postgres) => {
                    let first = missing.iter().filter(|(part, _)| *part <= NEEDS_CREATEROLE);
                    first.map(|(_, sql)| sql.as_str()).collect()
                }
                _ => missing.iter().map(|(_, sql)| sql.as_str()).collect(),
            };
            return Err(EngineError::MayNotMakeRoles { sql: for_others.join("; "), source: error });
        }
    }
    transaction.commit().await.map_err(failed())
}
