//! `report` as text: what needs attention, then a section a question. One that has nothing to say takes one line.

use std::fmt::Write;

use chrono::{DateTime, Utc};
use migration_timescale::inspect::{
    AggregateState, Answer, BlockedSession, Chunks, HypertableState, Job, JobHealth, Jobs, Moment, Sequence,
    SequenceState, Storage, TableKind, TableState,
};

use crate::{
    cli::{
        human::{bytes, count, duration, moment, relative, share},
        table::{NOTHING as NONE, Table},
    },
    operate::inspect::{Inspection, Retention},
};

/// Where a line does not know something that others do.
const NOT_KNOWN: &str = "not known";
/// Tables that are shown unless more is asked for.
const LARGEST_TABLES: usize = 15;

pub(super) fn text(inspection: &Inspection, verbose: bool) -> String {
    let answers = &inspection.answers;
    let now = answers.at;
    let mut text = attention(inspection);
    // Lines of one section stand apart from the next; sections of one line stand together.
    let mut apart = true;
    let mut add = |title: &str, body: String| {
        let long = body.ends_with('\n');
        let gap = if apart || long { "\n" } else { "" };
        let _ = if long { write!(text, "{gap}{title}\n{body}") } else { writeln!(text, "{gap}{title}: {body}") };
        apart = long;
    };
    add("database", section(&answers.storage, storage));
    add("hypertables", section(&answers.hypertables, |found| hypertables(found)));
    add("continuous aggregates", section(&answers.aggregates, |found| aggregates(found)));
    add("jobs", section(&answers.jobs, |found| jobs(found, now)));
    add("retention", retention(&inspection.retention));
    add("tables", section(&answers.tables, |found| tables(found, now, verbose)));
    add("sequences", section(&answers.sequences, |found| sequences(found, verbose)));
    add("blocked sessions", section(&answers.blocked, |found| blocked(found, now)));
    text
}

/// A text of several lines, or of a few words for one line.
fn section<T>(answer: &Answer<T>, text: impl FnOnce(&T) -> String) -> String {
    match answer {
        Answer::Given { found } => text(found),
        Answer::Unavailable { why } => why.clone(),
    }
}

fn attention(inspection: &Inspection) -> String {
    if inspection.attention.is_empty() {
        return "nothing needs attention\n".to_owned();
    }
    let mut text = "needs attention\n".to_owned();
    for one in &inspection.attention {
        let _ = writeln!(text, "  {}: {}\n    {}", one.about, one.finding, one.remedy);
    }
    text
}

fn storage(storage: &Storage) -> String {
    let free = storage.free.filter(|free| *free > 0).map(|free| format!(", {} of it free", bytes(free)));
    format!("{}{}", bytes(storage.total), free.unwrap_or_default())
}

fn hypertables(found: &[HypertableState]) -> String {
    if found.is_empty() {
        return "none".to_owned();
    }
    let mut table = Table::of(&[
        "name",
        ">chunks",
        ">in columnstore",
        "each",
        "from",
        "to",
        ">size",
        ">indexes",
        ">saved by columnstore",
    ]);
    for one in found {
        let (from, to) = range(&one.chunks);
        table.row([
            one.name.clone(),
            count(one.chunks.count),
            count(one.chunks.compressed),
            one.chunks.interval.clone(),
            from,
            to,
            bytes(one.bytes.total),
            bytes(one.bytes.index),
            saved(one.columnstore.saved),
        ]);
    }
    table.text()
}

fn range(chunks: &Chunks) -> (String, String) {
    let told = |end: &Moment| end.date().map_or_else(|| end.to_string(), moment);
    let end = |time: Option<&Moment>, integer: Option<i64>| {
        time.map(told).or(integer.map(|integer| integer.to_string())).unwrap_or_else(|| NONE.to_owned())
    };
    (
        end(chunks.oldest_from.as_ref(), chunks.oldest_from_integer),
        end(chunks.newest_to.as_ref(), chunks.newest_to_integer),
    )
}

fn saved(part: Option<f64>) -> String {
    part.map_or_else(|| NONE.to_owned(), share)
}

fn aggregates(found: &[AggregateState]) -> String {
    if found.is_empty() {
        return "none".to_owned();
    }
    let mut table = Table::of(&[
        "name",
        "made from",
        "readers see",
        "materialised up to",
        ">behind",
        "refreshed by",
        ">lacks",
        ">chunks",
        ">size",
    ]);
    for one in stacked(found) {
        let unrefreshed = if one.watermark_unknown.is_some() { NOT_KNOWN } else { "never refreshed" };
        let watermark = one.watermark.map(moment).or(one.watermark_integer.map(|mark| mark.to_string()));
        table.row([
            one.name.clone(),
            one.source.clone(),
            if one.real_time { "everything" } else { "what is materialised" }.to_owned(),
            watermark.unwrap_or_else(|| unrefreshed.to_owned()),
            one.lag_s.map_or_else(|| NONE.to_owned(), |lag| if lag < 1.0 { "0 s".to_owned() } else { duration(lag) }),
            refreshed_by(one),
            lacking(one),
            if one.table.is_none() { count(one.chunks.count) } else { NONE.to_owned() },
            bytes(one.bytes.total),
        ]);
    }
    table.text() + &note("materialised up to", found.iter().find_map(|one| one.watermark_unknown.as_deref()))
}

/// A line below a table, on what is not known.
fn note(column: &str, why: Option<&str>) -> String {
    why.map(|why| format!("  {column}: {why}\n")).unwrap_or_default()
}

/// Each after the one that it is made from.
fn stacked(found: &[AggregateState]) -> Vec<&AggregateState> {
    let below = |one: &AggregateState| found.iter().find(|other| other.name == one.source);
    // Nobody stacks more often than there are aggregates, in a circle neither.
    let height = |one: &&AggregateState| std::iter::successors(Some(*one), |one| below(one)).take(found.len()).count();
    let mut ordered: Vec<&AggregateState> = found.iter().collect();
    ordered.sort_by_key(height);
    ordered
}

fn refreshed_by(aggregate: &AggregateState) -> String {
    match (aggregate.refresh_job, &aggregate.table) {
        (Some(job), _) => format!("job {job}"),
        (None, Some(_)) => "maintain".to_owned(),
        (None, None) => "no job".to_owned(),
    }
}

/// Ranges that are told under attention.
fn lacking(aggregate: &AggregateState) -> String {
    match aggregate.missing.found().map(Vec::len) {
        None => NONE.to_owned(),
        Some(0) => "nothing".to_owned(),
        Some(1) => "1 range".to_owned(),
        Some(many) => format!("{many} ranges"),
    }
}

fn jobs(found: &Jobs, now: DateTime<Utc>) -> String {
    if found.jobs.is_empty() {
        return "none".to_owned();
    }
    let mut table =
        Table::of(&[">id", "what", "on", "every", "health", "last start", "took", "next start", ">runs", ">failed"]);
    let told = |moment: Option<DateTime<Utc>>| moment.map_or_else(|| NONE.to_owned(), |moment| relative(moment, now));
    for job in &found.jobs {
        let took = job.last_started_at.zip(job.last_finished_at).map(|(start, end)| (end - start).as_seconds_f64());
        table.row([
            job.id.to_string(),
            what(job).to_owned(),
            job.relation.clone().unwrap_or_else(|| NONE.to_owned()),
            duration(job.schedule_s),
            health(job).to_owned(),
            told(job.last_started_at),
            took.map_or_else(|| NONE.to_owned(), duration),
            told(job.next_start_at),
            count(job.runs),
            count(job.failures),
        ]);
    }
    table.text()
}

fn retention(found: &[Retention]) -> String {
    if found.is_empty() {
        return "none is declared".to_owned();
    }
    let mut table = Table::of(&["of", "rows older than", "are", "by", "as said by"]);
    for one in found {
        table.row([
            one.table.clone(),
            one.age.clone(),
            one.archive.as_ref().map_or_else(|| "deleted".to_owned(), |archive| format!("moved to {archive}")),
            one.job.map_or_else(|| "migration maintain".to_owned(), |id| format!("job {id}")),
            one.from.clone(),
        ]);
    }
    table.text()
}

/// The policy, or the procedure of a user-defined job.
fn what(job: &Job) -> &str {
    let procedure = job.procedure.rsplit('.').next().unwrap_or_default();
    match procedure {
        "policy_refresh_continuous_aggregate" => "refresh",
        "policy_compression" => "columnstore",
        "policy_retention" => "retention",
        "policy_reorder" => "reorder",
        "policy_compaction" => "compaction",
        other => other,
    }
}

fn health(job: &Job) -> &'static str {
    match job.health {
        _ if job.running => "running",
        JobHealth::Ok => "ok",
        JobHealth::Failing => "failing",
        JobHealth::Overdue => "overdue",
        JobHealth::NeverRun => "never run",
        JobHealth::Paused => "switched off",
    }
}

fn tables(found: &[TableState], now: DateTime<Utc>, verbose: bool) -> String {
    if found.is_empty() {
        return "none".to_owned();
    }
    let shown = if verbose { found.len() } else { LARGEST_TABLES.min(found.len()) };
    let mut table = Table::of(&["name", "kind", ">size", ">indexes", ">rows", ">dead rows", "vacuumed", "analyzed"]);
    let told = |moment: Option<DateTime<Utc>>| moment.map_or_else(|| NONE.to_owned(), |moment| relative(moment, now));
    for one in &found[..shown] {
        table.row([
            one.name.clone(),
            kind(one.kind).to_owned(),
            bytes(one.bytes.total),
            bytes(one.bytes.index),
            match one.columnstore_rows.found() {
                Some(packed) => count(one.live_rows.saturating_add(*packed)),
                None if one.kind == TableKind::Hypertable || one.kind == TableKind::ContinuousAggregate => {
                    NOT_KNOWN.to_owned()
                }
                None => count(one.live_rows),
            },
            one.dead_rows.map_or_else(|| NONE.to_owned(), count),
            told(one.last_vacuum_at),
            told(one.last_analyze_at),
        ]);
    }
    let rest = found.len() - shown;
    let more = if rest > 0 { format!("  and {rest} smaller ones, with --verbose\n") } else { String::new() };
    let unknown = found.iter().find_map(|one| match &one.columnstore_rows {
        Answer::Unavailable { why } => Some(why.as_str()),
        Answer::Given { .. } => None,
    });
    table.text() + &more + &note("rows", unknown)
}

fn kind(kind: TableKind) -> &'static str {
    match kind {
        TableKind::Table => "table",
        TableKind::Partitioned => "partitioned",
        TableKind::MaterializedView => "materialised view",
        TableKind::Hypertable => "hypertable",
        TableKind::ContinuousAggregate => "aggregate",
    }
}

fn sequences(found: &[Sequence], verbose: bool) -> String {
    let shown: Vec<&Sequence> = found.iter().filter(|one| verbose || one.state != SequenceState::Ok).collect();
    if shown.is_empty() {
        return match found.len() {
            0 => "none".to_owned(),
            1 => "1, in order".to_owned(),
            many => format!("{many}, all in order"),
        };
    }
    let number = |number: Option<i64>| number.map_or_else(|| NONE.to_owned(), count);
    let mut table = Table::of(&["column", "state", ">highest", ">next", ">used"]);
    for one in shown {
        table.row([
            format!("{}.{}", one.table, one.column),
            state(one.state).to_owned(),
            number(one.highest),
            number(one.next),
            share(one.used),
        ]);
    }
    table.text()
}

fn state(state: SequenceState) -> &'static str {
    match state {
        SequenceState::Ok => "ok",
        SequenceState::MissingDefault => "default missing",
        SequenceState::Behind => "behind",
        SequenceState::NearlyFull => "nearly full",
        SequenceState::NotExamined => "not looked at (large, no index)",
    }
}

fn blocked(found: &[BlockedSession], now: DateTime<Utc>) -> String {
    if found.is_empty() {
        return "none".to_owned();
    }
    let mut text = String::new();
    let since = |moment: Option<DateTime<Utc>>| {
        moment.map(|moment| format!(" for {}", duration((now - moment).as_seconds_f64()))).unwrap_or_default()
    };
    for session in found {
        let waits_for = session.waits_for.as_deref().unwrap_or("a lock");
        let statement = session.statement.as_deref().unwrap_or_default();
        let waits = since(session.waiting_since);
        let _ = writeln!(text, "  {} ({}) waits{waits} for {waits_for}: {statement}", session.pid, session.application);
        for one in &session.blocked_by {
            let who = one.blocker_application.as_deref().unwrap_or("unknown");
            let state = one.blocker_state.as_deref().unwrap_or("state unknown");
            let statement = one.blocker_statement.as_deref().unwrap_or_default();
            let _ = writeln!(
                text,
                "    blocked by {} ({who}, {state}{}): {statement}",
                one.blocker_pid,
                since(one.blocker_since)
            );
        }
    }
    text
}
