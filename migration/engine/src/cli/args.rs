//! What can be said on the command line beside the [verbs](super::verbs), for all of them.

use clap::{Args, Parser};

use super::verbs::Verb;

const AFTER_HELP: &str = "\
The database is the first of: --database-url, DATABASE_URL, DATABASE_URL in .env, an embedded
SQLite file. URLs look like this:
  postgres://user:password@host/database
  mysql://user:password@host/database
  sqlite://file.sqlite

An area that is not the first has a database of its own in DATABASE_URL_<AREA>, or its place in
DATABASE_URL: a schema of its name (PostgreSQL), a database beside it (<name>_<area> on MySQL) or
a file beside it (<name>-<area>.sqlite). --database-url is the database of the one area that the
command works on; with --all it is the database in which each area has its place.

TARGET is one of
  m20250601_000000_create_alarms   a revision, or the beginning of its name if no other begins so
  head, heads, base                the newest revision, all newest ones, before the first
  +2, -1                           that many revisions up or down from where the database is
  m20250601+1, m20261101-1         that many revisions after or before this one
  alarms                           the newest revisions of an area

Exit codes
  0  done
  1  failed: one line on standard error says why and what to do;
     `maintain` has done its other tasks when one failed
  2  the command line is not correct
  3  `check`: revisions are pending, and nothing else is wrong
  4  `check`, `verify` and `lint` found something
  With --all it is the worst of the areas: 1 is worse than 4, 4 is worse than 3, 3 is worse than 0.";

/// Heading of the options that say where to work.
const DATABASE: &str = "Database";

#[derive(Parser)]
#[command(name = "migration", version, about = "Applies and reverts changes of the database schema.", after_help = AFTER_HELP)]
pub(super) struct Cli {
    /// Database to work on
    #[arg(short = 'u', long, global = true, value_name = "URL", help_heading = DATABASE)]
    pub database_url: Option<String>,
    /// PostgreSQL schema to work in [default: the server's]
    #[arg(short = 's', long, global = true, env = "DATABASE_SCHEMA", value_name = "NAME", hide_env_values = true, help_heading = DATABASE)]
    pub database_schema: Option<String>,
    /// Area to work on, where the project has several [default: the first]
    #[arg(long, global = true, value_name = "NAME", help_heading = DATABASE)]
    pub area: Option<String>,
    /// Work on every area, one after the other; a failure in one area leaves the others as they are
    #[arg(long, global = true, help_heading = DATABASE)]
    pub all: bool,
    /// Work with the revisions themselves where another stands in their place, to finish a database that has some of them
    #[arg(long, global = true, help_heading = DATABASE)]
    pub unsquashed: bool,
    #[command(flatten)]
    pub output: OutputArgs,
    #[command(flatten)]
    pub patience: PatienceArgs,
    #[command(subcommand)]
    pub verb: Option<Verb>,
}

#[derive(Args)]
#[command(next_help_heading = "Output")]
pub(super) struct OutputArgs {
    /// Print the steps of the engine in detail
    #[arg(short = 'v', long, global = true)]
    pub verbose: bool,
    /// Print only errors
    #[arg(short = 'q', long, global = true, conflicts_with_all = ["verbose", "json"])]
    pub quiet: bool,
    /// Print the result as one JSON document, described in docs/output.schema.json
    #[arg(long, global = true)]
    pub json: bool,
}

#[derive(Args)]
#[command(next_help_heading = "Locks and time limits")]
pub(super) struct PatienceArgs {
    /// Longest wait of a statement for a table lock; then its revision is reverted and tried again (whole seconds on MySQL)
    #[arg(long, global = true, value_name = "MILLISECONDS", default_value_t = 500)]
    pub lock_timeout: u64,
    /// Number of times that a revision is tried again when its table locks were not free
    #[arg(long, global = true, value_name = "N", default_value_t = 20)]
    pub lock_retries: u32,
    /// Longest time for one statement (PostgreSQL) [default: the server's limit]
    #[arg(long, global = true, value_name = "MILLISECONDS")]
    pub statement_timeout: Option<u64>,
    /// Longest wait for another run to finish
    #[arg(long, global = true, value_name = "SECONDS", default_value_t = 600)]
    pub wait: u64,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn every_command_has_an_example() {
        for command in Cli::command().get_subcommands() {
            let help = command.get_after_help().map(ToString::to_string).unwrap_or_default();
            assert!(
                help.contains(&format!("migration {}", command.get_name())) || help.contains("migration new"),
                "{}",
                command.get_name()
            );
        }
    }

    #[test]
    fn what_sea_orm_cli_passes_is_understood() {
        for arguments in [&["m", "up", "-n", "1", "-v"][..], &["m", "down", "-n", "2"], &["m", "fresh"], &["m"]] {
            assert!(Cli::try_parse_from(arguments).is_ok(), "{arguments:?}");
        }
    }

    #[test]
    fn targets_may_begin_with_a_sign() {
        for arguments in [&["m", "down", "-1"][..], &["m", "up", "+2"], &["m", "down", "-2", "--yes"]] {
            assert!(Cli::try_parse_from(arguments).is_ok(), "{arguments:?}");
        }
    }
}
