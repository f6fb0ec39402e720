//! Deletes rows that are old enough, some thousand at a time, or drops whole chunks.

use chrono::{DateTime, Utc};
use migration_timescale::{RetentionPolicy, literal, moment_sql};
use sea_orm::{ConnectionTrait, DbErr};

use super::{
    Done,
    plan::{Dependent, Planned, summarised_up_to},
    turn::Turn,
};
use crate::{EngineError, Runner, operate::maintain::TaskOutcome, sql::rows};

/// Rows deleted in one transaction.
const ROWS: u32 = 5_000;
/// Chunks dropped in one transaction: each takes several locks, and a server has only so many.
const CHUNKS: u32 = 20;

pub(super) async fn retain(
    turn: &mut Turn<'_>,
    planned: &Planned,
    policy: &RetentionPolicy,
    dry_run: bool,
) -> Result<Done, EngineError> {
    let aged = policy.drop_after().before(Utc::now());
    let limit = limit(turn.runner, planned).await?;
    let (before, kept) = match limit {
        Limit::None => (aged, String::new()),
        Limit::NotSummarised(aggregate) => {
            return Ok(Done::skipped(format!("nothing is deleted: {aggregate} has not summarised anything yet")));
        }
        Limit::At(mark, _) if mark >= aged => (aged, String::new()),
        Limit::At(mark, aggregate) => (mark, format!("; rows from then on wait for {aggregate} to summarise them")),
    };
    let before = policy.whole_buckets_before(before, planned.dependents.iter().filter_map(Dependent::width));
    let until = format!("before {}", before.format("%Y-%m-%d %H:%M UTC"));
    if dry_run {
        return Ok(Done::planned(format!("would delete what is {until}{kept}")));
    }
    // The policy counts from now; this is the now at which it comes to `before`.
    let now = policy.drop_after().after(before);
    let in_chunks = is_in_chunks(turn.runner, policy).await?;
    let mut deleted = 0;
    loop {
        let done = turn.step(planned, async |runner| {
            if in_chunks { drop_chunks(runner, policy, before).await } else { delete_rows(runner, policy, now).await }
        });
        let Some(Batch { deleted: batch, more }) = done.await? else {
            return Ok(Done::taken_back(planned));
        };
        deleted += batch;
        if !more {
            break;
        }
        tracing::debug!("{}: {deleted} so far", planned.name());
    }
    if deleted == 0 {
        return Ok(Done::nothing(format!("nothing is {until}{kept}")));
    }
    let what = match (in_chunks, deleted) {
        (true, 1) => "chunk dropped",
        (true, _) => "chunks dropped",
        (false, 1) => "row deleted",
        (false, _) => "rows deleted",
    };
    let detail = format!("{deleted} {what}, {until}{kept}");
    Ok(Done { outcome: TaskOutcome::Done, detail, rows: (!in_chunks).then_some(deleted) })
}

/// Up to where rows may go because what is made of them holds them.
enum Limit {
    None,
    At(DateTime<Utc>, String),
    NotSummarised(String),
}

async fn limit(runner: &Runner, planned: &Planned) -> Result<Limit, EngineError> {
    let mut limit = Limit::None;
    for dependent in &planned.dependents {
        let name = dependent.name().to_owned();
        limit = match (summarised_up_to(runner, dependent, &planned.retention).await?, limit) {
            (None, _) => return Ok(Limit::NotSummarised(name)),
            (Some(mark), Limit::At(earlier, first)) if earlier <= mark => Limit::At(earlier, first),
            (Some(mark), _) => Limit::At(mark, name),
        };
    }
    Ok(limit)
}

struct Batch {
    deleted: u64,
    more: bool,
}

async fn delete_rows(runner: &Runner, policy: &RetentionPolicy, now: DateTime<Utc>) -> Result<Batch, DbErr> {
    let sql = policy.run_sql(runner.server(), now, ROWS)?;
    let deleted = runner.connection().execute_unprepared(&sql).await?.rows_affected();
    Ok(Batch { deleted, more: deleted >= u64::from(ROWS) })
}

/// Where its chunks are, as an SQL condition on `timescaledb_information.chunks`: of the hypertable, or of what a
/// continuous aggregate stores.
fn chunks_of(runner: &Runner, policy: &RetentionPolicy) -> String {
    let name = literal(policy.table());
    let own = format!("(c.hypertable_schema = current_schema() AND c.hypertable_name = {name})");
    if !runner.server().has_continuous_aggregates() {
        return own;
    }
    format!(
        "({own} OR (c.hypertable_schema, c.hypertable_name) IN (SELECT g.materialization_hypertable_schema, g.materialization_hypertable_name \
         FROM timescaledb_information.continuous_aggregates g WHERE g.view_schema = current_schema() AND g.view_name = {name}))"
    )
}

async fn is_in_chunks(runner: &Runner, policy: &RetentionPolicy) -> Result<bool, EngineError> {
    if !runner.server().has_hypertables() {
        return Ok(false);
    }
    let sql =
        format!("SELECT 1 AS found FROM timescaledb_information.chunks c WHERE {} LIMIT 1", chunks_of(runner, policy));
    let found = rows(runner.connection(), &sql).await;
    Ok(!found.map_err(EngineError::while_doing("looking for chunks"))?.is_empty())
}

/// Drops the oldest chunks that end before a moment.
async fn drop_chunks(runner: &Runner, policy: &RetentionPolicy, before: DateTime<Utc>) -> Result<Batch, DbErr> {
    let (db, backend) = (runner.connection(), runner.server().backend());
    let oldest = format!(
        "SELECT max(o.range_end) AS until FROM (SELECT c.range_end FROM timescaledb_information.chunks c \
         WHERE {} AND c.range_end <= {} ORDER BY c.range_end LIMIT {CHUNKS}) o",
        chunks_of(runner, policy),
        moment_sql(backend, before)
    );
    let until: Option<DateTime<Utc>> = match rows(db, &oldest).await?.first() {
        Some(row) => row.try_get("", "until")?,
        None => None,
    };
    let Some(until) = until else { return Ok(Batch { deleted: 0, more: false }) };
    let sql = policy.run_sql(runner.server(), policy.drop_after().after(until), ROWS)?;
    let dropped = rows(db, &sql).await?.len() as u64;
    Ok(Batch { deleted: dropped, more: dropped > 0 })
}
