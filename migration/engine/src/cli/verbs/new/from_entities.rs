//! `new --from-entities`.

use std::{
    fmt::Write,
    io::{BufRead, IsTerminal},
};

use chrono::NaiveDateTime;
use clap::ValueEnum;
use migration_timescale::Dialect;
use schemars::JsonSchema;
use serde::Serialize;

use super::super::{Outcome, Report, verify::Verify};
use crate::{
    EngineError, Runner,
    cli::{
        context::Context,
        parts::{
            created::crate_dir,
            text::{each, plural},
        },
        say,
    },
    error::{ProposalError, Undecided},
    lint::{self, Finding},
    project::{areas::ChosenArea, scaffold},
    propose::{Compared, Options, Proposal},
    recording::{self, Profile},
    schema::verify,
};

/// How a revision is written from entities.
#[derive(clap::Args)]
#[allow(clippy::struct_excessive_bools, clippy::struct_field_names, reason = "each is a flag of the command line")]
#[command(next_help_heading = "From entities")]
pub(super) struct FromEntities {
    /// Write what differs between the entities and what the revisions make
    #[arg(long)]
    pub from_entities: bool,
    /// What has another name now: sites:places, alarms.site:location, a label severity.high:critical; a label that rows
    /// get whose own is gone, too
    #[arg(long, value_name = "OLD:NEW", requires = "from_entities")]
    rename: Vec<String>,
    /// Value of a new column that is not null, for the rows that there are
    #[arg(long, value_name = "TABLE.COLUMN=VALUE", requires = "from_entities")]
    fill: Vec<String>,
    /// What is gone is not renamed; tables that no entity has go too (their rows are kept aside)
    #[arg(long, requires = "from_entities")]
    allow_drop: bool,
    /// Write nothing; exit code 4 when they differ
    #[arg(long, requires = "from_entities", conflicts_with = "dry_run")]
    check: bool,
    /// Print the revision instead of writing it
    #[arg(long, requires = "from_entities")]
    dry_run: bool,
}

/// A revision written from entities.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Proposed {
    /// Whether the entities say another schema than the revisions make.
    pub differs: bool,
    /// What differs, in words.
    pub differences: Vec<String>,
    /// What is left as it is, and why.
    pub notes: Vec<String>,
    /// The file that was written.
    pub path: Option<String>,
    /// Its text, for `--dry-run`.
    pub code: Option<String>,
    /// What it gives to databases.
    pub sql: Vec<Statements>,
    /// What `lint` says of it.
    pub lint: Vec<Finding>,
    /// What `verify` says of it.
    pub verify: Option<Verify>,
    /// Whether only to tell whether they differ.
    #[serde(skip)]
    check: bool,
}

/// The statements of `up` on databases that get the same.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Statements {
    /// The databases, as `sql --backend` calls them.
    pub backends: Vec<String>,
    /// The statements.
    pub statements: Vec<String>,
}

impl FromEntities {
    pub(super) async fn run(
        self,
        context: &Context,
        area: ChosenArea,
        name: &str,
        at: NaiveDateTime,
    ) -> Result<Report, EngineError> {
        let folder = context.area.clone().or_else(|| area.name.map(str::to_owned));
        let mut runner = if context.has_no_file(&area)? {
            context.connect_in_memory(area).await?
        } else {
            context.connect(area, true).await?
        };
        let done = self.propose(context, &mut runner, name, at, folder.as_deref()).await;
        runner.close().await;
        done.map(|proposed| Report::Proposed(Box::new(proposed)))
    }

    async fn propose(
        self,
        context: &Context,
        runner: &mut Runner,
        name: &str,
        at: NaiveDateTime,
        folder: Option<&str>,
    ) -> Result<Proposed, EngineError> {
        let mut options = Options::default();
        options.allow_drop = self.allow_drop;
        let wrong = |text| EngineError::from(ProposalError::Argument { text });
        self.rename.iter().try_for_each(|text| options.rename(text)).map_err(wrong)?;
        self.fill.iter().try_for_each(|text| options.fill(text)).map_err(wrong)?;
        let compared = Compared::read(runner).await?;
        let revision = scaffold::stem(name, at);
        let asks = context.announce && !self.check && std::io::stdin().is_terminal();
        let proposal = match decided(&compared, &revision, &mut options, asks) {
            // That they differ is certain.
            Err(open) if self.check => return Ok(Proposed::open(&open)),
            Err(open) => return Err(ProposalError::Undecided { open }.into()),
            Ok(proposal) => proposal,
        };
        let mut proposed = Proposed {
            differs: !proposal.is_empty(),
            differences: proposal.lines(),
            notes: proposal.notes.clone(),
            check: self.check,
            ..Proposed::open(&[])
        };
        if self.check || proposal.is_empty() {
            return Ok(proposed);
        }
        compared.settle(runner, &proposal).await?;
        if self.dry_run {
            let described = !runner.project().descriptions.is_empty();
            proposed.code = Some(proposal.code(described)?);
        } else {
            let written =
                scaffold::written(&crate_dir()?, name, folder, at, |described| Ok(proposal.code(described)?))?;
            let here = std::env::current_dir().unwrap_or_default();
            proposed.path = Some(written.strip_prefix(here).unwrap_or(&written).display().to_string());
        }
        runner.add(proposal.revision())?;
        for backend in [Dialect::Postgres, Dialect::Sqlite, Dialect::MySql] {
            let run = [revision.clone()];
            let found =
                lint::of_project(runner.project(), backend, recording::REFERENCE_TIMESCALEDB, Some(&run)).await?;
            proposed
                .lint
                .extend(found.into_iter().filter(|finding| !proposed.lint.contains(finding)).collect::<Vec<_>>());
        }
        let order = runner.in_order().map(|name| runner.project().revision(name)).collect::<Result<Vec<_>, _>>()?;
        proposed.verify = Some(Verify { revisions: verify::verify_last(runner, &order, |_| {}).await? });
        for profile in Profile::value_variants() {
            let server = profile.capability(None);
            let recorded = recording::record_each(&order, server).await.pop();
            let statements = match recorded {
                Some(Ok(recorded)) => recorded.up.statements.into_iter().map(|one| format!("{};", one.sql)).collect(),
                Some(Err(error)) => vec![format!("-- {}", error.on_one_line())],
                None => Vec::new(),
            };
            match proposed.sql.iter_mut().find(|one| one.statements == statements) {
                Some(same) => same.backends.push(server.profile().to_owned()),
                None => proposed.sql.push(Statements { backends: vec![server.profile().to_owned()], statements }),
            }
        }
        Ok(proposed)
    }
}

/// The proposal, once everything is decided: on a terminal by asking.
fn decided(compared: &Compared, revision: &str, options: &mut Options, asks: bool) -> Result<Proposal, Vec<Undecided>> {
    loop {
        let open = match compared.proposal(revision, options) {
            Ok(proposal) => return Ok(proposal),
            Err(open) => open,
        };
        let can_be_asked = |one: &Undecided| {
            matches!(one, Undecided::Renamed { .. } | Undecided::Label { .. } | Undecided::Fill { .. })
        };
        if !asks || !open.iter().all(can_be_asked) {
            return Err(open);
        }
        let answered = match &open[0] {
            Undecided::Renamed { of, from, to } => {
                let name = of.as_ref().map_or_else(|| from.clone(), |of| format!("{of}.{from}"));
                let answer =
                    ask(&format!("{name} is gone. Its new name ({}), or nothing if it has none: ", to.join(", ")));
                if answer.is_empty() {
                    options.gone.insert(name);
                    Ok(())
                } else if to.contains(&answer) {
                    options.rename(&format!("{name}:{answer}"))
                } else {
                    Err(answer)
                }
            }
            Undecided::Label { of, from, new, stays } => {
                let name = format!("{of}.{from}");
                let to = [new.as_slice(), stays].concat();
                let answer = ask(&format!(
                    "The label {name} is gone. Its new name, or the label that its rows get ({}), or nothing if no row has it: ",
                    to.join(", ")
                ));
                if answer.is_empty() {
                    options.gone.insert(name);
                    Ok(())
                } else if to.contains(&answer) {
                    options.rename(&format!("{name}:{answer}"))
                } else {
                    Err(answer)
                }
            }
            Undecided::Fill { table, column } => {
                let value = ask(&format!("The value of {table}.{column} in the rows that there are: "));
                options.fill(&format!("{table}.{column}={value}"))
            }
            Undecided::ByHand { .. }
            | Undecided::NoRename { .. }
            | Undecided::Misfit { .. }
            | Undecided::NoFill { .. } => Err(String::new()),
        };
        if answered.is_err() {
            return Err(open);
        }
    }
}

fn ask(question: &str) -> String {
    say::err(question);
    let mut answer = String::new();
    // Where nothing can be read, nothing was said.
    let _ = std::io::stdin().lock().read_line(&mut answer);
    answer.trim().to_owned()
}

impl Proposed {
    /// One of which only that is known.
    fn open(open: &[Undecided]) -> Self {
        Self {
            differs: !open.is_empty(),
            differences: open.iter().map(ToString::to_string).collect(),
            notes: Vec::new(),
            path: None,
            code: None,
            sql: Vec::new(),
            lint: Vec::new(),
            verify: None,
            check: !open.is_empty(),
        }
    }
}

impl Outcome for Proposed {
    const IS_ASKED_FOR: bool = true;

    fn text(&self, verbose: bool) -> String {
        let notes = each(&self.notes, |note| format!("note: {note}\n"));
        if !self.differs {
            return format!("{notes}nothing differs: the revisions make what the entities say\n");
        }
        let differences = each(&self.differences, |line| format!("  {line}\n"));
        if self.check {
            return format!("{notes}the entities say another schema than the revisions make:\n{differences}");
        }
        let mut text = match (&self.path, &self.code) {
            (Some(path), _) => format!("{path}\n{differences}"),
            (None, Some(code)) => format!("{code}\n"),
            (None, None) => differences,
        };
        text.push_str(&notes);
        for one in &self.sql {
            let _ = write!(text, "\n-- {}\n", one.backends.join(", "));
            text.push_str(&each(&one.statements, |sql| format!("{sql}\n")));
        }
        text.push('\n');
        let open: Vec<&Finding> = self.lint.iter().filter(|finding| finding.is_open()).collect();
        text.push_str(&each(&lint::Entry::of(open.iter().copied()), |entry| format!("{entry}\n")));
        let _ = writeln!(text, "lint: {} {}", open.len(), plural(open.len(), "finding"));
        if let Some(verify) = &self.verify {
            let _ = write!(text, "verify: {}", verify.text(verbose));
        }
        text
    }

    fn exit_code(&self) -> u8 {
        if self.check && self.differs { 4 } else { self.verify.as_ref().map_or(0, Outcome::exit_code) }
    }
}
