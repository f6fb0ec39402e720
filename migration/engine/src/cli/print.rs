//! The results as text for people. What is asked for goes to standard output.

use std::fmt::Write;

use crate::{
    Direction,
    report::{
        Check, Health, Lint, Maintenance, Place, Report, RevisionReport, Run, Show, State, Status, TaskOutcome, Verify,
    },
    scratch::Form,
    verify::Outcome,
};

impl Report {
    /// The exit code of a command that did what it was asked.
    pub(super) fn exit_code(&self) -> u8 {
        match self {
            Self::Check(check) => check.exit_code(),
            Self::Verify(verify) if verify.revisions.iter().any(|one| one.outcome != Outcome::Proved) => 4,
            Self::Run(_) | Self::Maintenance(_) | Self::Sql(_) if self.error().is_some() => 1,
            Self::Lint(lint) if lint.findings.iter().any(|finding| finding.allowed.is_none()) => 4,
            _ => 0,
        }
    }
}

impl Report {
    /// Why it failed, on one line, when it did in part.
    pub(super) fn error(&self) -> Option<String> {
        match self {
            Self::Run(run) => run.revisions.iter().find_map(|revision| revision.unknown.clone()),
            Self::Maintenance(maintenance) => maintenance.error(),
            Self::Sql(sql) => sql.missing.first().map(|error| format!("{error}; the script stops there")),
            _ => None,
        }
    }
}

/// Prints a result. Quiet leaves the text of scripts and lists, which is what those commands are for.
pub(super) fn report(report: &Report, quiet: bool, verbose: bool) {
    let text = match report {
        Report::Run(run) => run_text(run),
        Report::Status(status) => status_text(status),
        Report::History(history) => history.drawing.join("\n") + "\n" + &places(&history.revisions, verbose),
        Report::Revisions(found) if found.revisions.is_empty() => format!("{}\n", found.none),
        Report::Revisions(found) => lines(&found.revisions),
        Report::Branches(found) if found.branches.is_empty() => "the history does not branch\n".to_owned(),
        Report::Branches(found) => each(&found.branches, branch_text),
        Report::Show(show) => show_text(show),
        Report::Stamp(stamp) => {
            let notes = each(&stamp.notes, |note| format!("note: {note}\n"));
            let recorded = each(&stamp.recorded, |name| format!("marked as applied: {name}\n"));
            let nothing = if stamp.recorded.is_empty() { "nothing to mark, it is applied already\n" } else { "" };
            notes + &recorded + nothing
        }
        Report::Sql(sql) => sql.script.clone(),
        Report::Check(check) => check_text(check),
        Report::Verify(verify) => verify_text(verify),
        Report::Lint(lint) => lint_text(lint, verbose),
        Report::Rules(rules) => {
            let width = rules.rules.iter().map(|rule| rule.name.len()).max().unwrap_or(0);
            each(&rules.rules, |rule| {
                let versions = rule.versions.as_deref().map(|versions| format!(" ({versions})")).unwrap_or_default();
                format!("{:width$}  {}{versions}\n", rule.name, rule.summary)
            })
        }
        Report::Doctor(doctor) => {
            each(&doctor.diagnoses, |one| format!("{:8} {}: {}\n", health(one.health), one.about, one.finding))
        }
        Report::Inspection(inspection) => super::inspection::text(inspection, verbose),
        Report::Maintenance(maintenance) => maintenance_text(maintenance),
        Report::Schema(schema) => format!("{}\n-- fingerprint {}\n", schema.sql, schema.fingerprint),
        Report::Done(done) => format!("{}\n", done.done),
        Report::Created(created) => format!("{}\n", created.path),
    };
    if !quiet || matches!(report, Report::Sql(_) | Report::Schema(_) | Report::Revisions(_) | Report::Created(_)) {
        super::say::out(&text);
    }
}

/// One text after the other.
fn each<T>(items: &[T], text: impl Fn(&T) -> String) -> String {
    items.iter().map(text).collect::<Vec<_>>().concat()
}

fn run_text(run: &Run) -> String {
    if run.dry_run {
        return dry_run_text(run);
    }
    let (verb, nothing) = match run.direction {
        Direction::Up => ("applied", "nothing to apply, the schema is up to date"),
        Direction::Down => ("taken back", "nothing to take back, no revision is applied"),
    };
    match run.revisions.len() {
        0 => format!("{nothing}\n"),
        1 => format!("1 revision {verb}\n"),
        count => format!("{count} revisions {verb}\n"),
    }
}

fn dry_run_text(run: &Run) -> String {
    let mut text = String::new();
    for revision in &run.revisions {
        let _ = writeln!(text, "-- {} {}", run.direction, revision.name);
        text.push_str(&each(&revision.statements, |sql| format!("{sql};\n")));
        text.extend(revision.unknown.iter().map(|why| format!("-- not known before it runs: {why}\n")));
        text.push('\n');
    }
    let count = run.revisions.len();
    let _ = writeln!(text, "-- {count} {} would be run, nothing was changed", plural(count, "revision"));
    text
}

fn plural(count: usize, noun: &str) -> String {
    if count == 1 { noun.to_owned() } else { format!("{noun}s") }
}

fn status_text(status: &Status) -> String {
    let width = status.revisions.iter().map(|revision| revision.name.len()).max().unwrap_or(0);
    let mut text = each(&status.revisions, |revision| format!("{:width$}  {}\n", revision.name, state_text(revision)));
    let pending = status.revisions.iter().filter(|revision| revision.state != State::Applied).count();
    let _ = writeln!(text, "{} applied, {pending} pending", status.revisions.len() - pending);
    text
}

fn state_text(revision: &RevisionReport) -> String {
    let state = match (revision.state, revision.applied_at, &revision.record) {
        (State::Unfinished, _, Some(record)) => format!(
            "unfinished, {} begun {} by {}; `up` continues it",
            record.direction,
            record.started_at.format("%Y-%m-%d %H:%M:%S UTC"),
            record.applied_by
        ),
        (_, Some(at), _) => format!("applied {}", at.format("%Y-%m-%d %H:%M:%S UTC")),
        _ => "pending".to_owned(),
    };
    match &revision.difference {
        Some(difference) => format!("{state}, changed since: {difference}"),
        None => state,
    }
}

fn lines(names: &[String]) -> String {
    each(names, |name| format!("{name}\n"))
}

/// With `--verbose` the places, one paragraph each.
fn places(places: &[Place], verbose: bool) -> String {
    if verbose { each(places, |place| format!("\n{}", place_text(place))) } else { String::new() }
}

fn place_text(place: &Place) -> String {
    let mut text = format!("{}\n", place.name);
    let mut line = |label: &str, names: &[String]| {
        if !names.is_empty() {
            let _ = writeln!(text, "  {label:11} {}", names.join(", "));
        }
    };
    line("parents", &place.parents);
    line("children", &place.children);
    line("depends on", &place.depends_on);
    line("area", place.area.as_slice());
    text
}

fn branch_text(place: &Place) -> String {
    place.children.iter().fold(format!("{}\n", place.name), |text, child| format!("{text}  -> {child}\n"))
}

fn show_text(show: &Show) -> String {
    let mut text = place_text(&show.place);
    let _ = writeln!(text, "  {:11} {}", "state", state_text(&show.revision));
    let _ = writeln!(
        text,
        "  {:11} {}",
        "transaction",
        if show.in_transaction { "one, around all of it" } else { "its own" }
    );
    if let Some(record) = &show.revision.record {
        let took = record.duration_ms.map(|took| format!(" in {took} ms")).unwrap_or_default();
        let _ = writeln!(
            text,
            "  {:11} {}{took}, engine {}, {}",
            "run by", record.applied_by, record.engine_version, record.profile
        );
        let _ = writeln!(text, "  {:11} {}", "checksum", record.checksum);
    }
    for unknown in &show.unknown {
        let _ = writeln!(text, "  {:11} {unknown}", "note");
    }
    for (direction, statements) in [("up", &show.up), ("down", &show.down)] {
        let _ = writeln!(text, "\n-- {direction}");
        text.push_str(&each(statements, |sql| format!("{sql};\n")));
    }
    text
}

fn check_text(check: &Check) -> String {
    let mut text = String::new();
    let mut section = |title: &str, names: &[String], remedy: &str| {
        if !names.is_empty() {
            let _ = writeln!(text, "{title}: {}\n  {remedy}", names.join(", "));
        }
    };
    section("pending", &check.pending, "apply them: migration up");
    section("unfinished", &check.unfinished, "a run was killed or is at work: migration up continues it");
    section(
        "changed after they were applied",
        &check.changed.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "put the old code back and write a new revision, or: migration up --accept-changed REVISION",
    );
    section(
        "applied but missing from the code",
        &check.missing,
        "check out the version that has them, or roll them back with it first",
    );
    let renamed: Vec<String> = check.renamed.iter().map(ToString::to_string).collect();
    section("renamed, as it seems", &renamed, "then they are applied, and not missing");
    section("applied by another tool, no checksum yet", &check.unknown, "the next migration up adds it");
    match &check.drift {
        None => text.push_str("drift: not looked for, because of the above\n"),
        Some(drift) if drift.is_empty() => {
            text.push_str("no drift: the live schema is what the applied revisions make\n");
        }
        Some(drift) => {
            let _ = writeln!(
                text,
                "drift: {} {} between database and revisions",
                drift.len(),
                if drift.len() == 1 { "difference" } else { "differences" }
            );
            text.push_str(&each(drift, |difference| format!("  {difference}\n")));
        }
    }
    text.push_str(if check.in_order { "in order\n" } else { "not in order\n" });
    text
}

fn verify_text(verify: &Verify) -> String {
    let width = verify.revisions.iter().map(|one| one.revision.len()).max().unwrap_or(0);
    let mut text = each(&verify.revisions, |one| {
        let outcome = match one.outcome {
            Outcome::Proved => "proved",
            Outcome::Failed => "failed",
            Outcome::NotReached => "not reached",
        };
        let rows = if one.seeded_rows == 0 { String::new() } else { format!(", {} seed rows", one.seeded_rows) };
        let lossy = one.may_lose_rows.as_ref().map(|reason| format!(", may lose rows: {reason}")).unwrap_or_default();
        let line = format!("{:width$}  {outcome}{rows}{lossy}, {} ms\n", one.revision, one.took_ms);
        let repeated = one.repeated.as_ref().filter(|_| one.outcome == Outcome::Proved);
        let repeated = repeated.map(|failed| format!("  tried without rows of verify's own, with which {failed}\n"));
        line + &repeated.unwrap_or_default() + &each(&one.findings, |finding| format!("  {finding}\n"))
    });
    let place = verify.revisions.first().map_or("", |one| match one.form {
        Form::Database => " on a database of its own",
        Form::Transaction => " in a transaction that was rolled back",
        Form::Memory => " on a database in memory",
    });
    let failed = verify.revisions.iter().filter(|one| one.outcome != Outcome::Proved).count();
    let count = verify.revisions.len();
    let revisions = plural(count, "revision");
    let _ = match failed {
        0 => writeln!(text, "{count} {revisions} proved{place}: up, down and up again leave the same schema"),
        _ => writeln!(text, "{failed} of {count} {revisions} not proved{place}"),
    };
    text
}

fn lint_text(lint: &Lint, verbose: bool) -> String {
    let (allowed, open): (Vec<_>, Vec<_>) = lint.findings.iter().partition(|finding| finding.allowed.is_some());
    let shown: Vec<_> = open.iter().chain(allowed.iter().filter(|_| verbose)).collect();
    let mut text = each(&shown, |finding| format!("{finding}\n"));
    let _ = writeln!(
        text,
        "{} {}: {} {}, {} allowed with a reason",
        lint.revisions,
        plural(lint.revisions, "revision"),
        open.len(),
        plural(open.len(), "finding"),
        allowed.len()
    );
    text
}

fn maintenance_text(maintenance: &Maintenance) -> String {
    if let Some(holder) = &maintenance.at_work {
        return format!("nothing done: another `maintain` is at work ({holder})\n");
    }
    if maintenance.tasks.is_empty() {
        return "the applied revisions declare no maintenance\n".to_owned();
    }
    each(&maintenance.tasks, |task| {
        let took = if matches!(task.outcome, TaskOutcome::Done | TaskOutcome::Failed) {
            format!(", {} ms", task.took_ms)
        } else {
            String::new()
        };
        format!("{}: {}{took}\n", task.task, task.detail)
    })
}

fn health(health: Health) -> &'static str {
    match health {
        Health::Ok => "ok",
        Health::Note => "note",
        Health::Problem => "problem",
    }
}
