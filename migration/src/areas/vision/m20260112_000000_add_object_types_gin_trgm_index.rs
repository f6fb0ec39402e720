//! `LIKE '%person%'` on the classes of events by an index of trigrams, on PostgreSQL.
//!
//! The extension is the whole database's: `down` leaves it, since others may use it. Where the server or the user's
//! rights lack it, a line says so, and the query reads the events.

use migration_engine::Describe;
use migration_timescale::Question;
use sea_orm_migration::{prelude::*, sea_orm::DbBackend};

use super::{
    column::run,
    index::{NewIndex, create_all, drop_all, has_trigrams},
};

const INDEXES: [NewIndex; 1] = [NewIndex::of("idx_events_object_types_trgm", "events", &["object_types"]).trigrams()];

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    /// Its steps have transactions of their own; each looks whether it is done.
    fn use_transaction(&self) -> Option<bool> {
        Some(false)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        enable_trigrams(manager).await?;
        create_all(manager, &INDEXES).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_all(manager, &INDEXES).await
    }
}

impl Describe for Migration {
    fn area(&self) -> Option<&'static str> {
        Some(super::AREA)
    }
}

async fn enable_trigrams(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    // Trusted since PostgreSQL 13: who may create in the database may create it.
    const MAY: &str = "SELECT count(*) > 0 FROM pg_catalog.pg_available_extensions \
         WHERE name = 'pg_trgm' AND has_database_privilege(current_database(), 'CREATE')";
    // In the first schema of the path it would go with that schema.
    const BESIDE: &str = "SELECT current_schema() <> 'public' AND 'public' = ANY (current_schemas(false))";
    if manager.get_database_backend() != DbBackend::Postgres {
        return Ok(());
    }
    let db = manager.get_connection();
    let is_recorded = migration_timescale::question::is_answered();
    if !is_recorded && (has_trigrams(manager).await? || !Question::new(MAY, [], |_| true).ask(db).await?) {
        return Ok(());
    }
    let place = if Question::new(BESIDE, [], |_| false).ask(db).await? { " SCHEMA public" } else { "" };
    run(manager, &format!("CREATE EXTENSION IF NOT EXISTS pg_trgm{place}")).await
}
