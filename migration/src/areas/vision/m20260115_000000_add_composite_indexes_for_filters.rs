//! The filters of the lists: events of a camera and by risk, detections of a camera by class, alerts by state.

use migration_engine::Describe;
use sea_orm_migration::prelude::*;

use super::index::{NewIndex, create_all, drop_all};

const INDEXES: [NewIndex; 4] = [
    NewIndex::of("idx_events_camera_started_at", "events", &["camera_id", "started_at desc"]),
    NewIndex::of("idx_events_risk_started_at", "events", &["risk desc", "started_at desc"]),
    NewIndex::of("idx_detections_camera_object_type", "detections", &["camera_id", "object_type"]),
    NewIndex::of("idx_alerts_status_created_at", "alerts", &["status", "created_at desc"]),
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
