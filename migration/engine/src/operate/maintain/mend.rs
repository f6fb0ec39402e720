//! Refreshes what a continuous aggregate of TimescaleDB lacks below its watermark: its job does not look back so far, and
//! readers do not look at the source there. Which ranges these are is said by
//! [`AggregateState::missing`](migration_timescale::inspect::AggregateState::missing).

use migration_timescale::{
    RefreshPolicy,
    inspect::{Answer, MissingRange},
};

use super::{
    Done, plan,
    plan::Planned,
    refresh::{Steps, Stretch, in_steps, steps, told},
    turn::Turn,
};
use crate::{EngineError, operate::maintain::TaskOutcome};

/// Ranges that are told one by one.
const TOLD: usize = 3;

/// Goes on from what was `done` of a refresh, by a job or by this command.
pub(super) async fn mend(
    turn: &mut Turn<'_>,
    planned: &Planned,
    policy: &RefreshPolicy,
    done: Done,
    dry_run: bool,
) -> Result<Done, EngineError> {
    let state = plan::native_aggregate(turn.runner, policy.aggregate().name(), &planned.retention).await?;
    let missing = match state.map(|state| state.missing) {
        Some(Answer::Given { found }) => found,
        Some(Answer::Unavailable { why }) => {
            let detail = format!("{}; whether older ranges lack rows is not known: {why}", done.detail);
            return Ok(Done { detail, ..done });
        }
        None => Vec::new(),
    };
    if missing.is_empty() || done.outcome == TaskOutcome::Skipped {
        return Ok(done);
    }
    let ranges = all_told(&missing);
    let before = if done.outcome == TaskOutcome::Nothing { String::new() } else { format!("{}; ", done.detail) };
    if dry_run {
        let detail = format!("{before}would refresh {ranges}, of which rows are missing");
        return Ok(Done { outcome: TaskOutcome::Planned, detail, rows: None });
    }
    let (mut count, mut cuts) = (0, String::new());
    for MissingRange { from, to } in missing {
        // Below the watermark, and yet stretches without rows are passed over: what is stored of them stays.
        let stretch = Stretch { from, to, watermark: None, is_stored: true };
        match in_steps(turn, planned, policy, &stretch).await? {
            Some(Steps { count: more, cut, .. }) => {
                count += more;
                cuts += &cut.to_string();
            }
            None => return Ok(Done::taken_back(planned)),
        }
    }
    let detail = format!("{before}{ranges}, of which rows were missing, refreshed in {}{cuts}", steps(count));
    Ok(Done { outcome: TaskOutcome::Done, detail, rows: done.rows })
}

fn all_told(ranges: &[MissingRange]) -> String {
    let one_by_one = ranges.iter().take(TOLD).map(|range| told(range.from, range.to));
    let text = one_by_one.collect::<Vec<_>>().join(", ");
    match ranges.len().saturating_sub(TOLD) {
        0 => text,
        more => format!("{text} and {more} more ranges"),
    }
}
