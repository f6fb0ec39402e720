//! Continuous aggregates: how far they are materialised, and how large.

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use sea_orm::{ConnectionTrait, DbErr, FromQueryResult};
use serde::Serialize;

use super::{
    Answer, Bytes, Chunks, ColumnstoreBytes, MissingRange,
    answer::all,
    chunks::{Measures, measures},
    missing::find_missing,
    moment::within_dates,
};
use crate::{
    Capability, RetentionPolicy,
    internals::{self, NotKnown},
};

/// A continuous aggregate, or the table and the view in its place.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema, FromQueryResult)]
pub struct AggregateState {
    /// Its name.
    pub name: String,
    /// The hypertable or continuous aggregate that it is made from.
    pub source: String,
    /// Whether a reader also sees what is not materialised yet; else only what is.
    pub real_time: bool,
    /// Up to where it is materialised, at most the end of the year 262142; null when it never was, and for integer columns.
    pub watermark: Option<DateTime<Utc>>,
    /// Up to where it is materialised, for integer columns; null when it never was.
    pub watermark_integer: Option<i64>,
    /// Why it is not known how far it is materialised, on a version of TimescaleDB that is newer than this program: the
    /// watermark and what follows from it are null then.
    #[sea_orm(skip)]
    pub watermark_unknown: Option<String>,
    /// Seconds from the watermark to where its source ends: to the watermark of the aggregate it is made from, or to the end
    /// of the newest chunk of its table, or to now where that chunk ends later; of a table and a view, to the newest row of
    /// its table. 0 when all of it is materialised, null without a watermark in time.
    pub lag_s: Option<f64>,
    /// Buckets below the watermark that hold rows of the source and are not materialised, or not since these came in, and
    /// that are too old for the refresh job: readers miss those rows until somebody refreshes the ranges. In order of time.
    #[sea_orm(skip)]
    pub missing: Answer<Vec<MissingRange>>,
    /// Whether the source has chunks, or rows where it has no chunks: there is something to materialise.
    pub source_has_chunks: bool,
    /// Job that refreshes it, if there is one.
    pub refresh_job: Option<i64>,
    /// Where the server has no continuous aggregates: the table of what is materialised. Null for one of TimescaleDB.
    #[sea_orm(skip)]
    pub table: Option<String>,
    /// Chunks of what is materialised; none of a table.
    #[sea_orm(nested)]
    pub chunks: Chunks,
    /// Size of what is materialised.
    #[sea_orm(nested)]
    pub bytes: Bytes,
    /// What the columnstore saves.
    #[sea_orm(nested)]
    pub columnstore: ColumnstoreBytes,
}

/// The watermark of an aggregate that was never refreshed, in microseconds: the earliest moment there is.
const NEVER: &str = "-210866803200000000";

/// The continuous aggregates of the schema, by name. Three round trips, and more where an aggregate lacks something; their
/// time grows with the number of chunks.
pub async fn continuous_aggregates<C: ConnectionTrait>(
    db: &C,
    server: Capability,
) -> Result<Answer<Vec<AggregateState>>, DbErr> {
    continuous_aggregates_under(db, server, &[]).await
}

/// The same, where a command carries out retention policies for which the server has no jobs: of ranges older than they
/// keep, only what is not stored at all is [`missing`](AggregateState::missing).
pub async fn continuous_aggregates_under<C: ConnectionTrait>(
    db: &C,
    server: Capability,
    retention: &[RetentionPolicy],
) -> Result<Answer<Vec<AggregateState>>, DbErr> {
    if let Err(unsupported) = server.require_columnstore("a continuous aggregate of TimescaleDB") {
        return Ok(unsupported.into());
    }
    let stored = ("g.materialization_hypertable_schema", "g.materialization_hypertable_name");
    let Measures { columns, joins } = measures(server, stored.0, stored.1);
    let (marks, watermark_unknown) = match watermarks(server, stored) {
        Ok(marks) => (marks, None),
        Err(not_known) => (NO_WATERMARKS.to_owned(), Some(not_known.to_string())),
    };
    // Earlier versions name the refresh job's hypertable, later ones the aggregate.
    let sql = format!(
        "SELECT g.view_name::text AS name, coalesce(p.view_name, g.hypertable_name)::text AS source, \
         NOT g.materialized_only AS real_time, {watermark} AS watermark, w.watermark_integer, u.newest_to IS NOT NULL OR u.chunks > 0 AS source_has_chunks, \
         greatest(extract(epoch FROM coalesce(b.watermark, least(now(), u.newest_to)) - w.watermark)::float8, 0) + CASE WHEN w.watermark IS NULL THEN NULL ELSE 0 END AS lag_s, \
         (SELECT min(j.job_id)::bigint FROM timescaledb_information.jobs j WHERE j.proc_name = 'policy_refresh_continuous_aggregate' \
          AND (j.hypertable_schema, j.hypertable_name) IN ((g.view_schema, g.view_name), ({schema}, {table}))) AS refresh_job, \
         {columns} FROM timescaledb_information.continuous_aggregates g {joins} \
         LEFT JOIN timescaledb_information.continuous_aggregates p \
         ON (p.materialization_hypertable_schema, p.materialization_hypertable_name) = (g.hypertable_schema, g.hypertable_name) \
         {marks} \
         CROSS JOIN LATERAL (SELECT count(*) AS chunks, max(c.range_end) FILTER (WHERE isfinite(c.range_end)) AS newest_to FROM timescaledb_information.chunks c \
          WHERE (c.hypertable_schema, c.hypertable_name) = (g.hypertable_schema, g.hypertable_name)) u \
         WHERE g.view_schema = current_schema() ORDER BY g.view_name",
        schema = stored.0,
        table = stored.1,
        watermark = within_dates("w.watermark"),
    );
    let mut aggregates: Vec<AggregateState> = all(db, &sql).await?;
    for aggregate in &mut aggregates {
        aggregate.watermark_unknown.clone_from(&watermark_unknown);
    }
    find_missing(db, server, retention, &mut aggregates).await?;
    Ok(Answer::given(aggregates))
}

/// In place of [`watermarks`].
const NO_WATERMARKS: &str = "CROSS JOIN (SELECT NULL::timestamptz AS watermark) b \
     CROSS JOIN (SELECT NULL::timestamptz AS watermark, NULL::bigint AS watermark_integer) w";

/// Joins the watermarks of an aggregate `g` as `w`, and of the aggregate `p` it may be made from as `b`. To ask for the
/// watermark of a table is an error, so a condition beside the question is not enough.
fn watermarks(server: Capability, (schema, table): (&str, &str)) -> Result<String, NotKnown> {
    let watermark_of = internals::WATERMARK_OF.on(server)?;
    let to_timestamp = internals::TO_TIMESTAMP.on(server)?;
    let hypertables = internals::HYPERTABLES.on(server)?;
    Ok(format!(
        "LEFT JOIN LATERAL (SELECT {to_timestamp}(x.value) AS watermark \
          FROM (SELECT CASE WHEN p.view_name IS NOT NULL THEN {watermark_of}(m.id) END AS value FROM {hypertables} m \
          WHERE (m.schema_name, m.table_name) = (g.hypertable_schema, g.hypertable_name)) x \
          WHERE x.value > {NEVER} AND d.column_type::text NOT LIKE '%int%') b ON true \
         CROSS JOIN LATERAL (SELECT CASE WHEN d.column_type::text NOT LIKE '%int%' AND x.value > {NEVER} THEN {to_timestamp}(x.value) END AS watermark, \
          CASE WHEN d.column_type::text LIKE '%int%' AND x.value NOT IN (-32768, -2147483648, -9223372036854775808) THEN x.value END AS watermark_integer \
          FROM (SELECT {watermark_of}(m.id) AS value FROM {hypertables} m WHERE (m.schema_name, m.table_name) = ({schema}, {table})) x) w"
    ))
}
