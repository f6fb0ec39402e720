//! Buckets that a refresh would make smaller: rows that they were made of are gone.

use std::fmt;

use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, DbBackend, DbErr, QueryResult, Statement};

use super::{ContinuousAggregate, Number, Window};
use crate::{Capability, dialect::name};

/// A stored bucket of which rows are gone: retention cut it, a chunk ended in it, or somebody deleted them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CutBucket {
    /// Its begin.
    pub begin: DateTime<Utc>,
    /// What it is grouped by, as text.
    pub group: Vec<String>,
    /// Rows that it counted, where the aggregate counts rows, and rows of it that are left. Without a count none are left.
    pub rows: Option<(i64, i64)>,
}

impl fmt::Display for CutBucket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "bucket {}", self.begin.format("%Y-%m-%d %H:%M UTC"))?;
        if !self.group.is_empty() {
            write!(f, " of {}", self.group.join(", "))?;
        }
        match self.rows {
            Some((counted, left)) => write!(f, " counts {counted}, and {left} of its rows are left"),
            None => write!(f, " is stored, and none of its rows are left"),
        }
    }
}

impl ContinuousAggregate {
    /// Stored buckets of a window that counted more rows than there are now, the oldest first and `most` at most.
    ///
    /// A refresh over one of them would make it smaller, and nothing could bring back what it held. What is computed when it
    /// is asked for counts what is there, so nothing newer than the last refresh is found.
    ///
    /// Compared is the column that counts rows ([`counted_by`](Self::counted_by)); without one it is only seen when a bucket
    /// has no rows any more.
    pub async fn cut_buckets<C: ConnectionTrait>(
        &self,
        db: &C,
        server: Capability,
        window: Window,
        most: Option<u32>,
    ) -> Result<Vec<CutBucket>, DbErr> {
        let window = window.whole_buckets(self.width);
        if window.is_empty() {
            return Ok(Vec::new());
        }
        let sql = self.cut_buckets_sql(server, window, most);
        let found = db.query_all_raw(Statement::from_string(server.backend(), sql)).await?;
        found.iter().map(|row| self.read_cut(row)).collect()
    }

    /// A window without these buckets.
    pub fn around(&self, window: Window, cut: &[CutBucket]) -> Vec<Window> {
        let mut parts = Vec::new();
        let mut from = window.from;
        for bucket in cut {
            parts.push(Window { from, to: Some(bucket.begin) });
            from = Some(self.width.after(bucket.begin));
        }
        parts.push(Window { from, to: window.to });
        parts.retain(|part| !part.is_empty());
        parts
    }

    fn cut_buckets_sql(&self, server: Capability, window: Window, most: Option<u32>) -> String {
        let backend = server.backend();
        // The view alone knows where a continuous aggregate is stored; elsewhere there is no need to compute what is newer.
        let stored = if server.has_continuous_aggregates() { self.name.clone() } else { self.materialized_table() };
        let of = |side: &str, column: &str| format!("{side}.{}", name(backend, column));
        let mut selected = vec![format!("{} AS bucket", of("s", &self.bucket))];
        let mut joined = vec![format!("{} = {}", of("r", &self.bucket), of("s", &self.bucket))];
        for (place, group) in self.groups.iter().enumerate() {
            selected.push(format!("CAST({} AS {}) AS group_{place}", of("s", group), text(backend)));
            joined.push(format!("{} = {}", of("r", group), of("s", group)));
        }
        let mut smaller = format!("{} IS NULL", of("r", &self.bucket));
        if let Some(counting) = self.counting_column() {
            let (counted, left) = (of("s", counting), of("r", counting));
            selected.push(format!("{} AS counted", Number::BigInt.cast(backend, &counted)));
            selected.push(format!("{} AS rows_left", Number::BigInt.cast(backend, &format!("coalesce({left}, 0)"))));
            smaller = format!("({smaller} OR {left} < {counted})");
        }
        let within = window.condition(server, &of("s", &self.bucket));
        let within = within.map(|within| format!(" AND {within}")).unwrap_or_default();
        let order: Vec<String> = (1..=1 + self.groups.len()).map(|place| place.to_string()).collect();
        let most = most.map(|most| format!(" LIMIT {most}")).unwrap_or_default();
        format!(
            "SELECT {} FROM {} s LEFT JOIN ({}) r ON {} WHERE {smaller}{within} ORDER BY {}{most}",
            selected.join(", "),
            name(backend, &stored),
            self.query(server, window.condition(server, &name(backend, &self.time)).as_deref()),
            joined.join(" AND "),
            order.join(", "),
        )
    }

    fn read_cut(&self, row: &QueryResult) -> Result<CutBucket, DbErr> {
        let group = (0..self.groups.len()).map(|place| row.try_get("", &format!("group_{place}")));
        let rows = match self.counting_column() {
            Some(_) => Some((row.try_get("", "counted")?, row.try_get("", "rows_left")?)),
            None => None,
        };
        Ok(CutBucket { begin: row.try_get("", "bucket")?, group: group.collect::<Result<_, _>>()?, rows })
    }
}

/// The type that a cast to text names.
fn text(backend: DbBackend) -> &'static str {
    if backend == DbBackend::MySql { "char" } else { "text" }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Interval;

    #[test]
    fn what_counts_rows_is_known_through_all_aggregates() {
        let hourly = ContinuousAggregate::on("readings", "hourly")
            .bucket("bucket", "taken_at", Interval::hours(1))
            .aggregate("rows", "COUNT(*)");
        let daily = ContinuousAggregate::stacked_on(&hourly, "daily", Interval::days(1)).aggregate_as(
            "number",
            Number::BigInt,
            "sum(rows)",
        );
        let weekly = ContinuousAggregate::stacked_on(&daily, "weekly", Interval::weeks(1)).aggregate("m", "max(m)");
        assert_eq!((hourly.counting_column(), daily.counting_column()), (Some("rows"), Some("number")));
        assert_eq!(weekly.counting_column(), None);
        assert_eq!(weekly.clone().counted_by("m").counting_column(), Some("m"));
        assert!(weekly.clone().counted_by("m").check().is_ok() && weekly.counted_by("n").check().is_err());
    }

    #[test]
    fn a_window_is_refreshed_around_what_was_cut() {
        let hourly = ContinuousAggregate::on("r", "h").bucket("bucket", "t", Interval::hours(1)).group_by("s");
        let at = |hour: i64| DateTime::from_timestamp(hour * 3600, 0).unwrap();
        let cut = |hour, group: &str| CutBucket { begin: at(hour), group: vec![group.to_owned()], rows: Some((2, 1)) };
        let window = |from, to| Window::between(at(from), at(to));
        let around = |cut: &[CutBucket]| hourly.around(window(0, 9), cut);
        assert_eq!(around(&[]), [window(0, 9)]);
        assert_eq!(around(&[cut(3, "a"), cut(3, "b"), cut(4, "a")]), [window(0, 3), window(5, 9)]);
        assert_eq!(around(&[cut(0, "a"), cut(8, "a")]), [window(1, 8)]);
    }
}
