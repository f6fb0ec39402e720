//! A page of a list is read from the index alone: what it shows stands behind the key.

use migration_engine::Describe;
use sea_orm_migration::prelude::*;

use super::index::{NewIndex, create_all, drop_all};

const INDEXES: [NewIndex; 3] = [
    NewIndex::of("idx_events_page", "events", &["started_at desc", "id desc"]).include(&[
        "camera_id",
        "risk",
        "reviewed",
    ]),
    NewIndex::of("idx_detections_page", "detections", &["detected_at desc", "id desc"]).include(&[
        "camera_id",
        "object_type",
        "confidence",
    ]),
    NewIndex::of("idx_alerts_page", "alerts", &["created_at desc", "id desc"])
        .include(&["event_id", "severity", "status"]),
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
    fn area(&self) -> Option<&'static str> {
        Some(super::AREA)
    }
}
