//! Readings are kept for 180 days; hours, days and weeks for ever.
//!
//! A refresh over dropped readings would delete the hours that were made of them. The policy of the hours looks back three
//! hours and never gets there; whoever refreshes by hand has to stay within the 180 days. Days and weeks are made of hours,
//! which stay.
//!
//! The first readings go a day after the revision was applied, so that there is a day to revert it. Where the server has
//! no policies, `migration maintain` drops what is old, and keeps what the hours do not cover yet.

use migration_engine::Describe;
use migration_timescale::{Interval, Maintenance, RetentionPolicy, TimescaleManager};
use sea_orm_migration::prelude::*;

use super::{READINGS, m20260202_000000_summarize_readings_hourly::hourly};
use crate::retention;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    /// The job and its grace together.
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        retention::add(manager, &policy()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.remove_retention_policy(&policy()).await?;
        Ok(())
    }
}

#[async_trait::async_trait]
impl Describe for Migration {
    fn area(&self) -> Option<&'static str> {
        Some(super::AREA)
    }

    fn maintenance(&self) -> Vec<Maintenance> {
        vec![policy().into()]
    }
}

fn policy() -> RetentionPolicy {
    RetentionPolicy::of_table(READINGS, "timestamp", Interval::days(180)).keeps_until_summarised_by(&hourly())
}
