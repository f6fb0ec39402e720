//! What a continuous aggregate lacks below its watermark, and nobody will add.
//!
//! A reader sees what is stored below the watermark and, if the aggregate is real-time, the source above it. A refresh job
//! looks back as far as its start offset. When it stood still for longer, its next run moves the watermark past everything
//! in between; when rows come in later than that, no run looks at them. TimescaleDB keeps a log of such ranges; here they
//! are cut to what can and should be refreshed:
//!
//! - below the watermark, and before the window of the job;
//! - where the source has chunks, and rows in them. Ranges of chunks that were dropped are in the log too, and to refresh
//!   these deletes what the aggregate still holds of them. A bucket that reaches into a dropped chunk is therefore left out
//!   if it is stored, and so are ranges older than the retention of the source: rows that come in later still make such a
//!   chunk anew, and the others are not in it.

mod ranges;

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use sea_orm::{ConnectionTrait, DbBackend, DbErr, FromQueryResult};
use serde::Serialize;

use self::ranges::{Candidate, Limits, candidates, merged};
use super::{AggregateState, Answer, answer::all};
use crate::{
    Capability, Interval, RetentionPolicy, identifier,
    internals::{self, NotKnown},
    moment_sql,
};

/// Whole buckets, from one moment up to another that is not part of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
pub struct MissingRange {
    /// Begin of the first bucket.
    pub from: DateTime<Utc>,
    /// End of the last bucket.
    pub to: DateTime<Utc>,
}

/// Ranges that are looked at in one round trip.
const AT_ONCE: usize = 100;

/// Where an aggregate reads and stores, and how far its job looks back.
#[derive(FromQueryResult)]
#[allow(clippy::struct_excessive_bools, reason = "each is an answer of its own")]
struct Settings {
    id: i64,
    name: String,
    now: DateTime<Utc>,
    source: String,
    source_time: String,
    time_type: String,
    stored: String,
    bucket: String,
    /// Seconds of a bucket; null where buckets are not of one length, or not counted from the usual origin.
    width: Option<i64>,
    has_job: bool,
    /// Null where there is no job, and where the job looks at everything.
    job_from: Option<DateTime<Utc>>,
    /// Before this, retention drops rows of the source.
    kept_from: Option<DateTime<Utc>>,
    may_read_logs: bool,
    may_read: bool,
    /// Whether the server logs ranges that a refresh has begun with, too.
    has_begun: bool,
}

fn settings_sql(server: Capability) -> Result<String, NotKnown> {
    let hypertables = internals::HYPERTABLES.on(server)?;
    let buckets = internals::BUCKETS.on(server)?;
    let (invalid, changed) = (internals::INVALID_RANGES.on(server)?, internals::CHANGED_RANGES.on(server)?);
    let begun = internals::BEGUN_RANGES.on(server)?;
    Ok(format!(
        "SELECT m.id::bigint AS id, g.view_name::text AS name, now() AS now, \
     format('%I.%I', g.hypertable_schema, g.hypertable_name) AS source, s.column_name::text AS source_time, s.column_type::text AS time_type, \
     format('%I.%I', m.schema_name, m.table_name) AS stored, d.column_name::text AS bucket, \
     CASE WHEN f.bucket_fixed_width AND coalesce(f.bucket_origin, f.bucket_offset, f.bucket_timezone) IS NULL AND s.column_type::text LIKE 'timestamp%' \
      THEN extract(epoch FROM f.bucket_width::interval)::bigint END AS width, \
     j.jobs > 0 AS has_job, CASE WHEN j.jobs = j.limited THEN j.job_from END AS job_from, \
     (SELECT max(now() - (t.config ->> 'drop_after')::interval) FROM timescaledb_information.jobs t WHERE t.proc_name = 'policy_retention' \
      AND s.column_type::text LIKE 'timestamp%' \
      AND (t.hypertable_schema, t.hypertable_name) IN ((g.hypertable_schema, g.hypertable_name), (b.view_schema, b.view_name))) AS kept_from, \
     coalesce(has_table_privilege(to_regclass('{invalid}'), 'SELECT') \
      AND has_table_privilege(to_regclass('{changed}'), 'SELECT'), false) AS may_read_logs, \
     has_table_privilege(format('%I.%I', g.hypertable_schema, g.hypertable_name)::regclass, 'SELECT') \
      AND has_table_privilege(format('%I.%I', m.schema_name, m.table_name)::regclass, 'SELECT') AS may_read, \
     coalesce(has_table_privilege(to_regclass('{begun}'), 'SELECT'), false) AS has_begun \
     FROM timescaledb_information.continuous_aggregates g \
     JOIN {hypertables} m ON (m.schema_name, m.table_name) = (g.materialization_hypertable_schema, g.materialization_hypertable_name) \
     JOIN {buckets} f ON f.mat_hypertable_id = m.id \
     JOIN timescaledb_information.dimensions s ON (s.hypertable_schema, s.hypertable_name) = (g.hypertable_schema, g.hypertable_name) AND s.dimension_number = 1 \
     JOIN timescaledb_information.dimensions d ON (d.hypertable_schema, d.hypertable_name) = (m.schema_name, m.table_name) AND d.dimension_number = 1 \
     LEFT JOIN timescaledb_information.continuous_aggregates b \
     ON (b.materialization_hypertable_schema, b.materialization_hypertable_name) = (g.hypertable_schema, g.hypertable_name) \
     CROSS JOIN LATERAL (SELECT count(*) AS jobs, count(t.config ->> 'start_offset') AS limited, \
      min(CASE WHEN s.column_type::text LIKE 'timestamp%' THEN now() - (t.config ->> 'start_offset')::interval END) AS job_from \
      FROM timescaledb_information.jobs t WHERE t.proc_name = 'policy_refresh_continuous_aggregate' \
      AND (t.hypertable_schema, t.hypertable_name) IN ((g.view_schema, g.view_name), (m.schema_name, m.table_name))) j \
     WHERE g.view_schema = current_schema()"
    ))
}

/// A range of the log, or a stretch of time in which the source has chunks; microseconds since 1970.
#[derive(FromQueryResult)]
struct Logged {
    id: i64,
    held: bool,
    low: i64,
    /// The last microsecond of it.
    high: i64,
}

/// Overlapping ones come as one: there may be an entry a transaction.
fn logged_sql(server: Capability, has_begun: bool) -> Result<String, NotKnown> {
    let (aggregates, watermarks) = (internals::AGGREGATES.on(server)?, internals::WATERMARKS.on(server)?);
    let (invalid, changed) = (internals::INVALID_RANGES.on(server)?, internals::CHANGED_RANGES.on(server)?);
    let hypertables = internals::HYPERTABLES.on(server)?;
    let begun = if has_begun {
        let ranges = internals::BEGUN_RANGES.on(server)?;
        format!(
            " UNION ALL SELECT b.materialization_id, b.lowest_modified_value, b.greatest_modified_value FROM {ranges} b"
        )
    } else {
        String::new()
    };
    Ok(format!(
        "WITH own AS (SELECT a.mat_hypertable_id AS id, a.raw_hypertable_id AS source, w.watermark FROM {aggregates} a \
         JOIN {watermarks} w ON w.mat_hypertable_id = a.mat_hypertable_id WHERE a.user_view_schema = current_schema()), \
         logged AS (SELECT l.materialization_id AS id, l.lowest_modified_value AS low, l.greatest_modified_value AS high \
         FROM {invalid} l{begun} \
         UNION ALL SELECT o.id, l.lowest_modified_value, l.greatest_modified_value FROM own o \
         JOIN {changed} l ON l.hypertable_id = o.source), \
         pieces AS (SELECT l.id, false AS held, l.low, l.high FROM logged l JOIN own o ON o.id = l.id AND l.low < o.watermark \
         UNION ALL SELECT o.id, true, (extract(epoch FROM c.range_start) * 1000000)::bigint, (extract(epoch FROM c.range_end) * 1000000)::bigint - 1 \
         FROM own o JOIN {hypertables} h ON h.id = o.source \
         JOIN timescaledb_information.chunks c ON (c.hypertable_schema, c.hypertable_name) = (h.schema_name, h.table_name) \
         AND isfinite(c.range_start) AND isfinite(c.range_end)), \
         islands AS (SELECT *, count(*) FILTER (WHERE low - 1 > reach) OVER (PARTITION BY id, held ORDER BY low, high) AS island \
         FROM (SELECT *, max(high) OVER (PARTITION BY id, held ORDER BY low, high ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS reach \
         FROM (SELECT id, held, greatest(low, -9223372036854775807) AS low, high FROM pieces) p) r) \
         SELECT id::bigint AS id, held, min(low) AS low, max(high) AS high FROM islands GROUP BY id, held, island ORDER BY 1, 2, 3"
    ))
}

/// Puts into each aggregate what it lacks. Two round trips, and one more for every hundred ranges.
pub(super) async fn find_missing<C: ConnectionTrait>(
    db: &C,
    server: Capability,
    retention: &[RetentionPolicy],
    aggregates: &mut [AggregateState],
) -> Result<(), DbErr> {
    if aggregates.is_empty() {
        return Ok(());
    }
    let (settings, logged) = match settings_sql(server).and_then(|settings| {
        let logged = (logged_sql(server, false)?, logged_sql(server, true)?);
        Ok((settings, logged))
    }) {
        Ok(known) => known,
        Err(not_known) => {
            for aggregate in aggregates {
                aggregate.missing = not_known.clone().into();
            }
            return Ok(());
        }
    };
    let mut settings: Vec<Settings> = all(db, &settings).await?;
    let mut ranges = BTreeMap::<i64, Ranges>::new();
    if settings.iter().any(|one| one.may_read_logs) {
        let logged = if settings.iter().any(|one| one.has_begun) { &logged.1 } else { &logged.0 };
        for one in all::<Logged, _>(db, logged).await? {
            ranges.entry(one.id).or_default().add(&one);
        }
    }
    for aggregate in aggregates {
        let found = settings.iter_mut().find(|one| one.name == aggregate.name);
        let carried_out = retention.iter().filter(|policy| policy.table() == aggregate.source);
        let carried_out = carried_out.map(RetentionPolicy::drop_after).min();
        aggregate.missing = match found {
            Some(settings) => {
                let kept_from = carried_out.map(|age| age.before(settings.now));
                settings.kept_from = settings.kept_from.max(kept_from);
                missing(db, settings, ranges.remove(&settings.id).unwrap_or_default(), aggregate).await?
            }
            None => Answer::Unavailable { why: "TimescaleDB does not tell how it is made".to_owned() },
        };
    }
    Ok(())
}

/// What the server says of one aggregate, in order.
#[derive(Default)]
struct Ranges {
    invalid: Vec<MissingRange>,
    held: Vec<MissingRange>,
}

impl Ranges {
    fn add(&mut self, one: &Logged) {
        let range = MissingRange {
            from: DateTime::from_timestamp_micros(one.low).unwrap_or(DateTime::<Utc>::MIN_UTC),
            to: DateTime::from_timestamp_micros(one.high.saturating_add(1)).unwrap_or(DateTime::<Utc>::MAX_UTC),
        };
        if one.held { self.held.push(range) } else { self.invalid.push(range) }
    }
}

async fn missing<C: ConnectionTrait>(
    db: &C,
    settings: &Settings,
    ranges: Ranges,
    aggregate: &AggregateState,
) -> Result<Answer<Vec<MissingRange>>, DbErr> {
    let unavailable = |why: String| Ok(Answer::Unavailable { why });
    if settings.time_type != "timestamp with time zone" {
        return unavailable(format!("its time is {}, not timestamp with time zone", settings.time_type));
    }
    let width = settings.width.and_then(|width| u32::try_from(width).ok()).filter(|width| *width > 0);
    let Some(width) = width.map(Interval::seconds) else {
        return unavailable("its buckets are months, in a time zone or moved".to_owned());
    };
    if !settings.may_read_logs {
        return unavailable("this needs the right to read TimescaleDB's logs of invalid ranges".to_owned());
    }
    if !settings.may_read {
        let (source, stored) = (&settings.source, &settings.stored);
        return unavailable(format!("this needs the right to read {source} and {stored}"));
    }
    let Some(watermark) = aggregate.watermark else { return Ok(Answer::given(Vec::new())) };
    let until = match (settings.has_job, settings.job_from) {
        // The job looks at everything.
        (true, None) => return Ok(Answer::given(Vec::new())),
        (true, Some(from)) => width.next_bucket_of(from).min(watermark),
        (false, _) => watermark,
    };
    let limits = Limits { until: until.min(settings.now), kept_from: settings.kept_from };
    let candidates = candidates(&ranges.invalid, &ranges.held, width, limits);
    let mut found = Vec::new();
    for some in candidates.chunks(AT_ONCE) {
        found.extend(with_rows(db, settings, some, width).await?);
    }
    Ok(Answer::given(merged(found)))
}

#[derive(FromQueryResult)]
struct Rows {
    place: i64,
    first_row: Option<DateTime<Utc>>,
    last_row: Option<DateTime<Utc>>,
}

/// The candidates in which the source has rows, cut to these.
async fn with_rows<C: ConnectionTrait>(
    db: &C,
    settings: &Settings,
    candidates: &[Candidate],
    width: Interval,
) -> Result<Vec<MissingRange>, DbErr> {
    let questions = candidates.iter().enumerate().map(|(place, one)| question(settings, place, one));
    let questions: Vec<String> = questions.collect();
    let mut found = Vec::new();
    for rows in all::<Rows, _>(db, &questions.join(" UNION ALL ")).await? {
        let candidate = usize::try_from(rows.place).ok().and_then(|place| candidates.get(place));
        if let (Some(one), Some(first), Some(last)) = (candidate, rows.first_row, rows.last_row) {
            let (from, to) = (width.bucket_of(first), width.after(width.bucket_of(last)));
            found.push(MissingRange { from: from.max(one.range.from), to: to.min(one.range.to) });
        }
    }
    Ok(found)
}

fn question(settings: &Settings, place: usize, candidate: &Candidate) -> String {
    let Settings { source, stored, .. } = settings;
    let within = |column: &str| {
        let bound = |moment| moment_sql(DbBackend::Postgres, moment);
        let MissingRange { from, to } = candidate.range;
        let column = identifier(column);
        format!("{column} >= {} AND {column} < {}", bound(from), bound(to))
    };
    let unless_stored = if candidate.unless_stored {
        format!(" WHERE NOT EXISTS (SELECT 1 FROM {stored} WHERE {})", within(&settings.bucket))
    } else {
        String::new()
    };
    let time = identifier(&settings.source_time);
    let row = |which: &str| format!("(SELECT {which}({time}) FROM {source} WHERE {})", within(&settings.source_time));
    format!("SELECT {place}::bigint AS place, {} AS first_row, {} AS last_row{unless_stored}", row("min"), row("max"))
}
