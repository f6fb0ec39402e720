//! `roles`: an area's owner, read-write and read-only role.

use super::{OnDatabase, Outcome, Report};
use crate::{
    EngineError, Runner,
    cli::parts::text::{each, plural},
    operate::roles::{self, Roles},
};

/// Create or update the three roles of an area: one owns it, one reads and writes, one only reads
#[derive(clap::Args)]
#[command(
    after_help = "The roles are groups: GRANT alarms_rw TO core_server makes a login a member of one. The command needs CREATEROLE the \
                  first time, and ownership of the area's tables; without CREATEROLE it prints what an administrator has to run.\n\n\
                  Examples:\n  migration roles --dry-run\n  migration roles --all\n  migration roles --area telemetry --prefix plant"
)]
pub(in crate::cli) struct Verb {
    /// What the names begin with, before `_owner`, `_rw` and `_ro` [default: the area]
    #[arg(long, value_name = "NAME")]
    prefix: Option<String>,
    /// Print the SQL, and change nothing
    #[arg(long)]
    dry_run: bool,
}

impl OnDatabase for Verb {
    const ON_ALL: bool = true;

    fn only_reads(&self) -> bool {
        self.dry_run
    }

    async fn run(&self, runner: &mut Runner) -> Result<Report, EngineError> {
        Ok(Report::Roles(roles::roles(runner, self.prefix.as_deref(), self.dry_run).await?))
    }
}

impl Outcome for Roles {
    fn text(&self, _verbose: bool) -> String {
        let statements = each(&self.statements, |sql| format!("{sql};\n"));
        let Roles { owner, read_write, read_only, .. } = self;
        let count = self.statements.len();
        let said = match (count, self.dry_run) {
            (0, _) => "-- nothing to do".to_owned(),
            (_, true) => format!("-- {count} {} would be run, nothing was changed", plural(count, "statement")),
            (_, false) => format!("-- {count} {} run", plural(count, "statement")),
        };
        format!("{statements}{said}: {owner} owns, {read_write} reads and writes, {read_only} reads\n")
    }
}
