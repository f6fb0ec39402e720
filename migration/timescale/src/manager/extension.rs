//! The extension itself.

use std::future::Future;

use sea_orm::{ConnectionTrait, DbBackend, DbErr, Statement, TransactionTrait};
use sea_orm_migration::SchemaManager;

use super::TimescaleManager;
use crate::{Capability, Question, Version};

tokio::task_local! {
    static LEFT_ALONE: ();
}

/// Awaits `work`, in which [`enable_timescaledb`](TimescaleManager::enable_timescaledb) changes nothing: for finding out
/// what revisions make on a database as it is.
pub async fn leaving_extension_alone<F: Future>(work: F) -> F::Output {
    LEFT_ALONE.scope((), work).await
}

/// The library is loaded, which only its settings tell everyone: `shared_preload_libraries` is hidden from ordinary users,
/// and so are placeholders from `pg_settings`.
const AVAILABLE: &str = "SELECT count(*) > 0 FROM pg_catalog.pg_available_extensions \
     WHERE name = 'timescaledb' AND installed_version IS NULL \
     AND EXISTS (SELECT FROM pg_catalog.pg_settings WHERE name = 'timescaledb.disable_load')";

const MAY: &str = "SELECT count(*) > 0 FROM pg_catalog.pg_available_extensions e \
     JOIN pg_catalog.pg_available_extension_versions v ON v.name = e.name AND v.version = e.default_version \
     WHERE e.name = 'timescaledb' AND (NOT v.superuser OR (SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname = current_user) \
     OR (v.trusted AND has_database_privilege(current_database(), 'CREATE')))";

/// The version of TimescaleDB that [`enable_timescaledb`](TimescaleManager::enable_timescaledb) would create here; `None`
/// where it would change nothing.
pub async fn offered_timescaledb<C: ConnectionTrait>(db: &C) -> Result<Option<Version>, DbErr> {
    available(db, &format!("({AVAILABLE}) AND ({MAY})")).await
}

/// The version of TimescaleDB that the server has and this user may not create here; `None` where there is none, and where
/// the user may.
pub async fn withheld_timescaledb<C: ConnectionTrait>(db: &C) -> Result<Option<Version>, DbErr> {
    available(db, &format!("({AVAILABLE}) AND NOT ({MAY})")).await
}

async fn available<C: ConnectionTrait>(db: &C, condition: &str) -> Result<Option<Version>, DbErr> {
    let sql = format!(
        "SELECT default_version FROM pg_catalog.pg_available_extensions WHERE name = 'timescaledb' AND {condition}"
    );
    if db.get_database_backend() != DbBackend::Postgres {
        return Ok(None);
    }
    let row = db.query_one_raw(Statement::from_string(DbBackend::Postgres, sql)).await?;
    let version: Option<String> = row.map(|row| row.try_get("", "default_version")).transpose()?;
    Ok(version.and_then(|version| version.parse().ok()))
}

pub(super) async fn enable(manager: &SchemaManager<'_>) -> Result<Capability, DbErr> {
    let found = manager.capability().await?;
    if found.backend() != DbBackend::Postgres || LEFT_ALONE.try_with(|()| ()).is_ok() {
        return Ok(found);
    }
    let db = manager.get_connection();
    // As a database where the extension is not enabled yet; enabling it again changes nothing.
    let can = Question::new(AVAILABLE, [], |known| known.server().has_hypertables());
    if !can.ask(db).await? {
        return Ok(found);
    }
    if !Question::new(MAY, [], |_| true).ask(db).await? {
        tracing::warn!(
            "the server has TimescaleDB, but this user may not enable it, so it is not used; \
             to have it, run CREATE EXTENSION timescaledb as a superuser or GRANT CREATE ON DATABASE to this user, before the first revision"
        );
        return Ok(found);
    }
    // It is the whole database's: in the first schema of the path it would go with that schema.
    let beside = "SELECT current_schema() <> 'public' AND 'public' = ANY (current_schemas(false))";
    let place = if Question::new(beside, [], |_| false).ask(db).await? { " SCHEMA public" } else { "" };
    // A savepoint: somebody else may be enabling it at this moment.
    let attempt = db.begin().await?;
    match attempt.execute_unprepared(&format!("CREATE EXTENSION IF NOT EXISTS timescaledb{place}")).await {
        Ok(_) => {
            attempt.commit().await?;
            manager.capability().await
        }
        Err(error) => {
            // Dropped, it is rolled back before the next question.
            drop(attempt);
            match manager.capability().await {
                Ok(now) if now.has_hypertables() => Ok(now),
                _ => Err(error),
            }
        }
    }
}
