//! Metrics are kept for 30 days, the history of alerts for 90.
//!
//! The first rows go a day after the revision was applied, so that there is a day to revert it. Where the server has no
//! policies, `migration maintain` drops what is old.

use migration_engine::Describe;
use migration_timescale::{Interval, Maintenance, RetentionPolicy, TimescaleManager};
use sea_orm_migration::prelude::*;

use super::{HISTORY, METRICS};
use crate::retention;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    /// The jobs and their grace together.
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for policy in policies() {
            retention::add(manager, &policy).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for policy in policies() {
            manager.remove_retention_policy(&policy).await?;
        }
        Ok(())
    }
}

#[async_trait::async_trait]
impl Describe for Migration {
    fn area(&self) -> Option<&'static str> {
        Some(super::AREA)
    }

    fn maintenance(&self) -> Vec<Maintenance> {
        policies().map(Maintenance::from).into()
    }
}

fn policies() -> [RetentionPolicy; 2] {
    [(METRICS, 30), (HISTORY, 90)].map(|(table, days)| RetentionPolicy::of_table(table, "time", Interval::days(days)))
}
