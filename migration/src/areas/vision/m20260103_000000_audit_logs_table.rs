//! The audit trail: who did what to which resource. It refers to nothing, so that it outlives everything.
//!
//! Known as `add_audit_logs` in the system that it comes from.

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
    tables: &[("audit_logs", audit_logs)],
    indexes: |_| {
        vec![
            newest_first("audit_logs", &["actor"], "timestamp"),
            newest_first("audit_logs", &["resource_type", "resource_id"], "timestamp"),
            newest_first("audit_logs", &[], "timestamp"),
        ]
    },
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

    /// What people and programs did.
    async fn seed(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        rows::audit_logs(manager).await
    }
}

fn audit_logs(backend: DbBackend) -> TableCreateStatement {
    PortableTable::new(backend, "audit_logs")
        .number_key(&[])
        .defaulting("timestamp", Type::Moment, now(backend))
        .required("action", Type::Name(50))
        .required("resource_type", Type::Name(50))
        .optional("resource_id", Type::Name(255))
        .required("actor", Type::Name(100))
        .optional("ip_address", Type::Name(45))
        .optional("user_agent", Type::Text)
        .optional("details", Type::Json)
        .defaulting("status", Type::Name(20), "success")
        .create()
}
