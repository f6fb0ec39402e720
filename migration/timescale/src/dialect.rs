//! Time in the SQL of each backend: literals, buckets, sums. Moments are stored as `timestamptz` on PostgreSQL, as
//! `datetime(6)` in UTC on MySQL and MariaDB, and as RFC 3339 text in UTC (`2026-01-01T00:30:00.000001+00:00`) on SQLite.

use chrono::{DateTime, Datelike, SecondsFormat, Utc};
use sea_orm::DbBackend;

use crate::{Capability, Dialect, Interval};

/// What every table of MySQL and MariaDB is created with, after its columns: the server's default may be an engine without
/// transactions, or a row format in which a key over 255 characters has no room.
pub const MYSQL_TABLE_OPTIONS: &str = "ENGINE=InnoDB ROW_FORMAT=DYNAMIC";

/// `name` as a quoted identifier of a backend.
pub(crate) fn name(backend: DbBackend, name: &str) -> String {
    Dialect::of(backend).quote(name)
}

/// A moment as a literal, in the shape in which a backend stores moments.
///
/// ```
/// use migration_timescale::moment_sql;
/// use sea_orm::DbBackend;
///
/// let moment = "2026-01-01T00:30:00Z".parse()?;
/// assert_eq!(moment_sql(DbBackend::Postgres, moment), "TIMESTAMPTZ '2026-01-01 00:30:00+00'");
/// assert_eq!(moment_sql(DbBackend::Sqlite, moment), "'2026-01-01T00:30:00+00:00'");
/// assert_eq!(moment_sql(DbBackend::MySql, moment), "TIMESTAMP '2026-01-01 00:30:00'");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn moment_sql(backend: DbBackend, moment: DateTime<Utc>) -> String {
    match Dialect::of(backend) {
        Dialect::MySql => format!("TIMESTAMP '{}'", moment.format("%F %T%.f")),
        Dialect::Sqlite => format!("'{}'", moment.to_rfc3339_opts(SecondsFormat::AutoSi, false)),
        Dialect::Postgres => {
            // It takes no sign before a year, and has none that is 0.
            let (year, era) = match moment.year() {
                year @ 1.. => (year, ""),
                year => (1 - year, " BC"),
            };
            format!("TIMESTAMPTZ '{year:04}-{}+00{era}'", moment.format("%m-%d %T%.f"))
        }
    }
}

/// Begin of the bucket in which a moment lies, as an expression of the server: UTC, weeks from Monday, a moment again.
/// `time` is an expression too, a quoted column for example. [`Interval::bucket_of`] computes the same.
///
/// With TimescaleDB it is `time_bucket`, which both editions have; on PostgreSQL `date_bin`. On SQLite, MySQL and MariaDB
/// it is right for moments from 1970 on.
///
/// ```
/// use migration_timescale::{Capability, Interval, bucket_sql};
///
/// assert_eq!(
///     bucket_sql(Capability::postgres(), Interval::hours(1), "taken_at"),
///     "date_bin(INTERVAL '1 hour', taken_at, TIMESTAMPTZ '2000-01-03 00:00:00+00')",
/// );
/// ```
pub fn bucket_sql(server: Capability, width: Interval, time: &str) -> String {
    let seconds = width.as_seconds();
    match server.dialect() {
        // Counted from a bucket's begin that is before every moment: integer division cuts off towards zero.
        Dialect::MySql => {
            let first = moment_sql(DbBackend::MySql, width.first_bucket());
            format!("TIMESTAMPADD(SECOND, TIMESTAMPDIFF(SECOND, {first}, {time}) DIV {seconds} * {seconds}, {first})")
        }
        // Without the fraction, which SQLite rounds, up to the next bucket too.
        Dialect::Sqlite => {
            let since = format!("strftime('%s', substr({time}, 1, 19))");
            let shifted = match width.shift() {
                0 => since.clone(),
                shift => format!("({since} + {shift})"),
            };
            format!("strftime('%Y-%m-%dT%H:%M:%S+00:00', {since} - {shifted} % {seconds}, 'unixepoch')")
        }
        Dialect::Postgres if server.has_hypertables() => format!("time_bucket({}, {time})", width.to_sql()),
        Dialect::Postgres => format!("date_bin({}, {time}, TIMESTAMPTZ '2000-01-03 00:00:00+00')", width.to_sql()),
    }
}

/// A moment without a fraction of a second, and so much later.
pub(crate) fn later(backend: DbBackend, moment: &str, by: Interval) -> String {
    let seconds = by.as_seconds();
    match Dialect::of(backend) {
        Dialect::MySql => format!("{moment} + INTERVAL {seconds} SECOND"),
        Dialect::Sqlite => format!("strftime('%Y-%m-%dT%H:%M:%S+00:00', {moment}, '+{seconds} seconds')"),
        Dialect::Postgres => format!("{moment} + {}", by.to_sql()),
    }
}

/// What is before every moment.
pub(crate) fn beginning(backend: DbBackend) -> &'static str {
    match Dialect::of(backend) {
        Dialect::MySql => "TIMESTAMP '1000-01-01 00:00:00'",
        Dialect::Sqlite => "''",
        Dialect::Postgres => "TIMESTAMPTZ '-infinity'",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buckets_of_a_week_begin_on_monday_everywhere() {
        let week = Interval::weeks(1);
        assert_eq!(
            bucket_sql(Capability::mysql(), week, "t"),
            "TIMESTAMPADD(SECOND, TIMESTAMPDIFF(SECOND, TIMESTAMP '1969-12-29 00:00:00', t) DIV 604800 * 604800, \
             TIMESTAMP '1969-12-29 00:00:00')"
        );
        assert_eq!(
            bucket_sql(Capability::sqlite(), week, "t"),
            "strftime('%Y-%m-%dT%H:%M:%S+00:00', strftime('%s', substr(t, 1, 19)) - \
             (strftime('%s', substr(t, 1, 19)) + 259200) % 604800, 'unixepoch')"
        );
        let apache = Capability::timescale_apache(crate::Version::new(2, 20, 0));
        assert_eq!(bucket_sql(apache, week, "t"), "time_bucket(INTERVAL '7 days', t)");
    }

    #[test]
    fn moments_are_literals_in_the_way_of_the_backend() {
        let moment = "2026-01-01T00:30:00.000001Z".parse().unwrap();
        assert_eq!(moment_sql(DbBackend::Postgres, moment), "TIMESTAMPTZ '2026-01-01 00:30:00.000001+00'");
        for (moment, literal) in [
            ("+12026-01-01T00:00:00Z", "TIMESTAMPTZ '12026-01-01 00:00:00+00'"),
            ("-0043-03-15T00:00:00Z", "TIMESTAMPTZ '0044-03-15 00:00:00+00 BC'"),
        ] {
            assert_eq!(moment_sql(DbBackend::Postgres, moment.parse().unwrap()), literal);
        }
        assert_eq!(moment_sql(DbBackend::MySql, moment), "TIMESTAMP '2026-01-01 00:30:00.000001'");
        assert_eq!(moment_sql(DbBackend::Sqlite, moment), "'2026-01-01T00:30:00.000001+00:00'");
    }
}
