//! The extension itself.

use sea_orm::{ConnectionTrait, DbBackend, DbErr, TransactionTrait};
use sea_orm_migration::SchemaManager;

use super::{TimescaleManager, run::answer};
use crate::Capability;

pub(super) async fn enable(manager: &SchemaManager<'_>) -> Result<Capability, DbErr> {
    let found = manager.capability().await?;
    if found.backend() != DbBackend::Postgres {
        return Ok(found);
    }
    let available = "SELECT count(*) > 0 AS can_enable_timescaledb FROM pg_catalog.pg_available_extensions \
                     WHERE name = 'timescaledb' AND installed_version IS NULL \
                     AND current_setting('shared_preload_libraries') LIKE '%timescaledb%'";
    if !answer(manager, "can_enable_timescaledb", available, Vec::new()).await? {
        return Ok(found);
    }
    // A savepoint: without the privilege the revision goes on as on plain PostgreSQL.
    let attempt = manager.get_connection().begin().await?;
    // It is the whole database's: in the first schema of the path it would go with that schema.
    let beside = "SELECT current_schema() <> 'public' AND to_regnamespace('public') IS NOT NULL AS has_public_beside";
    let place = if answer(manager, "has_public_beside", beside, Vec::new()).await? { " SCHEMA public" } else { "" };
    match attempt.execute_unprepared(&format!("CREATE EXTENSION IF NOT EXISTS timescaledb{place}")).await {
        Ok(_) => attempt.commit().await?,
        Err(error) => {
            attempt.rollback().await?;
            tracing::warn!("the server has TimescaleDB, but this user may not enable it, so it is not used: {error}");
        }
    }
    manager.capability().await
}
