//! Continuous aggregates over tables that have a history already.

use std::time::SystemTime;

use migration_engine::revision::{consent, progress};
use migration_timescale::{Capability, ContinuousAggregate, Dialect, Question, TimescaleManager, Window, bucket_sql};
use sea_orm_migration::{
    SchemaManagerConnection,
    prelude::*,
    sea_orm::{ConnectionTrait, DbBackend, QueryResult, prelude::DateTimeUtc},
};

/// Buckets of one refresh: a week of hours.
const BUCKETS: u32 = 168;

/// Stores what the aggregate says of the rows there are, oldest first, without the bucket that is still being filled. To be
/// called outside a transaction, before the refresh policy is added.
///
/// Without this, history would vanish from sight: a real-time aggregate computes what lies above its last stored bucket,
/// and the policy stores the newest ones alone.
///
/// Each step is a refresh of its own, so that no lock and no snapshot is held for longer than one takes, and a run that
/// was killed passes quickly over what it had stored. Inside a transaction, where TimescaleDB refuses to refresh,
/// nothing is stored; that is so on scratch databases alone.
pub async fn materialize(manager: &SchemaManager<'_>, aggregate: &ContinuousAggregate) -> Result<(), DbErr> {
    let native = manager.capability().await?.has_continuous_aggregates();
    if native && !matches!(manager.get_connection(), SchemaManagerConnection::Connection(_)) {
        return Ok(());
    }
    let (first, last) = match span(manager, aggregate).await? {
        // Not beyond now: a sensor whose clock is ahead must not hide what the others send meanwhile.
        Span::Rows(first, last) => {
            let (width, now) = (aggregate.width(), SystemTime::now().into());
            (width.bucket_of(first), Ord::min(width.after(width.bucket_of(last)), width.bucket_of(now)))
        }
        Span::Unknown if native => {
            return manager.get_connection().execute_unprepared(&all_of(aggregate)).await.map(drop);
        }
        // Read from the table until `migration maintain` stores it.
        Span::Empty | Span::Unknown => return Ok(()),
    };
    let step = aggregate.width().times(BUCKETS);
    let seconds = Ord::max((last - first).num_seconds(), 0).unsigned_abs();
    let total = seconds.div_ceil(step.as_seconds().into());
    let mut from = first;
    for done in 1..=total {
        let to = Ord::min(step.after(from), last);
        manager.refresh_continuous_aggregate(aggregate, Window::between(from, to)).await?;
        progress::report(&format!("filling {}", aggregate.name()), done, total);
        from = to;
    }
    Ok(())
}

/// A script has no loop: everything in one refresh, without the buckets that are still being filled.
fn all_of(aggregate: &ContinuousAggregate) -> String {
    format!("CALL refresh_continuous_aggregate('{}', NULL, now() - {})", aggregate.name(), aggregate.width().to_sql())
}

/// Refuses, without the consent to delete rows, when the aggregate holds buckets whose rows retention has dropped: nothing
/// could make them anew.
pub async fn may_drop(manager: &SchemaManager<'_>, aggregate: &ContinuousAggregate) -> Result<(), DbErr> {
    let server = manager.capability().await?;
    let stored =
        if server.has_continuous_aggregates() { aggregate.name().to_owned() } else { aggregate.materialized_table() };
    // A run that was killed may have dropped it.
    let gone = server.backend() == DbBackend::MySql && !manager.table_exists(&stored).await?;
    if gone || !has_orphans(server, aggregate, &stored).ask(manager.get_connection()).await? {
        return Ok(());
    }
    consent::may_drop_rows(manager, &stored).await
}

/// Whether a bucket is older than all rows of the source.
fn has_orphans(server: Capability, aggregate: &ContinuousAggregate, stored: &str) -> Question<'static, bool> {
    let backend = server.backend();
    let [stored, source, time, bucket] =
        [stored, aggregate.source(), aggregate.time_column(), aggregate.bucket_column()]
            .map(|name| Dialect::of(backend).quote(name));
    let oldest = bucket_sql(server, aggregate.width(), &format!("min({time})"));
    let sql = format!(
        "SELECT 1 FROM {stored} WHERE NOT EXISTS (SELECT 1 FROM {source}) \
         OR {bucket} < (SELECT {oldest} FROM {source}) LIMIT 1"
    );
    Question::reading(sql, [], |row| Ok(row.is_some()), |known| known.may_hold_rows())
}

/// From the oldest to the newest row of an aggregate's source.
enum Span {
    Rows(DateTimeUtc, DateTimeUtc),
    Empty,
    /// There is no database that could tell.
    Unknown,
}

async fn span(manager: &SchemaManager<'_>, aggregate: &ContinuousAggregate) -> Result<Span, DbErr> {
    let backend = manager.get_database_backend();
    let [source, time] = [aggregate.source(), aggregate.time_column()].map(|name| Dialect::of(backend).quote(name));
    let sql = format!("SELECT min({time}) AS oldest, max({time}) AS newest FROM {source}");
    let question = Question::reading(sql, [], Span::read, |_| Span::Unknown);
    question.ask(manager.get_connection()).await
}

impl Span {
    fn read(row: Option<&QueryResult>) -> Result<Self, DbErr> {
        let Some(row) = row else { return Ok(Self::Empty) };
        let oldest: Option<DateTimeUtc> = row.try_get("", "oldest")?;
        let newest: Option<DateTimeUtc> = row.try_get("", "newest")?;
        Ok(oldest.zip(newest).map_or(Self::Empty, |(oldest, newest)| Self::Rows(oldest, newest)))
    }
}
