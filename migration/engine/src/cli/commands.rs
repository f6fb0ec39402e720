//! The commands that need a database.

use std::io::{BufRead, IsTerminal};

use super::args::{Command, Consent, DownArgs, UpArgs};
use crate::{
    Direction, EngineError, Runner, doctor, drift,
    graph::RevisionTarget,
    guard, inspection, interrupt, maintain, report,
    report::{PlannedRevision, Report},
    runner::{Event, Likeness, RevisionStatus},
    stamp, verify,
};

impl Command {
    /// The verb, as typed.
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::Up(_) => "up",
            Self::Down(_) => "down",
            Self::Status => "status",
            Self::History { .. } => "history",
            Self::Current => "current",
            Self::Heads => "heads",
            Self::Branches => "branches",
            Self::Show { .. } => "show",
            Self::Merge { .. } => "merge",
            Self::Stamp { .. } => "stamp",
            Self::Sql { .. } => "sql",
            Self::Check => "check",
            Self::Verify => "verify",
            Self::Lint { .. } => "lint",
            Self::Doctor => "doctor",
            Self::Report => "report",
            Self::Maintain { .. } => "maintain",
            Self::Schema => "schema",
            Self::Fresh { .. } => "fresh",
            Self::Refresh(_) => "refresh",
            Self::Reset(_) => "reset",
            Self::Generate { .. } => "generate",
        }
    }

    /// Whether the command leaves no trace, so that an SQLite file that is not there is not made.
    pub(super) fn only_reads(&self) -> bool {
        match self {
            Self::Up(up) => up.dry_run,
            Self::Down(down) => down.dry_run,
            Self::Maintain { dry_run } => *dry_run,
            Self::Status
            | Self::History { .. }
            | Self::Current
            | Self::Show { .. }
            | Self::Check
            | Self::Doctor
            | Self::Report
            | Self::Schema => true,
            _ => false,
        }
    }
}

/// Hands the runner what it has to know before it begins.
pub(super) fn prepare(runner: Runner, command: Command) -> Result<(Runner, Command), EngineError> {
    let Command::Up(up) = &command else { return Ok((runner, command)) };
    let named = up.accept_changed.iter().map(|text| {
        let position = runner.graph().find(text)?;
        Ok(runner.graph().name(position).to_owned())
    });
    let accepted = named.collect::<Result<Vec<_>, EngineError>>()?;
    Ok((runner.accept_changed(accepted), command))
}

pub(super) async fn execute(runner: &Runner, command: Command) -> Result<Report, EngineError> {
    match command {
        Command::Up(up) => run_up(runner, &up).await,
        Command::Down(down) => run_down(runner, &down).await,
        Command::Status => {
            let revisions = runner.status().await?.into_iter().map(Into::into).collect();
            Ok(Report::Status(report::Status { revisions }))
        }
        Command::Current => current(runner).await,
        Command::History { range } => {
            let records = runner.records().await?;
            super::offline::history(runner.graph(), range.as_deref(), Some(&records))
        }
        Command::Show { revision } => show(runner, &revision).await,
        Command::Stamp { revision, accept_differences, renamed } => match (revision, renamed.as_slice()) {
            (None, [old, new]) => {
                runner.rename(old, new).await?;
                let note = format!("it was {old} in the database");
                Ok(Report::Stamp(report::Stamp { recorded: vec![new.clone()], notes: vec![note] }))
            }
            (revision, _) => {
                let stamped = stamp::stamp(runner, &revision.unwrap_or_default(), accept_differences).await?;
                Ok(Report::Stamp(report::Stamp { recorded: stamped.recorded, notes: stamped.notes }))
            }
        },
        Command::Check => check(runner).await,
        Command::Verify => {
            let revisions = verify::verify(runner, |progress| show_progress(runner, progress)).await?;
            Ok(Report::Verify(report::Verify { revisions }))
        }
        Command::Doctor => Ok(Report::Doctor(report::Doctor { diagnoses: doctor::examine(runner).await? })),
        Command::Report => Ok(Report::Inspection(Box::new(inspection::inspect(runner).await?))),
        Command::Maintain { dry_run } => {
            // Boxed: a run over every task makes for a large future.
            Ok(Report::Maintenance(Box::pin(maintain::maintain(runner, dry_run)).await?))
        }
        Command::Schema => {
            let catalog = runner.catalog().await?;
            Ok(Report::Schema(report::Schema { sql: catalog.to_string(), fingerprint: catalog.fingerprint() }))
        }
        Command::Fresh { consent, cascade } => {
            confirm(runner, "fresh drops every table", &consent).await?;
            runner.fresh(cascade).await?;
            Ok(done("the schema was dropped and made anew"))
        }
        Command::Refresh(consent) => {
            confirm(runner, "refresh takes back every revision", &consent).await?;
            runner.refresh().await?;
            Ok(done("all revisions were taken back and applied again"))
        }
        Command::Reset(consent) => {
            confirm(runner, "reset takes back every revision", &consent).await?;
            runner.reset().await?;
            Ok(done("all revisions were taken back"))
        }
        // Done before, without a database.
        Command::Heads
        | Command::Branches
        | Command::Merge { .. }
        | Command::Sql { .. }
        | Command::Lint { .. }
        | Command::Generate { .. } => Ok(done("")),
    }
}

/// A verification, shown like a run.
fn show_progress(runner: &Runner, progress: verify::Progress<'_>) {
    match progress {
        verify::Progress::Started { revision, number, total } => {
            if number == 1 {
                runner.tell(Event::Planned { revisions: total });
            }
            let (done, total) = (number as u64, total as u64);
            runner.tell(Event::Progress { step: format!("verifying {revision}"), done, total });
        }
        verify::Progress::Step { revision, step } => tracing::debug!("{revision}: {step}"),
        verify::Progress::Finished(_) => {}
    }
}

fn done(done: &'static str) -> Report {
    Report::Done(report::Done { done })
}

async fn run_up(runner: &Runner, up: &UpArgs) -> Result<Report, EngineError> {
    let target = match (&up.target, up.num) {
        (Some(text), _) => runner.graph().target(text)?,
        (None, Some(count)) => RevisionTarget::Next(count as usize),
        (None, None) => RevisionTarget::Head,
    };
    let revisions = if up.dry_run {
        planned(runner, runner.plan_up(&target, &runner.records().await?)?, Direction::Up).await?
    } else {
        ran(runner.up_to(&target).await?)
    };
    Ok(Report::Run(report::Run { direction: Direction::Up, dry_run: up.dry_run, revisions }))
}

async fn run_down(runner: &Runner, down: &DownArgs) -> Result<Report, EngineError> {
    let target = match (&down.target, down.num) {
        (Some(text), _) => runner.graph().target(text)?,
        (None, count) => RevisionTarget::Last(count.unwrap_or(1) as usize),
    };
    let revisions = if down.dry_run {
        planned(runner, runner.plan_down(&target, &runner.records().await?)?, Direction::Down).await?
    } else {
        ran(guard::with_consent(down.yes, runner.down_to(&target)).await?)
    };
    Ok(Report::Run(report::Run { direction: Direction::Down, dry_run: down.dry_run, revisions }))
}

fn ran(names: Vec<String>) -> Vec<PlannedRevision> {
    names.into_iter().map(|name| PlannedRevision { name, statements: Vec::new(), unknown: None }).collect()
}

/// What would run; what a run would refuse before it begins is refused here too.
async fn planned(
    runner: &Runner,
    names: Vec<String>,
    direction: Direction,
) -> Result<Vec<PlannedRevision>, EngineError> {
    runner.refuse_ends_of_transactions(&names, direction).await?;
    let mut planned = Vec::new();
    for name in names {
        let statements = runner.statements(&name, direction).await;
        let unknown = runner.why_unknown(&name, direction).await;
        planned.push(PlannedRevision { name, statements, unknown });
    }
    Ok(planned)
}

async fn current(runner: &Runner) -> Result<Report, EngineError> {
    let records = runner.records().await?;
    let graph = runner.graph();
    let applied = |position: usize| records.is_applied(graph.name(position));
    // Applied, and nothing after it is.
    let newest =
        graph.order().iter().filter(|&&one| applied(one) && !graph.children(one).iter().any(|&child| applied(child)));
    let mut revisions: Vec<String> = newest.map(|&one| graph.name(one).to_owned()).collect();
    revisions.extend(runner.missing(&records));
    Ok(Report::Revisions(report::Revisions { revisions, none: "no revision is applied" }))
}

async fn show(runner: &Runner, text: &str) -> Result<Report, EngineError> {
    let graph = runner.graph();
    let position = graph.find(text)?;
    let name = graph.name(position);
    let records = runner.records().await?;
    let status = runner.status_of(&records).await?.into_iter().find(|status| status.name == name);
    let missing = || EngineError::MissingRevisions { revisions: vec![name.to_owned()], renamed: Vec::new() };
    let status = status.ok_or_else(missing)?;
    let mut unknown = Vec::new();
    for direction in [Direction::Up, Direction::Down] {
        let why = runner.why_unknown(name, direction).await;
        unknown.extend(why.map(|why| format!("{direction} is not known: {why}")));
    }
    let written = status.entry.as_ref().filter(|_| !status.changed);
    if let Some(entry) = written
        && runner.likeness(entry, name).await == Likeness::ButForValues
    {
        unknown.push("it has other values now than when it was applied, which no checksum covers".to_owned());
    }
    if runner.varies(name).await {
        unknown.push("there is no checksum: it does something else each time that it is recorded".to_owned());
    }
    Ok(Report::Show(Box::new(report::Show {
        place: super::offline::place(graph, position, Some(&records)),
        in_transaction: runner.runs_in_transaction(runner.project().revision(name)?).await,
        revision: status.into(),
        up: runner.statements(name, Direction::Up).await,
        down: runner.statements(name, Direction::Down).await,
        unknown,
    })))
}

async fn check(runner: &Runner) -> Result<Report, EngineError> {
    let records = runner.records().await?;
    let status = runner.status_of(&records).await?;
    let missing = runner.missing(&records);
    let renamed = runner.renamed(&records).await;
    let changed = status.iter().filter_map(RevisionStatus::change).collect();
    let names = |chosen: &dyn Fn(&RevisionStatus) -> bool| -> Vec<String> {
        status.iter().filter(|one| chosen(one)).map(|one| one.name.clone()).collect()
    };
    let unfinished = names(&|one| one.unfinished.is_some());
    // What a half-run or an unknown revision makes cannot be told.
    let comparable = unfinished.is_empty() && missing.is_empty();
    let drift = if comparable { Some(drift::drift(runner).await?) } else { None };
    let mut check = report::Check {
        in_order: false,
        pending: names(&|one| one.applied_at.is_none() && one.unfinished.is_none()),
        changed,
        unknown: names(&|one| one.applied_at.is_some() && one.entry.is_none()),
        unfinished,
        missing,
        renamed,
        drift,
    };
    check.in_order = check.exit_code() == 0;
    Ok(Report::Check(check))
}

/// Asks before rows are deleted: on a terminal the person, elsewhere for `--yes`.
async fn confirm(runner: &Runner, what: &str, consent: &Consent) -> Result<(), EngineError> {
    if consent.yes {
        return Ok(());
    }
    let tables = runner.tables_with_rows().await?;
    if tables.is_empty() {
        return Ok(());
    }
    let what = format!("{what}, and these hold rows: {}", tables.join(", "));
    let refused = || EngineError::NotConfirmed { what: what.clone() };
    if !std::io::stdin().is_terminal() {
        return Err(refused());
    }
    super::say::err(&format!("{what}.\nDelete them? [y/N] "));
    // On a thread of its own, which ends with the program: a signal has to be heard meanwhile.
    let (tell, told) = tokio::sync::oneshot::channel();
    std::thread::spawn(move || {
        let mut answer = String::new();
        let read = std::io::stdin().lock().read_line(&mut answer).map(|_| answer);
        // Where nobody listens any more, the program is at its end.
        let _ = tell.send(read.unwrap_or_default());
    });
    let answer = interrupt::unless_told_to_stop(async { Ok(told.await.unwrap_or_default()) }).await;
    interrupt::check()?;
    match answer {
        Ok(answer) if matches!(answer.trim(), "y" | "Y" | "yes") => Ok(()),
        _ => Err(refused()),
    }
}
