//! The few rows that a flag singles out. MySQL has no condition there, and the flag comes first instead.

use migration_engine::{Describe, project::describe::Parents};
use sea_orm_migration::prelude::*;

use super::index::{NewIndex, create_all, drop_all};

const INDEXES: [NewIndex; 4] = [
    NewIndex::of("idx_alert_rules_enabled", "alert_rules", &["name"]).only_where("enabled", &["enabled"]),
    NewIndex::of("idx_zones_enabled", "zones", &["camera_id", "priority desc"]).only_where("enabled", &["enabled"]),
    NewIndex::of("idx_prompt_versions_active", "prompt_versions", &["model"]).only_where("is_active", &["is_active"]),
    NewIndex::of("idx_events_unreviewed", "events", &["started_at desc"]).only_where("NOT reviewed", &["reviewed"]),
];

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    /// Its steps have transactions of their own; each looks whether it is done.
    fn use_transaction(&self) -> Option<bool> {
        Some(false)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        create_all(manager, &INDEXES).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_all(manager, &INDEXES).await
    }
}

impl Describe for Migration {
    fn parents(&self) -> Parents {
        Parents::Named(&["m20260115_000000_add_composite_indexes_for_filters"])
    }

    fn area(&self) -> Option<&'static str> {
        Some(super::AREA)
    }
}
