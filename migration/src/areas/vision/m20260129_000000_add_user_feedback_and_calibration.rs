//! What people say about an event, and the thresholds of each user, which move with it.

use migration_engine::{Describe, project::describe::Parents};
use sea_orm_migration::{prelude::*, sea_orm::DbBackend};

use super::rows;
use crate::{
    baseline::Baseline,
    portable::table::{EnumType, PortableTable, Type},
};

pub(super) const FEEDBACK: EnumType =
    ("feedback_type", &["accurate", "false_positive", "missed_threat", "severity_wrong"]);

const TABLES: Baseline = Baseline {
    enums: &[FEEDBACK],
    tables: &[("user_feedback", user_feedback), ("user_calibration", user_calibration)],
    indexes: |_| Vec::new(),
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
    fn parents(&self) -> Parents {
        Parents::Named(&["m20260127_000000_add_prompt_configs_table"])
    }

    fn area(&self) -> Option<&'static str> {
        Some(super::AREA)
    }

    /// Feedback of every type.
    async fn seed(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        rows::feedback(manager).await
    }
}

fn user_feedback(backend: DbBackend) -> TableCreateStatement {
    PortableTable::new(backend, "user_feedback")
        .number_key(&[])
        .required("event_id", Type::Id)
        .required("feedback_type", Type::Enum(FEEDBACK))
        .optional("notes", Type::Text)
        .created_at()
        .unique(&["event_id"])
        .belongs_to("event_id", "events", ForeignKeyAction::Cascade)
        .create()
}

fn user_calibration(backend: DbBackend) -> TableCreateStatement {
    PortableTable::new(backend, "user_calibration")
        .number_key(&[])
        .required("user_id", Type::Name(255))
        .defaulting("low_threshold", Type::Count, 30)
        .defaulting("medium_threshold", Type::Count, 60)
        .defaulting("high_threshold", Type::Count, 85)
        .defaulting("decay_factor", Type::Number, 0.1)
        .defaulting("false_positive_count", Type::Count, 0)
        .defaulting("missed_threat_count", Type::Count, 0)
        .created_and_updated_at()
        .check(
            "order",
            "low_threshold < medium_threshold AND medium_threshold < high_threshold AND high_threshold <= 100",
        )
        .unique(&["user_id"])
        .create()
}
