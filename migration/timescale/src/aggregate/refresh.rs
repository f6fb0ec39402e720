//! Bringing an aggregate up to date over a stretch of time.

use chrono::{DateTime, Utc};
use sea_orm::DbBackend;

use super::ContinuousAggregate;
use crate::{
    Capability, Interval, Refused,
    dialect::{moment_sql, name},
    quote::regclass,
};

/// A stretch of time, with its begin and without its end; open where there is none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Window {
    /// First moment; `None` for the begin of all rows.
    pub from: Option<DateTime<Utc>>,
    /// First moment after it; `None` for the end of all rows.
    pub to: Option<DateTime<Utc>>,
}

impl Window {
    /// All there is.
    pub const ALL: Self = Self { from: None, to: None };

    /// From one moment up to another.
    pub fn between(from: DateTime<Utc>, to: DateTime<Utc>) -> Self {
        Self { from: Some(from), to: Some(to) }
    }

    /// The whole buckets in it: a bucket that it covers in part is left alone.
    #[must_use]
    pub fn whole_buckets(self, width: Interval) -> Self {
        Self { from: self.from.map(|from| width.next_bucket_of(from)), to: self.to.map(|to| width.bucket_of(to)) }
    }

    /// Whether nothing lies in it.
    pub fn is_empty(self) -> bool {
        matches!((self.from, self.to), (Some(from), Some(to)) if from >= to)
    }

    /// A condition on a column, which is given as an expression.
    pub(super) fn condition(self, server: Capability, column: &str) -> Option<String> {
        let backend = server.backend();
        let from = self.from.map(|from| format!("{column} >= {}", moment_sql(backend, from)));
        let to = self.to.map(|to| format!("{column} < {}", moment_sql(backend, to)));
        let bounds: Vec<String> = from.into_iter().chain(to).collect();
        (!bounds.is_empty()).then(|| bounds.join(" AND "))
    }
}

impl ContinuousAggregate {
    /// The statements that bring the whole buckets of a window up to date. None where the window has no whole bucket.
    ///
    /// With the full licence one call, which has to run outside of a transaction. Elsewhere the buckets are deleted from
    /// the table and inserted anew; the statements belong into one transaction, and the last one writes.
    ///
    /// A window over rows that retention has dropped deletes what the aggregate held of them, here and there. On
    /// TimescaleDB only what has changed since is computed again; elsewhere everything in the window.
    pub fn refresh_sql(&self, server: Capability, window: Window) -> Result<Vec<String>, Refused> {
        self.check()?;
        let window = window.whole_buckets(self.width);
        if window.is_empty() {
            return Ok(Vec::new());
        }
        let backend = server.backend();
        if server.has_continuous_aggregates() {
            let bound = |moment: Option<DateTime<Utc>>| {
                moment.map_or_else(|| "NULL".to_owned(), |moment| moment_sql(backend, moment))
            };
            return Ok(vec![format!(
                "CALL refresh_continuous_aggregate({}, {}, {})",
                regclass(&self.name),
                bound(window.from),
                bound(window.to)
            )]);
        }
        let table = name(backend, &self.materialized_table());
        let stored = window
            .condition(server, &name(backend, &self.bucket))
            .map(|bounds| format!(" WHERE {bounds}"))
            .unwrap_or_default();
        let query = self.query(server, window.condition(server, &name(backend, &self.time)).as_deref());
        // What a policy of row-level security hides would be missing from the sums: PostgreSQL says so instead.
        let every_row = (backend == DbBackend::Postgres).then(|| "SET LOCAL row_security = off".to_owned());
        let anew = [
            format!("DELETE FROM {table}{stored}"),
            format!("INSERT INTO {table} ({})\n{query}", self.column_list(backend)),
        ];
        Ok(every_row.into_iter().chain(anew).collect())
    }

    /// Asks for the begin of the last bucket that is stored, as `last_bucket`, where there are no continuous aggregates.
    pub fn last_bucket_sql(&self, server: Capability) -> String {
        let backend = server.backend();
        let table = name(backend, &self.materialized_table());
        format!("SELECT max({}) AS last_bucket FROM {table}", name(backend, &self.bucket))
    }
}
