//! The refresh of the hourly summary follows what is written: every 30 minutes while readings come in, up to 90 while none do.
//!
//! Plants stand still at night and over weekends, and the refresh of an hour without readings still reads the log of what
//! changed. 90 minutes is what three hours leave: the last half hour is not looked at, and a whole hour has to be.
//! `migration maintain` moves the interval; until it runs, and where there are no jobs, everything is as before.

use migration_engine::Describe;
use migration_timescale::{Interval, Maintenance, RefreshPolicy, TimescaleManager};
use sea_orm_migration::prelude::*;

use super::m20260202_000000_summarize_readings_hourly::policy as before;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.add_refresh_policy(&policy()).await.map(drop)
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.add_refresh_policy(&before()).await.map(drop)
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

fn policy() -> RefreshPolicy {
    before().schedule_between(Interval::minutes(30), Interval::minutes(90))
}
