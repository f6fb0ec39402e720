//! What a document or a list contains (GIN), and stretches of time in tables that are written in its order (BRIN). Both
//! are PostgreSQL's.

use migration_engine::{Describe, project::describe::Parents};
use sea_orm_migration::prelude::*;

use super::index::{NewIndex, create_all, drop_all};

/// It goes with its column, and comes back with it.
pub(super) const DETECTION_IDS: NewIndex = NewIndex::of("idx_events_detection_ids", "events", &["detection_ids"]).gin();

const INDEXES: [NewIndex; 5] = [
    NewIndex::of("idx_detections_enrichment_data", "detections", &["enrichment_data"]).gin(),
    NewIndex::of("idx_alert_rules_object_types", "alert_rules", &["object_types"]).gin(),
    DETECTION_IDS,
    NewIndex::of("idx_detections_detected_at_brin", "detections", &["detected_at"]).brin(),
    NewIndex::of("idx_logs_timestamp_brin", "logs", &["timestamp"]).brin(),
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
