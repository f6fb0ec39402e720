//! Days and weeks, made of the hours: readings are looked at once. Days are days in UTC, and weeks begin on Monday.
//!
//! An average of averages weighs each hour by its readings. Each policy looks at two whole buckets at least: days up to
//! three days ago, every hour; weeks up to three weeks ago, every six hours. What is not stored yet is made of the hours
//! when it is asked for.

use migration_engine::Describe;
use migration_timescale::{ContinuousAggregate, Interval, Maintenance, Number, RefreshPolicy, TimescaleManager};
use sea_orm_migration::prelude::*;

use super::m20260202_000000_summarize_readings_hourly::hourly;
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
        for policy in policies() {
            manager.create_continuous_aggregate(policy.aggregate()).await?;
            summary::materialize(manager, policy.aggregate()).await?;
            manager.add_refresh_policy(&policy).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let aggregates = policies().map(|policy| policy.aggregate().clone());
        let change = manager.begin().await?;
        for aggregate in &aggregates {
            summary::may_drop(&change, aggregate).await?;
        }
        change.drop_continuous_aggregates(&aggregates).await?;
        change.commit().await
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

fn policies() -> [RefreshPolicy; 2] {
    let daily = made_of(&hourly(), "sensor_readings_summary_daily", Interval::days(1));
    let weekly = made_of(&daily, "sensor_readings_summary_weekly", Interval::weeks(1));
    let daily = RefreshPolicy::of(&daily).start_offset(Interval::days(3)).end_offset(Interval::hours(1));
    let weekly = RefreshPolicy::of(&weekly).start_offset(Interval::weeks(3)).end_offset(Interval::hours(1));
    [daily.schedule_interval(Interval::hours(1)), weekly.schedule_interval(Interval::hours(6))]
}

fn made_of(below: &ContinuousAggregate, name: &str, width: Interval) -> ContinuousAggregate {
    ContinuousAggregate::stacked_on(below, name, width)
        .group_by("sensor_id")
        .aggregate_as("avg_value", Number::Double, "sum(avg_value * reading_count) / sum(reading_count)")
        .aggregate("max_value", "max(max_value)")
        .aggregate("min_value", "min(min_value)")
        .aggregate_as("reading_count", Number::BigInt, "sum(reading_count)")
}
