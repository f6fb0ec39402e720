//! What can be said on the command line beside the [verbs](super::verbs), for all of them.

use clap::{Args, Parser};

use super::verbs::Verb;

/// Heading of what every command takes.
const GLOBAL: &str = "Global options";

const AFTER_HELP: &str = "\
The database is the first of: --database-url, DATABASE_URL, DATABASE_URL in .env, an embedded SQLite file.
URLs look like postgres://user:password@host/database, mysql://user:password@host/database, sqlite://file.sqlite

Each area but the first has a database of its own, or a place in the common one:
  DATABASE_URL_<AREA>              the area's own database
  DATABASE_URL                     the common database, where the area has a schema of its name
                                   (PostgreSQL), the database <name>_<area> (MySQL), or the file
                                   <name>-<area>.sqlite
  --database-url                   the area's own database; with --all the common one

TARGET is one of
  m20250601_000000_create_alarms   a revision, or the beginning of its name if no other begins so
  head, heads, base                the newest revision, all newest ones, before the first
  +2, -1                           that many revisions up or down from where the database is
  m20250601+1, m20261101-1         that many revisions after or before this one
  alarms                           the newest revisions of an area

The exit code is
  0   done
  1   failed; one line on stderr says why and what to do. `maintain` does its other tasks first
  2   wrong usage
  3   `check`: revisions are pending, and nothing else is wrong
  4   `check`: something else is wrong; `verify` and `lint`: something was found
With --all it is that of the worst area: 1 is worse than 4, 4 is worse than 3.";

#[derive(Parser)]
#[command(name = "migration", version, about = "Applies and reverts changes of the database schema.", after_help = AFTER_HELP)]
#[command(next_help_heading = GLOBAL)]
pub(super) struct Cli {
    /// The database to work on
    #[arg(short = 'u', long, global = true, value_name = "URL")]
    pub database_url: Option<String>,
    /// The PostgreSQL schema to work in [default: the server's]
    #[arg(short = 's', long, global = true, env = "DATABASE_SCHEMA", value_name = "NAME", hide_env_values = true)]
    pub database_schema: Option<String>,
    /// The area to work on, where the project has several [default: the first]
    #[arg(long, global = true, value_name = "NAME")]
    pub area: Option<String>,
    /// Work on every area in turn; one that fails leaves the others as they are
    #[arg(long, global = true)]
    pub all: bool,
    #[command(flatten)]
    pub output: OutputArgs,
    #[command(flatten)]
    pub patience: PatienceArgs,
    #[command(subcommand)]
    pub verb: Option<Verb>,
}

#[derive(Args)]
#[command(next_help_heading = GLOBAL)]
pub(super) struct OutputArgs {
    /// Show what the engine does in detail
    #[arg(short = 'v', long, global = true)]
    pub verbose: bool,
    /// Print nothing but errors
    #[arg(short = 'q', long, global = true, conflicts_with_all = ["verbose", "json"])]
    pub quiet: bool,
    /// Print the result as one JSON document; its schema is docs/output.schema.json
    #[arg(long, global = true)]
    pub json: bool,
}

#[derive(Args)]
#[command(next_help_heading = GLOBAL)]
pub(super) struct PatienceArgs {
    /// How long a statement may wait for a table lock, before its revision is tried again (on MySQL in whole seconds)
    #[arg(long, global = true, value_name = "MILLISECONDS", default_value_t = 500)]
    pub lock_timeout: u64,
    /// How many times a revision is tried again while its tables are locked
    #[arg(long, global = true, value_name = "N", default_value_t = 20)]
    pub lock_retries: u32,
    /// How long one statement may take (PostgreSQL) [default: no limit, whatever the server says]
    #[arg(long, global = true, value_name = "MILLISECONDS")]
    pub statement_timeout: Option<u64>,
    /// How long to wait for another runner
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
