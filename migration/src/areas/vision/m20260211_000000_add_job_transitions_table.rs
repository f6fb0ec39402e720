//! What became of each job, step by step.

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
    tables: &[("job_transitions", job_transitions)],
    indexes: |_| vec![newest_first("job_transitions", &["job_id"], "transitioned_at")],
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

    /// A job that failed once.
    async fn seed(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        rows::job_transitions(manager).await
    }
}

fn job_transitions(backend: DbBackend) -> TableCreateStatement {
    PortableTable::new(backend, "job_transitions")
        .number_key(&[])
        .required("job_id", Type::Name(64))
        .optional("from_status", Type::Name(20))
        .required("to_status", Type::Name(20))
        .defaulting("transitioned_at", Type::Moment, now(backend))
        .optional("reason", Type::Text)
        .create()
}
