//! How well the model did: scores that it gives its own work on an event, and its critique.
//!
//! Known as `add_event_audits` in the system that it comes from.

use migration_engine::Describe;
use sea_orm_migration::{prelude::*, sea_orm::DbBackend};

use super::rows;
use crate::{
    baseline::Baseline,
    portable::{
        now,
        table::{PortableTable, Type, newest_first},
    },
};

const TABLES: Baseline = Baseline {
    enums: &[],
    tables: &[("event_audits", event_audits)],
    indexes: |_| vec![newest_first("event_audits", &[], "audited_at")],
};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    /// All or nothing, as far as the backend can do that.
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        TABLES.create(manager).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        TABLES.drop(manager).await
    }
}

#[async_trait::async_trait]
impl Describe for Migration {
    fn area(&self) -> Option<&'static str> {
        Some(super::AREA)
    }

    /// Audits of some events.
    async fn seed(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        rows::event_audits(manager).await
    }
}

fn event_audits(backend: DbBackend) -> TableCreateStatement {
    PortableTable::new(backend, "event_audits")
        .number_key(&[])
        .required("event_id", Type::Id)
        .defaulting("audited_at", Type::Moment, now(backend))
        .defaulting("is_fully_evaluated", Type::Boolean, false)
        .optional("context_usage_score", Type::Number)
        .optional("reasoning_coherence_score", Type::Number)
        .optional("risk_justification_score", Type::Number)
        .optional("consistency_score", Type::Number)
        .optional("overall_quality_score", Type::Number)
        .optional("critique", Type::Text)
        .optional("missing_context", Type::Json)
        .unique(&["event_id"])
        .belongs_to("event_id", "events", ForeignKeyAction::Cascade)
        .create()
}
