//! Readings per sensor and hour: average, maximum, minimum and number. 24 hours of a sensor are 24 rows to read, instead
//! of 1,440.
//!
//! Every 30 minutes the hours between three hours and 30 minutes ago are computed anew where readings came in. TimescaleDB
//! refuses a window of less than two buckets, so it is three hours and not two. Readings that come in later than that, from
//! an import for example, are not seen until their time is refreshed; nor is what came in before the jobs stood still for
//! longer than that. `migration report` names such ranges and `migration maintain` refreshes them.
//!
//! Hours that are not stored yet are computed from the readings when they are asked for. What is there already is stored a
//! week at a time, before the policy is added: two million readings in two seconds.

use migration_engine::Describe;
use migration_timescale::{ContinuousAggregate, Interval, Maintenance, RefreshPolicy, TimescaleManager};
use sea_orm_migration::prelude::*;

use super::READINGS;
use crate::summary;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    /// A refresh does not run inside a transaction.
    fn use_transaction(&self) -> Option<bool> {
        Some(false)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_continuous_aggregate(&hourly()).await?;
        summary::materialize(manager, &hourly()).await?;
        manager.add_refresh_policy(&policy()).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let change = manager.begin().await?;
        summary::may_drop(&change, &hourly()).await?;
        change.drop_continuous_aggregate(&hourly()).await?;
        change.commit().await
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

pub(super) fn hourly() -> ContinuousAggregate {
    ContinuousAggregate::on(READINGS, "sensor_readings_summary_hourly")
        .bucket("bucket", "timestamp", Interval::hours(1))
        .group_by("sensor_id")
        .aggregate("avg_value", "avg(value)")
        .aggregate("max_value", "max(value)")
        .aggregate("min_value", "min(value)")
        .aggregate("reading_count", "count(*)")
}

pub(super) fn policy() -> RefreshPolicy {
    RefreshPolicy::of(&hourly())
        .start_offset(Interval::hours(3))
        .end_offset(Interval::minutes(30))
        .schedule_interval(Interval::minutes(30))
}
