//! Scratch databases on a server.

use std::time::Duration;

use migration_timescale::{Capability, Dialect, identifier, internals::STOP_WORKERS, literal};
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, DbErr, QueryResult};

use super::{NAME, ScratchError};
use crate::{
    Runner,
    session::{Patience, Session, connect},
    sql::{quote, rows, sqlstate},
};

/// A killed run's database is dropped this long after it was made, where it cannot be seen that it was killed.
const LEFT_AFTER: u64 = 24 * 60 * 60;
/// How long a statement waits for a lock in a database of its own.
const ALONE: Duration = Duration::from_secs(30);

/// Where the session is, and the parts of a name that is this run's alone, all as text.
const POSTGRES_HOME: &str = include_str!("server_postgres_home.sql");
const MYSQL_HOME: &str = "SELECT CAST(UNIX_TIMESTAMP() AS CHAR) AS now, CAST(CONNECTION_ID() AS CHAR) AS session, LEFT(MD5(RAND()), 8) AS random, \
     @@character_set_database AS encoding, @@collation_database AS sorting";

/// Whether the server, or this user, has one session and no other, as a condition of PostgreSQL.
pub(super) fn one_session() -> String {
    let limited = "EXISTS (SELECT 1 FROM pg_roles WHERE rolname = session_user AND rolconnlimit = 1 AND NOT rolsuper)";
    format!("{} OR {limited}", Capability::IN_WEB_ASSEMBLY)
}

/// Databases with the names of scratch databases that nobody is connected to, and whether the session that made them is
/// gone: on PostgreSQL by its number in the name, of databases of this user; on MySQL by the lock of that name.
const POSTGRES_IDLE: &str = "SELECT d.datname::text AS name, pg_get_userbyid(d.datdba) = current_user AND NOT EXISTS (SELECT 1 FROM pg_stat_activity s \
      WHERE s.pid::text = split_part(d.datname::text, '_', 4)) AS is_abandoned FROM pg_database d WHERE d.datname LIKE 'migration\\_scratch\\_%' \
     AND NOT EXISTS (SELECT 1 FROM pg_stat_activity a WHERE a.datid = d.oid AND a.backend_type = 'client backend')";
const MYSQL_IDLE: &str = "SELECT s.SCHEMA_NAME AS name, IS_FREE_LOCK(s.SCHEMA_NAME) = 1 AS is_abandoned FROM information_schema.SCHEMATA s WHERE s.SCHEMA_NAME LIKE 'migration\\_scratch\\_%' \
     AND NOT EXISTS (SELECT 1 FROM information_schema.PROCESSLIST p WHERE p.DB = s.SCHEMA_NAME)";

/// Creates a database as the home database is, and connects to it.
pub(super) async fn create(runner: &Runner) -> Result<(DatabaseConnection, Session, String), ScratchError> {
    let db = runner.connection();
    let backend = db.get_database_backend();
    let failed = || ScratchError::while_doing("asking where the session is");
    if backend == DbBackend::Postgres && has_one_session(db).await.map_err(failed())? {
        return Err(ScratchError::OneSession);
    }
    let asked = rows(db, if backend == DbBackend::MySql { MYSQL_HOME } else { POSTGRES_HOME }).await;
    let asked = asked.map_err(failed())?;
    let missing = || DbErr::Custom("no database is selected".into());
    let home = asked.first().ok_or_else(missing).map_err(failed())?;
    let (name, create) = name_and_sql(backend, home).map_err(failed())?;
    drop_leftovers(db).await;
    if backend == DbBackend::MySql {
        // Held as long as this session lives: by it others see whose database it is.
        let lock = format!("SELECT GET_LOCK('{name}', 0) AS taken");
        rows(db, &lock).await.map_err(ScratchError::while_doing("taking the lock of a scratch database"))?;
    }
    if let Err(source) = db.execute_unprepared(&create).await {
        return Err(match sqlstate::code(&source).as_deref() {
            Some("42501" | "42000") => ScratchError::MayNotCreate { source },
            _ => ScratchError::Database { doing: "creating a scratch database", source },
        });
    }
    let target = runner.target().with_database(&name);
    let prepared = async {
        // Nobody queues behind it there; a job of TimescaleDB may be in the way for a moment.
        let alone = Patience { lock_timeout: ALONE, ..runner.patience().clone() };
        let (scratch, session) = connect::open_empty(&target, &alone).await?;
        let prepared =
            if backend == DbBackend::Postgres { furnish(runner, &scratch, session, home).await } else { Ok(session) };
        match prepared {
            Ok(session) => Ok((scratch, session)),
            Err(source) => {
                let _ = scratch.close().await;
                Err(ScratchError::Database { doing: "preparing a scratch database", source })
            }
        }
    }
    .await;
    match prepared {
        Ok((scratch, session)) => Ok((scratch, session, name)),
        Err(error) => {
            drop_database(runner, &name).await;
            Err(error)
        }
    }
}

/// Whether there is no second session: PostgreSQL in WebAssembly has one for everyone, and a user's may be limited to one.
async fn has_one_session<C: ConnectionTrait>(db: &C) -> Result<bool, DbErr> {
    let sql = format!("SELECT {} AS one_session", one_session());
    let asked = rows(db, &sql).await?;
    asked.first().map_or(Ok(false), |row| row.try_get("", "one_session"))
}

/// Closes the connection and drops the database.
pub(super) async fn remove(runner: &Runner, scratch: DatabaseConnection, name: &str) {
    // The server ends the session in any case.
    let _ = scratch.close().await;
    drop_database(runner, name).await;
}

fn name_and_sql(backend: DbBackend, home: &QueryResult) -> Result<(String, String), DbErr> {
    let text = |column| home.try_get::<String>("", column);
    let name = format!("{NAME}_{}_{}_{}", text("now")?, text("session")?, text("random")?);
    let sql = if backend == DbBackend::MySql {
        format!("CREATE DATABASE {name} CHARACTER SET {} COLLATE {}", text("encoding")?, text("sorting")?)
    } else {
        // template1 may be in use, and cannot take another collation.
        format!(
            "CREATE DATABASE {name} TEMPLATE template0 ENCODING {} LC_COLLATE {} LC_CTYPE {}",
            literal(&text("encoding")?),
            literal(&text("sorting")?),
            literal(&text("ctype")?)
        )
    };
    Ok((name, sql))
}

/// What the home database sets for whoever connects to it, and for this user: revisions may read it. The search path is
/// set in any case, and what only a superuser may set is left out.
const SETTINGS: &str = include_str!("server_settings.sql");

/// The home database's schema, search path and extensions. TimescaleDB's jobs stay off: they would change rows meanwhile.
async fn furnish(
    runner: &Runner,
    scratch: &DatabaseConnection,
    session: Session,
    home: &QueryResult,
) -> Result<Session, DbErr> {
    let (schema, path): (String, String) = (home.try_get("", "schema")?, home.try_get("", "path")?);
    let extensions = "SELECT e.extname::text AS name, n.nspname::text AS schema FROM pg_extension e \
                      JOIN pg_namespace n ON n.oid = e.extnamespace WHERE e.extname <> 'plpgsql' ORDER BY e.oid";
    let create_schema = |schema: &str| format!("CREATE SCHEMA IF NOT EXISTS {}", identifier(schema));
    let grants = super::grants(runner.connection(), &schema).await?;
    scratch.execute_unprepared(&format!("{}; {grants}", create_schema(&schema))).await?;
    let made = runner.extensions_made().await;
    for row in rows(runner.connection(), extensions).await? {
        let (name, schema): (String, String) = (row.try_get("", "name")?, row.try_get("", "schema")?);
        if made.contains(&name) {
            // Left to the revision that makes it. Its schema may be one that the revision takes for granted.
            scratch.execute_unprepared(&create_schema(&schema)).await?;
            continue;
        }
        let create = format!(
            "{}; CREATE EXTENSION IF NOT EXISTS {} SCHEMA {} CASCADE",
            if schema == "pg_catalog" { "SELECT 1".to_owned() } else { create_schema(&schema) },
            identifier(&name),
            identifier(&schema)
        );
        match scratch.execute_unprepared(&create).await {
            Ok(_) => {}
            Err(error) if name == "timescaledb" => return Err(error),
            Err(error) => {
                tracing::warn!("the scratch database does not get the extension {name}: {}", sqlstate::message(&error));
            }
        }
        if name == "timescaledb" {
            // Needs a right that not every user has; without it the jobs of a trial run, as they would at home.
            let _ = scratch.execute_unprepared(STOP_WORKERS.at_best()).await;
        }
    }
    let mut settings = Vec::new();
    for row in rows(runner.connection(), SETTINGS).await? {
        settings.push((row.try_get("", "name")?, row.try_get("", "value")?));
    }
    let session = session.on_path(&schema, &path).with_settings(settings);
    session.restore(scratch).await?;
    Ok(session)
}

/// Drops it, over a new connection when the old one is broken. What cannot be dropped is said, and left to the next run: it
/// says nothing against the revisions that were tried.
async fn drop_database(runner: &Runner, name: &str) {
    let dropped = match try_to_drop(runner.connection(), name).await {
        Err(error) => {
            let settings = connect::Settings { must_exist: true, ..connect::Settings::default() };
            match connect::open(runner.target(), &settings, runner.patience()).await {
                Ok((db, _, _)) => {
                    let dropped = try_to_drop(&db, name).await;
                    // It is not needed any more.
                    let _ = db.close().await;
                    dropped
                }
                Err(_) => Err(error),
            }
        }
        Ok(()) => Ok(()),
    };
    if let Err(error) = dropped {
        tracing::warn!("{name} is left on the server; the next run drops it: {}", sqlstate::message(&error));
    }
}

/// A session that is just ending, or a worker of TimescaleDB, can be in the way for a moment. To end a worker by force a
/// right is needed that not every owner has; without force TimescaleDB ends it by itself.
async fn try_to_drop(db: &DatabaseConnection, name: &str) -> Result<(), DbErr> {
    const ATTEMPTS: u32 = 25;
    let backend = db.get_database_backend();
    let drop = format!("DROP DATABASE IF EXISTS {}", quote(backend, name));
    let mut attempt = 1;
    loop {
        let force = if backend == DbBackend::Postgres && attempt % 2 == 1 { " WITH (FORCE)" } else { "" };
        match db.execute_unprepared(&format!("{drop}{force}")).await {
            Ok(_) => break,
            Err(error) if attempt < ATTEMPTS && is_in_use(&error) => {
                tokio::time::sleep(Duration::from_millis(200)).await;
                attempt += 1;
            }
            Err(error) => return Err(error),
        }
    }
    if backend == DbBackend::MySql {
        // Another session of ours may hold it; it goes with that one.
        let _ = rows(db, &format!("SELECT RELEASE_LOCK('{name}') AS released")).await;
    }
    Ok(())
}

/// 55006: sessions are in it; 42501: one of them is another user's, as TimescaleDB's workers are.
fn is_in_use(error: &DbErr) -> bool {
    matches!(sqlstate::code(error).as_deref(), Some("55006" | "42501"))
}

/// Drops what killed runs left. Never a reason to fail: what cannot be dropped stays and is said.
async fn drop_leftovers(db: &DatabaseConnection) {
    let backend = db.get_database_backend();
    let (idle, clock) = match Dialect::of(backend) {
        Dialect::MySql => (MYSQL_IDLE, "SELECT CAST(UNIX_TIMESTAMP() AS CHAR) AS now"),
        Dialect::Postgres | Dialect::Sqlite => (POSTGRES_IDLE, "SELECT extract(epoch FROM now())::bigint::text AS now"),
    };
    let Ok(clock) = rows(db, clock).await else { return };
    let now = clock.first().and_then(|row| row.try_get::<String>("", "now").ok()).and_then(|now| now.parse().ok());
    let Some(now) = now else { return };
    for row in rows(db, idle).await.unwrap_or_default() {
        let Ok(name) = row.try_get::<String>("", "name") else { continue };
        let is_abandoned = row.try_get("", "is_abandoned").unwrap_or(false);
        if !made(&name).is_some_and(|made| is_abandoned || made.saturating_add(LEFT_AFTER) < now) {
            continue;
        }
        // Without force: somebody may have connected since.
        match db.execute_unprepared(&format!("DROP DATABASE {}", quote(backend, &name))).await {
            Ok(_) => tracing::warn!("dropped {name}, left by a run that was killed"),
            Err(error) => tracing::warn!(
                "{name} was left by a run that was killed and cannot be dropped: {}",
                sqlstate::message(&error)
            ),
        }
    }
}

/// When a database was made that has the name of a scratch database.
fn made(name: &str) -> Option<u64> {
    let rest = name.strip_prefix(NAME)?.strip_prefix('_')?;
    let parts: Vec<&str> = rest.split('_').collect();
    let [made, session, random] = parts.as_slice() else { return None };
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let random = random.len() == 8 && random.bytes().all(|byte| byte.is_ascii_hexdigit());
    if digits(made) && digits(session) && random { made.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::made;

    #[test]
    fn only_databases_of_ours_have_the_name() {
        assert_eq!(made("migration_scratch_1799900000_42_0a1b2c3d"), Some(1_799_900_000));
        for other in [
            "migration_scratch_1799900000_42",
            "migration_scratch_1799900000_42_0a1b2c3d_mine",
            "migration_scratch_1799900000_42_notrandom",
            "migration_scratch_old_42_0a1b2c3d",
            "my_migration_scratch_1799900000_42_0a1b2c3d",
            "migration_scratch",
        ] {
            assert_eq!(made(other), None, "{other}");
        }
    }
}
