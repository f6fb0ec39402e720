//! Refreshes an aggregate, some buckets at a time, from old to new.

use std::{
    fmt,
    time::{Duration, Instant},
};

use chrono::{DateTime, Utc};
use migration_timescale::{CutBucket, RefreshPolicy, Window};
use sea_orm::{ConnectionTrait, DbErr};

use super::{
    Done,
    plan::{Dependent, Planned, watermark},
    turn::Turn,
};
use crate::{
    EngineError, Runner,
    operate::maintain::TaskOutcome,
    revision::Event,
    session,
    sql::{quote, rows},
};

/// Buckets of the first step, and the most of one. In between, a step grows while it is quick.
const FIRST_STEP: u32 = 16;
const LONGEST_STEP: u32 = 256;
/// A step shorter than the first is followed by one of twice the buckets, a longer one than the second by one of half.
const QUICK: Duration = Duration::from_millis(300);
const SLOW: Duration = Duration::from_millis(1500);

pub(super) async fn refresh(
    turn: &mut Turn<'_>,
    planned: &Planned,
    policy: &RefreshPolicy,
    dry_run: bool,
) -> Result<Done, EngineError> {
    let aggregate = policy.aggregate();
    let width = aggregate.width();
    let watermark = watermark(turn.runner, &Dependent::of(turn.runner, aggregate)).await?;
    // From the watermark and not from the bucket before it: the rows of that one may have been dropped since.
    let window = policy.window(Utc::now(), watermark).whole_buckets(width);
    let Some(to) = window.to else { return Ok(Done::nothing("there is nothing to refresh")) };
    let mut from = window.from;
    if from.is_none() {
        from = first_row(turn.runner, policy, Window { from: None, to: Some(to) }).await?;
    }
    let Some(from) = from.map(|from| width.bucket_of(from)).filter(|from| *from < to) else {
        return Ok(Done::nothing("there is nothing to refresh"));
    };
    if dry_run {
        return Ok(Done::planned(format!("would refresh {}", told(from, to))));
    }
    let stretch = Stretch { from, to, watermark, is_stored: watermark.is_some() };
    let Some(Steps { count, written, cut }) = in_steps(turn, planned, policy, &stretch).await? else {
        return Ok(Done::taken_back(planned));
    };
    if count == 0 {
        return Ok(Done::nothing("there is nothing to refresh"));
    }
    let rows = written.map(|rows| format!(", {rows} rows")).unwrap_or_default();
    let detail = format!("{}{rows} in {}{cut}", told(from, to), steps(count));
    Ok(Done { outcome: TaskOutcome::Done, detail, rows: written })
}

/// What is to be refreshed.
pub(super) struct Stretch {
    pub from: DateTime<Utc>,
    pub to: DateTime<Utc>,
    /// From here on nothing is stored.
    pub watermark: Option<DateTime<Utc>>,
    /// Whether anything is stored before the watermark.
    pub is_stored: bool,
}

/// What was done.
pub(super) struct Steps {
    pub count: u32,
    /// Rows, where the server counts them.
    pub written: Option<u64>,
    pub cut: Cut,
}

/// Buckets that were left alone because rows of them are gone: the first, and how many.
#[derive(Default)]
pub(super) struct Cut(Option<(CutBucket, usize)>);

impl Cut {
    fn add(&mut self, found: &[CutBucket]) {
        let Some(first) = found.first() else { return };
        self.0.get_or_insert_with(|| (first.clone(), 0)).1 += found.len();
    }
}

/// What follows what was done.
impl fmt::Display for Cut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            None => Ok(()),
            Some((first, 1)) => write!(f, "; left alone: {first}"),
            Some((first, count)) => write!(f, "; left alone: {first}, and {} more", count - 1),
        }
    }
}

/// Refreshes whole buckets from old to new. `None` when the revision was reverted meanwhile.
pub(super) async fn in_steps(
    turn: &mut Turn<'_>,
    planned: &Planned,
    policy: &RefreshPolicy,
    all: &Stretch,
) -> Result<Option<Steps>, EngineError> {
    if !turn.ready(planned).await? {
        return Ok(None);
    }
    let width = policy.aggregate().width();
    let mut done = Steps { count: 0, written: None, cut: Cut::default() };
    let (mut from, mut buckets) = (all.from, FIRST_STEP);
    while from < all.to {
        if all.watermark.is_none_or(|watermark| from >= watermark) {
            // Nothing is stored here: stretches without rows are passed over.
            match first_row(turn.runner, policy, Window::between(from, all.to)).await? {
                Some(next) => from = from.max(width.bucket_of(next)),
                None => break,
            }
            if from >= all.to {
                break;
            }
        }
        let to = width.times(buckets).after(from).min(all.to);
        let started = Instant::now();
        let is_stored = all.is_stored && all.watermark.is_none_or(|watermark| from < watermark);
        let step = async |runner: &Runner| one_step(runner, policy, Window::between(from, to), is_stored).await;
        let Some((rows, cut)) = turn.step(planned, step).await? else {
            return Ok(None);
        };
        done.cut.add(&cut);
        buckets = next_step(buckets, started.elapsed());
        done.written = sum(done.written, rows);
        done.count += 1;
        if to < all.to {
            report_progress(turn.runner, planned, all, to);
        }
        from = to;
    }
    Ok(Some(done))
}

/// Refreshes the buckets of a window, in one transaction where the statements may run in one, but for those that would get
/// smaller. Gives the rows that were written, where the server counts them, and what was left alone.
async fn one_step(
    runner: &Runner,
    policy: &RefreshPolicy,
    window: Window,
    is_stored: bool,
) -> Result<(Option<u64>, Vec<CutBucket>), DbErr> {
    let (db, server) = (runner.connection(), runner.server());
    let aggregate = policy.aggregate();
    if server.has_continuous_aggregates() {
        let cut = if is_stored { aggregate.cut_buckets(db, server, window, None).await? } else { Vec::new() };
        for part in aggregate.around(window, &cut) {
            for sql in aggregate.refresh_sql(server, part)? {
                db.execute_unprepared(&sql).await?;
            }
        }
        return Ok((None, cut));
    }
    let transaction = session::begin(db).await?;
    let cut = if is_stored { aggregate.cut_buckets(&transaction, server, window, None).await? } else { Vec::new() };
    let mut written = 0;
    for part in aggregate.around(window, &cut) {
        let mut last = 0;
        for sql in aggregate.refresh_sql(server, part)? {
            last = transaction.execute_unprepared(&sql).await?.rows_affected();
        }
        // The last one writes.
        written += last;
    }
    transaction.commit().await?;
    Ok((Some(written), cut))
}

/// The time of the first row of the source in a window.
async fn first_row(
    runner: &Runner,
    policy: &RefreshPolicy,
    window: Window,
) -> Result<Option<DateTime<Utc>>, EngineError> {
    let failed = || EngineError::while_doing("looking for rows to be refreshed");
    let backend = runner.server().backend();
    let aggregate = policy.aggregate();
    let time = quote(backend, aggregate.time_column());
    let bound = |sign: &str, moment| format!("{time} {sign} {}", migration_timescale::moment_sql(backend, moment));
    let bounds = window.from.map(|from| bound(">=", from)).into_iter().chain(window.to.map(|to| bound("<", to)));
    let bounds: Vec<String> = bounds.collect();
    let condition = if bounds.is_empty() { String::new() } else { format!(" WHERE {}", bounds.join(" AND ")) };
    let sql = format!("SELECT min({time}) AS first_row FROM {}{condition}", quote(backend, aggregate.source()));
    let found = rows(runner.connection(), &sql).await.map_err(failed())?;
    let first = found.first().map(|row| row.try_get("", "first_row")).transpose().map_err(failed())?;
    Ok(first.flatten())
}

fn next_step(buckets: u32, took: Duration) -> u32 {
    if took < QUICK {
        Ord::min(buckets * 2, LONGEST_STEP)
    } else if took > SLOW {
        Ord::max(buckets / 2, 1)
    } else {
        buckets
    }
}

fn sum(so_far: Option<u64>, more: Option<u64>) -> Option<u64> {
    more.map(|more| so_far.unwrap_or(0) + more)
}

fn report_progress(runner: &Runner, planned: &Planned, all: &Stretch, to: DateTime<Utc>) {
    let hours = |length: chrono::TimeDelta| u64::try_from(length.num_hours()).unwrap_or(0);
    let (done, total) = (hours(to - all.from), hours(all.to - all.from));
    runner.tell(Event::Progress { step: format!("{}, hours", planned.name()), done, total });
}

pub(super) fn told(from: DateTime<Utc>, to: DateTime<Utc>) -> String {
    format!("{} to {}", from.format("%Y-%m-%d %H:%M"), to.format("%Y-%m-%d %H:%M UTC"))
}

pub(super) fn steps(count: u32) -> String {
    if count == 1 { "1 step".to_owned() } else { format!("{count} steps") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_grow_while_they_are_quick() {
        assert_eq!(next_step(FIRST_STEP, Duration::ZERO), 32);
        assert_eq!(next_step(200, Duration::ZERO), LONGEST_STEP);
        assert_eq!(next_step(100, Duration::from_secs(1)), 100);
        assert_eq!(next_step(100, Duration::from_secs(2)), 50);
        assert_eq!(next_step(1, Duration::from_secs(9)), 1);
    }
}
