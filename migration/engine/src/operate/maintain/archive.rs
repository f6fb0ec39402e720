//! Moves rows that are old enough to their archive, a chunk or some thousand at a time.

use chrono::{DateTime, Utc};
use migration_timescale::{ArchivePolicy, TimescaleManager};
use sea_orm::{ConnectionTrait, DbErr, Statement};
use sea_orm_migration::SchemaManager;

use super::{Done, TaskOutcome, plan::Planned, turn::Turn};
use crate::{EngineError, Runner, session, sql::rows};

/// Rows that move in one transaction.
const ROWS: u32 = 5_000;

pub(super) async fn archive(
    turn: &mut Turn<'_>,
    planned: &Planned,
    policy: &ArchivePolicy,
    dry_run: bool,
) -> Result<Done, EngineError> {
    let before = policy.age().before(Utc::now());
    let until = format!("before {}", before.format("%Y-%m-%d %H:%M UTC"));
    if dry_run {
        return Ok(Done::planned(format!("would move to {} what is {until}", policy.archive())));
    }
    let policy = &with_every_column(turn.runner, policy).await?;
    let by_function = has_function(turn.runner, policy).await?;
    let mut moved = 0;
    loop {
        let done = turn.step(planned, async |runner| {
            if by_function { call(runner, policy, before).await } else { move_rows(runner, policy, before).await }
        });
        match done.await? {
            None => return Ok(Done::taken_back(planned)),
            Some(None) => break,
            Some(Some(rows)) => moved += rows,
        }
        tracing::debug!("{}: {moved} so far", planned.name());
    }
    if moved == 0 {
        return Ok(Done::nothing(format!("nothing is {until}")));
    }
    let what = if moved == 1 { "row" } else { "rows" };
    let detail = format!("{moved} {what} moved to {}, {until}", policy.archive());
    Ok(Done { outcome: TaskOutcome::Done, detail, rows: Some(moved) })
}

/// Whether the database moves them itself: the revision ran where there was TimescaleDB.
async fn has_function(runner: &Runner, policy: &ArchivePolicy) -> Result<bool, EngineError> {
    const SQL: &str = "SELECT count(*) AS found FROM pg_catalog.pg_proc \
         WHERE pronamespace = quote_ident(current_schema())::regnamespace AND proname = $1";
    if !runner.server().has_hypertables() {
        return Ok(false);
    }
    let db = runner.connection();
    let failed = || EngineError::while_doing("looking for the function that archives");
    let question = Statement::from_sql_and_values(db.get_database_backend(), SQL, [policy.step().into()]);
    let row = db.query_one_raw(question).await.map_err(failed())?;
    let found: i64 = row.map_or(Ok(0), |row| row.try_get("", "found")).map_err(failed())?;
    Ok(found > 0)
}

/// The policy with the columns that not every server has.
async fn with_every_column(runner: &Runner, policy: &ArchivePolicy) -> Result<ArchivePolicy, EngineError> {
    let manager = SchemaManager::new(runner.connection());
    let mut complete = policy.clone();
    for column in policy.optional() {
        let found = manager.column_exists(policy.table(), column).await;
        if found.map_err(EngineError::while_doing("looking for the columns that move to the archive"))? {
            complete = complete.with_optional(column);
        }
    }
    Ok(complete)
}

/// How many rows were moved; `None` when there was nothing left to move.
async fn call(runner: &Runner, policy: &ArchivePolicy, before: DateTime<Utc>) -> Result<Option<u64>, DbErr> {
    let moved: Option<i64> = match rows(runner.connection(), &policy.step_sql(before)).await?.first() {
        Some(row) => row.try_get("", "moved")?,
        None => None,
    };
    Ok(moved.map(i64::unsigned_abs))
}

async fn move_rows(runner: &Runner, policy: &ArchivePolicy, before: DateTime<Utc>) -> Result<Option<u64>, DbErr> {
    let statements = policy.move_sql(runner.server(), before, ROWS)?;
    let transaction = session::begin(runner.connection()).await?;
    let mut moved = 0;
    for sql in &statements {
        moved = transaction.execute_unprepared(sql).await?.rows_affected();
    }
    transaction.commit().await?;
    Ok((moved > 0).then_some(moved))
}
