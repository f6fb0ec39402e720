//! What hypertables and the stored part of continuous aggregates have in common: chunks and their sizes.

use schemars::JsonSchema;
use sea_orm::FromQueryResult;
use serde::Serialize;

use super::Moment;
use crate::{Capability, Version};

/// The chunks of a hypertable.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, JsonSchema, FromQueryResult)]
pub struct Chunks {
    /// How many.
    pub count: i64,
    /// How many of them are in the columnstore.
    pub compressed: i64,
    /// Length of a new chunk as TimescaleDB writes it: an interval, or a number for integer columns.
    pub interval: String,
    /// Beginning of the oldest chunk; null without chunks and for integer columns.
    pub oldest_from: Option<Moment>,
    /// End of the newest chunk, as far as chunks of this length reach: rows may end earlier.
    pub newest_to: Option<Moment>,
    /// Beginning of the oldest chunk, for integer columns.
    pub oldest_from_integer: Option<i64>,
    /// End of the newest chunk, for integer columns.
    pub newest_to_integer: Option<i64>,
}

/// Bytes on disk, of all parts together.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, JsonSchema, FromQueryResult)]
pub struct Bytes {
    /// Rows, the free space and visibility maps included.
    pub table: i64,
    /// Indexes.
    pub index: i64,
    /// Long values, and what the columnstore packed (TOAST); 0 on MySQL.
    pub toast: i64,
    /// All of it.
    pub total: i64,
}

/// What the columnstore made of the chunks that are in it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, JsonSchema, FromQueryResult)]
pub struct ColumnstoreBytes {
    /// Bytes of these chunks before; null when none is in the columnstore.
    pub before: Option<i64>,
    /// Bytes of these chunks since.
    pub after: Option<i64>,
    /// Share of the bytes that was saved, 0.9 for a tenth left.
    pub saved: Option<f64>,
}

/// Select list and joins that measure the hypertable `{schema}.{name}` (SQL expressions) as `k`, `z` and `s`, and its first
/// dimension as `d`.
pub(super) struct Measures {
    pub columns: &'static str,
    pub joins: String,
}

pub(super) fn measures(server: Capability, schema: &str, name: &str) -> Measures {
    let columns = "d.column_name::text AS time_column, d.column_type::text AS time_type, \
        coalesce(d.time_interval::text, d.integer_interval::text, '') AS \"interval\", \
        k.count, k.compressed, k.oldest_from, k.newest_to, k.oldest_from_integer, k.newest_to_integer, \
        coalesce(z.table_bytes, 0) AS \"table\", coalesce(z.index_bytes, 0) AS index, \
        coalesce(z.toast_bytes, 0) AS toast, coalesce(z.total_bytes, 0) AS total, \
        s.before, s.after, (1 - s.after::float8 / nullif(s.before, 0)) AS saved";
    let hypertable = format!("format('%I.%I', {schema}, {name})::regclass");
    let joins = format!(
        "JOIN timescaledb_information.dimensions d ON (d.hypertable_schema, d.hypertable_name) = ({schema}, {name}) AND d.dimension_number = 1 \
         CROSS JOIN LATERAL (SELECT count(*) AS count, count(*) FILTER (WHERE c.is_compressed) AS compressed, \
         {oldest} AS oldest_from, {newest} AS newest_to, \
         min(c.range_start_integer) AS oldest_from_integer, max(c.range_end_integer) AS newest_to_integer \
         FROM timescaledb_information.chunks c WHERE (c.hypertable_schema, c.hypertable_name) = ({schema}, {name})) k \
         CROSS JOIN LATERAL (SELECT * FROM hypertable_detailed_size({hypertable})) z \
         CROSS JOIN LATERAL ({}) s",
        columnstore(server, &hypertable),
        oldest = Moment::sql("(min(c.range_start) FILTER (WHERE isfinite(c.range_start)))"),
        newest = Moment::sql("(max(c.range_end) FILTER (WHERE isfinite(c.range_end)))"),
    );
    Measures { columns, joins }
}

/// `before` and `after`, one row in any case.
fn columnstore(server: Capability, hypertable: &str) -> String {
    if !server.has_columnstore() {
        return "SELECT NULL::bigint AS before, NULL::bigint AS after".to_owned();
    }
    let function = match server.timescale_version() {
        Some(version) if version < Version::COLUMNSTORE_NAMES => "hypertable_compression_stats",
        _ => "hypertable_columnstore_stats",
    };
    format!(
        "SELECT sum(before_compression_total_bytes)::bigint AS before, sum(after_compression_total_bytes)::bigint AS after FROM {function}({hypertable})"
    )
}
