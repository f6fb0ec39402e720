//! The arithmetic: which buckets of the log may be refreshed.

use chrono::{DateTime, Utc};

use super::MissingRange;
use crate::Interval;

/// Whole buckets that are invalid and whose rows are there, as far as chunks tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Candidate {
    pub range: MissingRange,
    /// What is stored of it must stay: rows of it may have been dropped, or it is in the log for their sake alone.
    pub unless_stored: bool,
}

/// What lies between them can be refreshed without a look at what is stored.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    /// From here on something else refreshes, or readers look at the source.
    pub until: DateTime<Utc>,
    /// Before this, retention drops rows of the source.
    pub kept_from: Option<DateTime<Utc>>,
}

/// The buckets of `invalid` ranges that begin before the upper limit and lie in `held`, the stretches in which the source
/// has chunks. Both are in order and do not overlap.
///
/// A bucket at the edge of a stretch that reaches out of it counts unless it is stored. So does the first bucket of a
/// stretch when the invalid range comes from below and ends with it: `drop_chunks` logs the first moment after the chunk.
pub(super) fn candidates(
    invalid: &[MissingRange],
    held: &[MissingRange],
    width: Interval,
    limits: Limits,
) -> Vec<Candidate> {
    let mut found = Vec::new();
    for (place, stretch) in held.iter().enumerate() {
        let is_last = place + 1 == held.len();
        for range in invalid.iter().filter(|range| range.to > stretch.from && range.from < stretch.to) {
            let whole = MissingRange {
                from: width.bucket_of(range.from.max(stretch.from)),
                to: width.next_bucket_of(range.to.min(stretch.to)).min(limits.until),
            };
            found.extend(
                split(whole, range, stretch, is_last, width)
                    .into_iter()
                    .flat_map(|one| at_retention(one, limits, width)),
            );
        }
    }
    found
}

/// Takes the buckets at the edges apart.
fn split(
    whole: MissingRange,
    range: &MissingRange,
    stretch: &MissingRange,
    is_last: bool,
    width: Interval,
) -> Vec<Candidate> {
    let MissingRange { mut from, mut to } = whole;
    let mut found = Vec::new();
    let mut edge = |from: DateTime<Utc>| {
        found.push(Candidate { range: MissingRange { from, to: width.after(from) }, unless_stored: true });
    };
    let echo = range.from < stretch.from && to == width.after(from);
    if from < to && (from < stretch.from || echo) {
        edge(from);
        from = width.after(from);
    }
    // After the last stretch nothing was dropped: rows are still to come.
    if from < to && to > stretch.to && !is_last {
        to = width.bucket_of(stretch.to);
        edge(to);
    }
    if from < to {
        found.push(Candidate { range: MissingRange { from, to }, unless_stored: false });
    }
    found
}

/// Parts a candidate where retention ends: what it may have dropped rows of, and the rest.
fn at_retention(one: Candidate, limits: Limits, width: Interval) -> Vec<Candidate> {
    let MissingRange { from, to } = one.range;
    match limits.kept_from.map(|moment| width.next_bucket_of(moment)) {
        Some(kept_from) if from < kept_from && kept_from < to => vec![
            Candidate { range: MissingRange { from, to: kept_from }, unless_stored: true },
            Candidate { range: MissingRange { from: kept_from, to }, ..one },
        ],
        Some(kept_from) if to <= kept_from => vec![Candidate { unless_stored: true, ..one }],
        _ => vec![one],
    }
}

/// In order, and those that touch as one.
pub(super) fn merged(mut ranges: Vec<MissingRange>) -> Vec<MissingRange> {
    ranges.retain(|range| range.from < range.to);
    ranges.sort_unstable();
    let mut merged: Vec<MissingRange> = Vec::new();
    for range in ranges {
        match merged.last_mut().filter(|last| last.to >= range.from) {
            Some(last) => last.to = last.to.max(range.to),
            None => merged.push(range),
        }
    }
    merged
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The moment so many minutes after the begin of a bucket.
    fn at(minutes: i64) -> DateTime<Utc> {
        "2026-01-05T00:00:00Z".parse::<DateTime<Utc>>().unwrap() + chrono::TimeDelta::minutes(minutes)
    }

    fn range(from: i64, to: i64) -> MissingRange {
        MissingRange { from: at(from), to: at(to) }
    }

    /// From, to and whether it counts unless stored, in minutes; buckets are an hour.
    fn found(invalid: &[MissingRange], held: &[MissingRange], until: i64) -> Vec<(i64, i64, bool)> {
        found_within(invalid, held, Limits { until: at(until), kept_from: None })
    }

    fn found_within(invalid: &[MissingRange], held: &[MissingRange], limits: Limits) -> Vec<(i64, i64, bool)> {
        let minutes = |moment: DateTime<Utc>| (moment - at(0)).num_minutes();
        let found = candidates(invalid, held, Interval::hours(1), limits);
        found.iter().map(|one| (minutes(one.range.from), minutes(one.range.to), one.unless_stored)).collect()
    }

    #[test]
    fn whole_buckets_up_to_the_limit() {
        let held = [range(0, 6000)];
        assert_eq!(found(&[range(130, 131)], &held, 6000), [(120, 180, false)]);
        assert_eq!(found(&[range(120, 180)], &held, 6000), [(120, 180, false)]);
        assert_eq!(found(&[range(130, 500)], &held, 240), [(120, 240, false)]);
        assert_eq!(found(&[range(240, 500)], &held, 240), []);
    }

    #[test]
    fn below_what_is_held_nothing_is_refreshed() {
        let beginning = MissingRange { from: DateTime::<Utc>::MIN_UTC, to: at(600) };
        assert_eq!(found(&[beginning], &[range(120, 6000)], 6000), [(120, 600, false)]);
        assert_eq!(found(&[range(0, 120)], &[range(120, 6000)], 6000), []);
        assert_eq!(found(&[beginning], &[], 6000), []);
    }

    #[test]
    fn what_is_stored_of_a_bucket_at_the_edge_stays() {
        assert_eq!(found(&[range(0, 600)], &[range(150, 6000)], 6000), [(120, 180, true), (180, 600, false)]);
        // Two stretches: the bucket between them may have lost rows on either side.
        let held = [range(0, 330), range(450, 6000)];
        let expected = [(300, 360, true), (60, 300, false), (420, 480, true), (480, 600, false)];
        assert_eq!(found(&[range(60, 600)], &held, 6000), expected);
        // The last stretch ends in a bucket that is still being filled.
        assert_eq!(found(&[range(60, 600)], &[range(0, 330)], 6000), [(60, 360, false)]);
    }

    #[test]
    fn the_echo_of_dropped_chunks_is_no_hole() {
        let echo = MissingRange { to: at(120) + chrono::TimeDelta::microseconds(1), ..range(0, 0) };
        assert_eq!(found(&[echo], &[range(120, 6000)], 6000), [(120, 180, true)]);
        assert_eq!(found(&[range(0, 180)], &[range(120, 6000)], 6000), [(120, 180, true)]);
        assert_eq!(found(&[range(0, 240)], &[range(120, 6000)], 6000), [(120, 240, false)]);
    }

    #[test]
    fn what_is_stored_of_what_retention_drops_stays() {
        let limits = Limits { until: at(6000), kept_from: Some(at(290)) };
        let held = [range(0, 6000)];
        assert_eq!(found_within(&[range(60, 600)], &held, limits), [(60, 300, true), (300, 600, false)]);
        assert_eq!(found_within(&[range(60, 300)], &held, limits), [(60, 300, true)]);
        assert_eq!(found_within(&[range(300, 360)], &held, limits), [(300, 360, false)]);
    }

    #[test]
    fn ranges_that_touch_are_one() {
        assert_eq!(
            merged(vec![range(60, 120), range(0, 60), range(180, 240), range(9, 9)]),
            [range(0, 120), range(180, 240)]
        );
    }
}
