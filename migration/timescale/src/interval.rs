//! Lengths of time that mean the same on every backend.

use std::{fmt, str::FromStr};

use chrono::{DateTime, TimeDelta, Utc};

/// A fixed number of seconds: of a bucket, of an offset, of an age. Months and years are not among them, because their
/// length depends on the calendar.
///
/// ```
/// use migration_timescale::Interval;
///
/// assert_eq!(Interval::hours(1).to_string(), "1 hour");
/// assert_eq!(Interval::minutes(90).to_string(), "90 minutes");
/// assert_eq!(Interval::weeks(1).to_string(), "7 days");
/// assert!(Interval::hours(3) > Interval::minutes(150));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Interval {
    seconds: u32,
}

/// Where `time_bucket` begins to count: Monday, 3 January 2000, in UTC. Weeks therefore begin on Monday.
const ORIGIN: i64 = 946_857_600;

impl Interval {
    /// So many seconds. The longest interval is 136 years; what is longer becomes that.
    pub const fn seconds(seconds: u32) -> Self {
        Self { seconds }
    }

    /// So many minutes.
    pub const fn minutes(minutes: u32) -> Self {
        Self { seconds: minutes.saturating_mul(60) }
    }

    /// So many hours.
    pub const fn hours(hours: u32) -> Self {
        Self { seconds: hours.saturating_mul(3_600) }
    }

    /// So many days of 24 hours.
    pub const fn days(days: u32) -> Self {
        Self { seconds: days.saturating_mul(86_400) }
    }

    /// So many weeks of 7 days.
    pub const fn weeks(weeks: u32) -> Self {
        Self { seconds: weeks.saturating_mul(604_800) }
    }

    /// Its length in seconds.
    pub const fn as_seconds(self) -> u32 {
        self.seconds
    }

    /// Whether it has no length.
    pub const fn is_zero(self) -> bool {
        self.seconds == 0
    }

    /// So many times this length.
    #[must_use]
    pub const fn times(self, count: u32) -> Self {
        Self { seconds: self.seconds.saturating_mul(count) }
    }

    /// Whether `other` fits into it a whole number of times, once at least.
    pub const fn is_multiple_of(self, other: Self) -> bool {
        !self.is_zero() && !other.is_zero() && self.seconds.is_multiple_of(other.seconds)
    }

    /// The moment so long before another.
    pub fn before(self, moment: DateTime<Utc>) -> DateTime<Utc> {
        moment.checked_sub_signed(self.into()).unwrap_or(DateTime::<Utc>::MIN_UTC)
    }

    /// The moment so long after another.
    pub fn after(self, moment: DateTime<Utc>) -> DateTime<Utc> {
        moment.checked_add_signed(self.into()).unwrap_or(DateTime::<Utc>::MAX_UTC)
    }

    /// Begin of the bucket of this width in which a moment lies, the same that
    /// [`bucket_sql`](crate::bucket_sql) computes on the server. With no width it is the moment.
    ///
    /// ```
    /// use migration_timescale::Interval;
    ///
    /// let sunday = "2026-01-04T23:59:59.999Z".parse()?;
    /// assert_eq!(Interval::weeks(1).bucket_of(sunday).to_rfc3339(), "2025-12-29T00:00:00+00:00");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn bucket_of(self, moment: DateTime<Utc>) -> DateTime<Utc> {
        if self.is_zero() {
            return moment;
        }
        let seconds = moment.timestamp();
        let into = (seconds - ORIGIN).rem_euclid(i64::from(self.seconds));
        DateTime::from_timestamp(seconds - into, 0).unwrap_or(moment)
    }

    /// Begin of the first whole bucket at or after a moment.
    pub fn next_bucket_of(self, moment: DateTime<Utc>) -> DateTime<Utc> {
        let begin = self.bucket_of(moment);
        if begin == moment { begin } else { self.after(begin) }
    }

    /// Seconds from a bucket's begin to 1970: what has to be added to the seconds since then before they are divided.
    pub(crate) fn shift(self) -> i64 {
        if self.is_zero() { 0 } else { (-ORIGIN).rem_euclid(i64::from(self.seconds)) }
    }

    /// The last begin of a bucket that is not after 1970 began.
    pub(crate) fn first_bucket(self) -> DateTime<Utc> {
        self.bucket_of(DateTime::<Utc>::UNIX_EPOCH)
    }

    /// As PostgreSQL reads it: `INTERVAL '1 hour'`.
    pub fn to_sql(self) -> String {
        format!("INTERVAL '{self}'")
    }
}

/// A text that is not an interval.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not an interval; write a number and a unit, such as `90 days`, `36 hours` or `2 weeks`")]
pub struct InvalidInterval {
    /// What was given.
    pub text: String,
}

impl FromStr for Interval {
    type Err = InvalidInterval;

    /// Reads a number and a unit: seconds, minutes, hours, days or weeks.
    ///
    /// ```
    /// use migration_timescale::Interval;
    ///
    /// assert_eq!("90 days".parse(), Ok(Interval::days(90)));
    /// assert!("3 months".parse::<Interval>().is_err());
    /// ```
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let invalid = || InvalidInterval { text: text.to_owned() };
        let (number, unit) = text.trim().split_once(char::is_whitespace).ok_or_else(invalid)?;
        let number: u32 = number.parse().map_err(|_| invalid())?;
        let unit = unit.trim().to_ascii_lowercase();
        let seconds = match unit.strip_suffix('s').unwrap_or(&unit) {
            "second" => 1,
            "minute" => 60,
            "hour" => 3_600,
            "day" => 86_400,
            "week" => 604_800,
            _ => return Err(invalid()),
        };
        number.checked_mul(seconds).map(Self::seconds).ok_or_else(invalid)
    }
}

impl From<Interval> for TimeDelta {
    fn from(interval: Interval) -> Self {
        Self::seconds(i64::from(interval.seconds))
    }
}

impl fmt::Display for Interval {
    /// In the largest unit that says it as a whole number, up to days.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const UNITS: [(u32, &str); 4] = [(86_400, "day"), (3_600, "hour"), (60, "minute"), (1, "second")];
        let whole = |length: &u32| self.seconds.is_multiple_of(*length) && self.seconds > 0;
        let (length, unit) = UNITS.into_iter().find(|(length, _)| whole(length)).unwrap_or((1, "second"));
        let count = self.seconds / length;
        write!(f, "{count} {unit}{}", if count == 1 { "" } else { "s" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn is_read_as_it_is_said() {
        for said in ["1 day", "90 days", "36 hours", "1 minute", "7 seconds"] {
            assert_eq!(said.parse::<Interval>().unwrap().to_string(), said);
        }
        assert_eq!(" 2  Weeks ".parse(), Ok(Interval::days(14)));
        for wrong in ["", "90", "days", "-1 days", "1.5 days", "3 months", "90 days old", "9999999 weeks", "1 dayss"] {
            assert_eq!(wrong.parse::<Interval>(), Err(InvalidInterval { text: wrong.to_owned() }), "{wrong}");
        }
    }

    #[test]
    fn is_said_in_the_largest_unit() {
        let said =
            [0, 1, 59, 60, 3_599, 5_400, 7_200, 86_400, 90_000, 604_800].map(|n| Interval::seconds(n).to_string());
        let expected = [
            "0 seconds",
            "1 second",
            "59 seconds",
            "1 minute",
            "3599 seconds",
            "90 minutes",
            "2 hours",
            "1 day",
            "25 hours",
            "7 days",
        ];
        assert_eq!(said, expected);
        assert_eq!(Interval::weeks(u32::MAX).as_seconds(), u32::MAX);
    }

    #[test]
    fn buckets_begin_where_time_bucket_begins_them() {
        let moment = at("2026-03-05T13:47:31.5Z");
        assert_eq!(Interval::hours(1).bucket_of(moment), at("2026-03-05T13:00:00Z"));
        assert_eq!(Interval::days(1).bucket_of(moment), at("2026-03-05T00:00:00Z"));
        assert_eq!(Interval::weeks(1).bucket_of(moment), at("2026-03-02T00:00:00Z"));
        assert_eq!(Interval::hours(1).next_bucket_of(moment), at("2026-03-05T14:00:00Z"));
        assert_eq!(Interval::hours(1).next_bucket_of(at("2026-03-05T13:00:00Z")), at("2026-03-05T13:00:00Z"));
        assert_eq!(Interval::weeks(1).first_bucket(), at("1969-12-29T00:00:00Z"));
        assert_eq!(Interval::weeks(1).shift(), 3 * 86_400);
        assert_eq!(Interval::seconds(0).bucket_of(moment), moment);
    }

    #[test]
    fn the_end_of_time_is_no_panic() {
        assert_eq!(Interval::days(1).before(DateTime::<Utc>::MIN_UTC), DateTime::<Utc>::MIN_UTC);
        assert_eq!(Interval::days(1).after(DateTime::<Utc>::MAX_UTC), DateTime::<Utc>::MAX_UTC);
    }
}
