//! Bringing an aggregate up to date over a stretch of time.

use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, DbBackend, DbErr, Statement};

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
            return Ok(vec![call("refresh_continuous_aggregate", &regclass(&self.name), backend, window)]);
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

    /// The call of [`refresh_sql`](Self::refresh_sql), on a server with continuous aggregates, with its procedure and the
    /// aggregate by their full names. It cannot be in a transaction: a session that is told its search path at the begin of
    /// each would find neither.
    pub async fn refresh_by_full_name<C: ConnectionTrait>(
        &self,
        db: &C,
        window: Window,
    ) -> Result<Option<String>, DbErr> {
        let window = window.whole_buckets(self.width);
        if window.is_empty() {
            return Ok(None);
        }
        let question = format!("{FULL_NAMES}{}::pg_catalog.regclass", regclass(&self.name));
        let names = db.query_one_raw(Statement::from_string(DbBackend::Postgres, question)).await?;
        let Some(names) = names else { return Ok(None) };
        let (procedure, aggregate): (String, String) =
            (names.try_get("", "procedure")?, names.try_get("", "aggregate")?);
        Ok(Some(call(&procedure, &aggregate, DbBackend::Postgres, window)))
    }

    /// Asks for the begin of the last bucket that is stored, as `last_bucket`, where there are no continuous aggregates.
    pub fn last_bucket_sql(&self, server: Capability) -> String {
        let backend = server.backend();
        let table = name(backend, &self.materialized_table());
        format!("SELECT max({}) AS last_bucket FROM {table}", name(backend, &self.bucket))
    }
}

/// Of the procedure that refreshes, and of a relation, as the text of an argument.
const FULL_NAMES: &str = "SELECT pg_catalog.format('%I.refresh_continuous_aggregate', p.nspname) AS procedure, \
    pg_catalog.quote_literal(pg_catalog.format('%I.%I', n.nspname, c.relname)) AS aggregate \
    FROM pg_catalog.pg_extension AS e JOIN pg_catalog.pg_namespace AS p ON p.oid = e.extnamespace, \
    pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace \
    WHERE e.extname = 'timescaledb' AND c.oid = ";

fn call(procedure: &str, aggregate: &str, backend: DbBackend, window: Window) -> String {
    let bound =
        |moment: Option<DateTime<Utc>>| moment.map_or_else(|| "NULL".to_owned(), |moment| moment_sql(backend, moment));
    format!("CALL {procedure}({aggregate}, {}, {})", bound(window.from), bound(window.to))
}
