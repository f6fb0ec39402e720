//! Aggregates that are a table and a view because the server has no continuous aggregates, known from what the applied
//! revisions declare: how far they are refreshed.

use chrono::{DateTime, Utc};
use migration_timescale::{
    ContinuousAggregate, Dialect, Maintenance,
    inspect::{AggregateState, Answer, Bytes, Chunks, ColumnstoreBytes, TableState, within_dates},
};

use crate::{
    EngineError, Runner,
    operate::maintain::{is_stored, portable_watermark},
    sql::{quote, rows},
};

/// The aggregates among `declared` that are there, in the same order; those below come first.
pub(super) async fn aggregates(
    runner: &Runner,
    declared: &[Maintenance],
    tables: &Answer<Vec<TableState>>,
) -> Result<Vec<AggregateState>, EngineError> {
    let mut states: Vec<AggregateState> = Vec::new();
    for work in declared {
        let Maintenance::Refresh(policy) = work else { continue };
        let aggregate = policy.aggregate();
        if is_stored(runner, aggregate.name()).await? {
            let below = states.iter().find(|state| state.name == aggregate.source());
            let (below, is_stacked) = (below.and_then(|state| state.watermark), below.is_some());
            let source_end = if is_stacked { below } else { newest_row(runner, aggregate).await? };
            states.push(state(runner, aggregate, source_end, tables).await?);
        }
    }
    Ok(states)
}

async fn state(
    runner: &Runner,
    aggregate: &ContinuousAggregate,
    source_end: Option<DateTime<Utc>>,
    tables: &Answer<Vec<TableState>>,
) -> Result<AggregateState, EngineError> {
    let watermark = portable_watermark(runner, aggregate).await?;
    let behind =
        |mark: DateTime<Utc>| source_end.map_or(0.0, |end| (end.min(Utc::now()) - mark).as_seconds_f64().max(0.0));
    let table = aggregate.materialized_table();
    let stored = tables.found().into_iter().flatten().find(|one| one.name == table);
    Ok(AggregateState {
        name: aggregate.name().to_owned(),
        source: aggregate.source().to_owned(),
        real_time: aggregate.is_real_time(),
        watermark,
        watermark_integer: None,
        watermark_unknown: None,
        lag_s: watermark.map(behind),
        missing: Answer::Unavailable { why: "nothing tells which rows came in late".to_owned() },
        source_has_chunks: source_end.is_some(),
        refresh_job: None,
        chunks: Chunks::default(),
        bytes: stored.map_or_else(Bytes::default, |one| one.bytes.clone()),
        columnstore: ColumnstoreBytes::default(),
        table: Some(table),
    })
}

async fn newest_row(runner: &Runner, aggregate: &ContinuousAggregate) -> Result<Option<DateTime<Utc>>, EngineError> {
    let failed = || EngineError::while_doing("asking how far the rows of an aggregate go");
    let backend = runner.server().backend();
    let (time, source) = (quote(backend, aggregate.time_column()), quote(backend, aggregate.source()));
    let newest = format!("max({time})");
    let newest = match Dialect::of(backend) {
        Dialect::Postgres => within_dates(&newest),
        Dialect::MySql | Dialect::Sqlite => newest,
    };
    let sql = format!("SELECT {newest} AS newest FROM {source}");
    let found = rows(runner.connection(), &sql).await.map_err(failed())?;
    let newest = found.first().map(|row| row.try_get("", "newest")).transpose().map_err(failed())?;
    Ok(newest.flatten())
}
