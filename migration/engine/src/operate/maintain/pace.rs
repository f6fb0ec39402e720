//! The job of a refresh runs more often while rows are written, and less often while none are.
//!
//! Nothing is remembered from run to run: what counts is how old the newest row is, beside the interval of the job.

use chrono::{DateTime, Utc};
use migration_timescale::{Interval, PolicyKind, RefreshPolicy};
use sea_orm::DbErr;

use super::{Done, TaskOutcome, plan::Planned, turn::Turn};
use crate::{
    EngineError, Runner,
    schema::catalog::{Difference, Kind},
    sql::rows,
};

/// Goes on from what was `done` of a refresh: gives its job another interval, where the policy has bounds and it is time.
pub(super) async fn pace(
    turn: &mut Turn<'_>,
    planned: &Planned,
    policy: &RefreshPolicy,
    done: Done,
    dry_run: bool,
) -> Result<Done, EngineError> {
    let (shortest, longest) = policy.schedule_bounds();
    if shortest == longest || !turn.runner.server().has_jobs() || done.outcome == TaskOutcome::Skipped {
        return Ok(done);
    }
    let asked = next(turn.runner, policy).await.map_err(EngineError::while_doing("asking how much was written"))?;
    let Some((present, next)) = asked.filter(|(present, next)| present != next) else { return Ok(done) };
    let why = match present {
        _ if !(shortest..=longest).contains(&present) => "these are its bounds",
        _ if next > present => "little was written",
        _ => "more is written",
    };
    let before = if done.outcome == TaskOutcome::Nothing { String::new() } else { format!("{}; ", done.detail) };
    if dry_run {
        let detail = format!("{before}would let its job run every {next} instead of {present}: {why}");
        return Ok(Done { outcome: TaskOutcome::Planned, detail, ..done });
    }
    let changed = turn.step(planned, async |runner: &Runner| -> Result<(), DbErr> {
        rows(runner.connection(), &policy.pace_sql(next)).await.map(drop)
    });
    if changed.await?.is_none() {
        return Ok(Done::taken_back(planned));
    }
    let detail = format!("{before}its job runs every {next} instead of {present} from now on: {why}");
    Ok(Done { outcome: TaskOutcome::Done, detail, ..done })
}

/// The interval of the job, and the one that follows.
async fn next(runner: &Runner, policy: &RefreshPolicy) -> Result<Option<(Interval, Interval)>, DbErr> {
    let db = runner.connection();
    let found = rows(db, &policy.interval_sql()).await?;
    let Some(job) = found.first() else { return Ok(None) };
    let seconds: i64 = job.try_get("", "seconds")?;
    let present = Interval::seconds(u32::try_from(seconds).unwrap_or(u32::MAX));
    let now = Utc::now();
    let newest: Option<DateTime<Utc>> =
        match rows(db, &policy.newest_sql(policy.schedule_bounds().1.before(now), now)).await?.first() {
            Some(row) => row.try_get("", "newest")?,
            None => None,
        };
    let age = newest.map(|at| Interval::seconds(u32::try_from((now - at).num_seconds()).unwrap_or(0)));
    Ok(Some((present, policy.paced(present, age))))
}

/// Whether a difference between the job of a policy and of the revisions is an interval within its bounds and nothing else.
pub(super) fn explains(policy: &RefreshPolicy, difference: &Difference) -> bool {
    let name = format!("{} on {}", PolicyKind::Refresh.procedure(), policy.aggregate().name());
    let (shortest, longest) = policy.schedule_bounds();
    let (Some(expected), Some(live)) = (&difference.expected, &difference.live) else { return false };
    let (Some((before, interval, after)), Some((start, _, end))) = (around_interval(live), around_interval(expected))
    else {
        return false;
    };
    let within = seconds(interval).is_some_and(|found| (shortest.as_seconds()..=longest.as_seconds()).contains(&found));
    difference.kind == Kind::Policy && difference.name == name && within && (before, after) == (start, end)
}

/// The interval of a job, with the text before and after it.
fn around_interval(definition: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = definition.rsplit_once("), every ")?;
    let end = rest.find([',', ';']).unwrap_or(rest.len());
    Some((before, &rest[..end], &rest[end..]))
}

/// What PostgreSQL writes of an interval without months: `1 day 02:30:00`.
fn seconds(interval: &str) -> Option<u32> {
    let (days, clock) = match interval.split_once(" day") {
        Some((days, rest)) => (days.parse().ok()?, rest.trim_start_matches('s').trim()),
        None => (0_u32, interval),
    };
    let mut all = days.checked_mul(24)?;
    if clock.is_empty() && days > 0 {
        return all.checked_mul(3600);
    }
    let mut parts = clock.split(':').map(|part| part.parse::<u32>().ok());
    let [hours, minutes, seconds] = [parts.next()??, parts.next()??, parts.next()??];
    all = all.checked_add(hours)?.checked_mul(60)?.checked_add(minutes)?;
    all.checked_mul(60)?.checked_add(seconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn intervals_are_read_as_postgresql_writes_them() {
        for (written, expected) in [
            ("00:30:00", Some(1800)),
            ("01:30:07", Some(5407)),
            ("1 day", Some(86_400)),
            ("2 days 03:00:00", Some(2 * 86_400 + 3 * 3600)),
            ("1 mon", None),
            ("1 year 2 days", None),
            ("00:30:00.5", None),
            ("", None),
        ] {
            assert_eq!(seconds(written), expected, "{written:?}");
        }
    }

    #[test]
    fn a_definition_is_cut_at_its_interval() {
        let definition = "CALL policy('x), every y', '{}'), every 00:30:00, switched off";
        let expected = ("CALL policy('x), every y', '{}'", "00:30:00", ", switched off");
        assert_eq!(around_interval(definition), Some(expected));
    }
}
