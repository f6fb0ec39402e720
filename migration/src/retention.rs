//! Rows that go when they are old enough, and not at once.

use migration_timescale::{RetentionPolicy, TimescaleManager, literal};
use sea_orm_migration::{prelude::*, sea_orm::ConnectionTrait};

/// Adds the policy. Where it is a job, the first rows go a day later, and not at once, as TimescaleDB has it: so there is a
/// day to revert the revision.
pub async fn add(manager: &SchemaManager<'_>, policy: &RetentionPolicy) -> Result<(), DbErr> {
    manager.add_retention_policy(policy).await?;
    if manager.capability().await?.has_jobs() {
        manager.get_connection().execute_unprepared(&day_of_grace(policy.table())).await?;
    }
    Ok(())
}

/// The job of the table's policy begins in a day.
fn day_of_grace(table: &str) -> String {
    format!(
        "SELECT alter_job(job_id, next_start => now() + INTERVAL '1 day') \
         FROM timescaledb_information.jobs WHERE proc_name = 'policy_retention' \
         AND hypertable_schema = current_schema() AND hypertable_name = {}",
        literal(table)
    )
}
