//! What is not deleted, as the lists want it. MySQL has no condition there, and the moment comes first instead.

use migration_engine::Describe;
use sea_orm_migration::prelude::*;

use super::index::{NewIndex, create_all, drop_all};

const INDEXES: [NewIndex; 4] = [
    NewIndex::of("idx_cameras_present", "cameras", &["name"]).only_where("deleted_at IS NULL", &["deleted_at"]),
    NewIndex::of("idx_events_present", "events", &["started_at desc", "id desc"])
        .only_where("deleted_at IS NULL", &["deleted_at"]),
    NewIndex::of("idx_zones_present", "zones", &["camera_id"]).only_where("deleted_at IS NULL", &["deleted_at"]),
    NewIndex::of("idx_alert_rules_present", "alert_rules", &["name"]).only_where("deleted_at IS NULL", &["deleted_at"]),
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
