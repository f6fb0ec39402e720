//! Times as every backend stores them: UTC, microseconds, years 1970 to 9999.

use chrono::{DateTime, FixedOffset, TimeDelta, Utc};

/// Start of the year 10000 in microseconds since 1970.
const END_MICROS: i64 = 253_402_300_800_000_000;

/// The last moment that can be stored.
pub(crate) const LAST: DateTime<Utc> = match DateTime::from_timestamp_micros(END_MICROS - 1) {
    Some(at) => at,
    None => DateTime::<Utc>::MAX_UTC,
};

/// The time without what is finer than a microsecond, or why it cannot be stored.
pub(crate) fn storable(at: DateTime<Utc>) -> Result<DateTime<Utc>, String> {
    match truncated(at) {
        at if in_range(at) => Ok(at),
        at => Err(format!("is {}; allowed are the years 1970 to 9999", at.to_rfc3339())),
    }
}

/// The last microsecond that is not after `at`. A leap second counts into the next second, as the databases have it.
pub(crate) fn truncated(at: DateTime<Utc>) -> DateTime<Utc> {
    DateTime::from_timestamp_micros(at.timestamp_micros()).unwrap_or(at)
}

/// The first microsecond that is not before `at`: `x >= at` and `x < at` mean the same with it for every stored `x`.
pub(crate) fn rounded_up(at: DateTime<Utc>) -> DateTime<Utc> {
    let whole = truncated(at);
    if whole < at { whole.checked_add_signed(TimeDelta::microseconds(1)).unwrap_or(whole) } else { whole }
}

/// The time as it is given to a statement. With an offset, which is that of UTC: the driver of MySQL binds it as text. One
/// without would become a TIMESTAMP, which beyond 2038 MariaDB compares with nothing and stores as NULL.
pub(crate) fn bound(at: DateTime<Utc>) -> DateTime<FixedOffset> {
    at.fixed_offset()
}

/// Whether a stored time can have this value.
pub(crate) fn in_range(at: DateTime<Utc>) -> bool {
    (0..END_MICROS).contains(&at.timestamp_micros())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn microseconds_are_kept_and_nothing_finer() {
        let stored = storable(at("2026-11-01T10:00:00.123456789+02:00")).unwrap();
        assert_eq!(stored, at("2026-11-01T08:00:00.123456Z"));
        assert_eq!(rounded_up(at("2026-11-01T08:00:00.123456001Z")), at("2026-11-01T08:00:00.123457Z"));
        assert_eq!(rounded_up(stored), stored);
        assert_eq!(storable(at("2016-12-31T23:59:60.5Z")).unwrap(), at("2017-01-01T00:00:00.5Z"));
    }

    #[test]
    fn years_1970_to_9999_can_be_stored() {
        for good in ["1970-01-01T00:00:00Z", "9999-12-31T23:59:59.999999999Z"] {
            storable(at(good)).unwrap();
        }
        for bad in [at("1969-12-31T23:59:59.999999Z"), at("+10000-01-01T00:00:00Z"), DateTime::<Utc>::MAX_UTC] {
            assert!(storable(bad).unwrap_err().ends_with("allowed are the years 1970 to 9999"));
        }
        assert!(storable(DateTime::<Utc>::MIN_UTC).is_err());
    }
}
