//! What can be said on the command line: SeaORM's verbs and flags, and the engine's own.
//!
//! # How to add a command
//!
//! A variant here with a doc comment (its help) and an example, an arm in [`super::commands`], a result in
//! [`crate::report`], and its text in [`super::print`].

use clap::{Args, Parser, Subcommand, ValueEnum};
use migration_timescale::{InvalidVersion, Version};

use crate::{Direction, offline::Profile};

const AFTER_HELP: &str = "\
The database is the first of: --database-url, DATABASE_URL, DATABASE_URL in .env, an embedded SQLite file.
An area that is not the first has a database of its own in DATABASE_URL_<AREA>, or its place in DATABASE_URL: a schema of
its name (PostgreSQL), a database or file beside it (<name>_<area> on MySQL, <name>-<area>.sqlite).
URLs: postgres://user:password@host/database, mysql://user:password@host/database, sqlite://file.sqlite

TARGET is one of
  m20250601_000000_create_alarms   a revision, or the beginning of its name if no other begins so
  head, heads, base                the newest revision, all newest ones, before the first
  +2, -1                           so many up or down from here
  m20250601+1, m20261101-1         so many after or before a revision
  alarms                           the newest revisions of an area

Exit codes: 0 done, 1 failed (one line on stderr says why and what to do), 2 wrong usage;
`maintain` 1 when a task failed, after doing the others;
`check` also 3 when revisions are pending and nothing else is wrong, 4 when something else is wrong;
`verify` and `lint` 4 when they find something.";

#[derive(Parser)]
#[command(name = "migration", version, about = "Changes the database schema, forth and back.", after_help = AFTER_HELP)]
pub(super) struct Cli {
    /// Database to work on
    #[arg(short = 'u', long, global = true, value_name = "URL")]
    pub database_url: Option<String>,
    /// PostgreSQL schema to work in [default: the server's]
    #[arg(short = 's', long, global = true, env = "DATABASE_SCHEMA", value_name = "NAME", hide_env_values = true)]
    pub database_schema: Option<String>,
    /// Area to work on, where the project has several [default: the first]
    #[arg(long, global = true, value_name = "NAME")]
    pub area: Option<String>,
    #[command(flatten)]
    pub output: OutputArgs,
    #[command(flatten)]
    pub patience: PatienceArgs,
    #[command(subcommand)]
    pub command: Option<Command>,
}

#[derive(Args)]
pub(super) struct OutputArgs {
    /// Show what the engine does in detail
    #[arg(short = 'v', long, global = true)]
    pub verbose: bool,
    /// Print nothing but errors
    #[arg(short = 'q', long, global = true, conflicts_with_all = ["verbose", "json"])]
    pub quiet: bool,
    /// Print the result as one JSON document, see docs/output.schema.json
    #[arg(long, global = true)]
    pub json: bool,
}

#[derive(Args)]
pub(super) struct PatienceArgs {
    /// Longest wait of a statement for a table lock, before it is given up and tried again (PostgreSQL; whole seconds on MySQL)
    #[arg(long, global = true, value_name = "MILLISECONDS", default_value_t = 500)]
    pub lock_timeout: u64,
    /// How often a revision is tried again when its table locks were not free
    #[arg(long, global = true, value_name = "N", default_value_t = 20)]
    pub lock_retries: u32,
    /// Longest time for one statement (PostgreSQL) [default: none, whatever the server says]
    #[arg(long, global = true, value_name = "MILLISECONDS")]
    pub statement_timeout: Option<u64>,
    /// Longest wait for another runner to finish
    #[arg(long, global = true, value_name = "SECONDS", default_value_t = 600)]
    pub wait: u64,
}

/// A question before rows are deleted.
#[derive(Args)]
pub(super) struct Consent {
    /// Do not ask, even if rows are deleted
    #[arg(short, long)]
    pub yes: bool,
}

#[derive(Subcommand)]
pub(super) enum Command {
    /// Apply pending revisions (the default command)
    #[command(after_help = "Examples:\n  migration up\n  migration up -n 1\n  migration up m20261101 --dry-run")]
    Up(UpArgs),
    /// Take back applied revisions, the newest first
    #[command(
        after_help = "Examples:\n  migration down\n  migration down -n 2\n  migration down base\n  migration down m20250601 --dry-run"
    )]
    Down(DownArgs),
    /// List the revisions and whether they are applied
    #[command(after_help = "Example: migration status --json")]
    Status,
    /// Draw the revisions and how they follow each other, the newest on top
    #[command(after_help = "Examples:\n  migration history\n  migration history -v m20250601:head")]
    History {
        /// Only those after FROM, up to TO; either may be left out
        #[arg(value_name = "FROM:TO")]
        range: Option<String>,
    },
    /// Show where the database is: the newest applied revisions
    #[command(after_help = "Example: migration current")]
    Current,
    /// List the newest revisions of the code; several need a merge
    #[command(after_help = "Example: migration heads")]
    Heads,
    /// List the revisions from which several others go on
    #[command(after_help = "Example: migration branches")]
    Branches,
    /// Show one revision: its place, its state, what it does
    #[command(after_help = "Example: migration show m20261101")]
    Show {
        /// The revision
        #[arg(value_name = "TARGET", allow_hyphen_values = true)]
        revision: String,
    },
    /// Write a revision that joins several heads into one
    #[command(after_help = "Example: migration merge -m join_sensors_and_sites")]
    Merge {
        /// The revisions to join [default: all heads]
        revisions: Vec<String>,
        /// Name of the new revision
        #[arg(short, long, default_value = "merge_heads")]
        message: String,
    },
    /// Mark a revision and all before it as applied, without running them, if the live schema looks like it
    #[command(
        after_help = "Examples:\n  migration stamp m20250601_000000_create_alarms\n  migration stamp --renamed m20250601_create m20250601_000000_create_alarms"
    )]
    Stamp {
        /// The newest revision to mark
        #[arg(value_name = "TARGET", allow_hyphen_values = true, required_unless_present = "renamed")]
        revision: Option<String>,
        /// Mark it although tables differ
        #[arg(long)]
        accept_differences: bool,
        /// An applied revision has a new name in the code: write that down instead of the old one
        #[arg(long, num_args = 2, value_names = ["OLD", "NEW"], conflicts_with_all = ["revision", "accept_differences"])]
        renamed: Vec<String>,
    },
    /// Print the SQL of revisions, for psql, sqlite3 or mariadb; needs no database
    #[command(
        after_help = "Examples:\n  migration sql up --backend timescaledb > up.sql\n  migration sql up --server-version 2.29.2\n  migration sql down m20250601:head --backend postgres"
    )]
    Sql {
        /// Which way
        #[arg(value_enum)]
        direction: SqlDirection,
        /// Only those after FROM, up to TO; either may be left out
        #[arg(value_name = "FROM:TO")]
        range: Option<String>,
        /// Server it is for
        #[arg(long, value_enum, default_value_t = Profile::Timescaledb)]
        backend: Profile,
        /// Version of its TimescaleDB, 2.29.2 for example [default: 2.28.3]
        #[arg(long, value_name = "VERSION", value_parser = server_version)]
        server_version: Option<Version>,
    },
    /// Compare database and code: pending, unfinished and changed revisions, and the live schema
    #[command(after_help = "Examples:\n  migration check\n  migration check --json | jq .result.drift")]
    Check,
    /// Prove on a scratch database that every revision can be taken back and applied again
    #[command(after_help = "Example: migration verify -u postgres://localhost/postgres")]
    Verify,
    /// Look for statements that lock, fail or mislead on a live database; needs no database
    #[command(
        after_help = "Examples:\n  migration lint\n  migration lint --server-version 2.29.2\n  migration lint --list"
    )]
    Lint {
        /// List the rules
        #[arg(long)]
        list: bool,
        /// Version of the TimescaleDB that the revisions will meet: rules that do not hold for it are silent [default: 2.28.3]
        #[arg(long, value_name = "VERSION", value_parser = server_version)]
        server_version: Option<Version>,
    },
    /// Examine the server: version, abilities, locks, invalid indexes, unfinished revisions, failing jobs
    #[command(after_help = "Example: migration doctor")]
    Doctor,
    /// Look at a live database: jobs, hypertables, aggregates, tables, sequences, blocked sessions; what needs attention first
    #[command(
        after_help = "Examples:\n  migration report\n  migration report -v\n  migration report --json | jq .result.attention"
    )]
    Report,
    /// Do the retention and refreshes that revisions declare, where no job of the server does them, and refresh what its jobs have missed; made for cron
    #[command(
        after_help = "Examples:\n  migration maintain\n  migration maintain --dry-run\n  */30 * * * *  cd /srv/data && migration maintain --json >> maintain.log   (in a crontab)"
    )]
    Maintain {
        /// Show what would be done, and change nothing
        #[arg(long)]
        dry_run: bool,
    },
    /// Print the live schema as SQL, and its fingerprint
    #[command(after_help = "Example: migration schema > live.sql")]
    Schema,
    /// Drop everything in the schema and apply all revisions
    #[command(after_help = "Example: migration fresh --yes")]
    Fresh {
        #[command(flatten)]
        consent: Consent,
        /// Drop what depends on it in other schemas as well (PostgreSQL)
        #[arg(long)]
        cascade: bool,
    },
    /// Take back all revisions and apply them again
    #[command(after_help = "Example: migration refresh --yes")]
    Refresh(Consent),
    /// Take back all revisions
    #[command(after_help = "Example: migration reset --yes")]
    Reset(Consent),
    /// Write a new revision from the template and list it in the code
    #[command(visible_alias = "new", after_help = "Example: migration new add_sensor_site --area alarms")]
    Generate {
        /// What it does, as a Rust module name
        name: String,
        /// Stamp it with universal time (the default)
        #[arg(long, conflicts_with = "local_time")]
        universal_time: bool,
        /// Stamp it with local time
        #[arg(long)]
        local_time: bool,
    },
}

#[derive(Args, Default)]
pub(super) struct UpArgs {
    /// How far [default: head]
    #[arg(value_name = "TARGET", allow_hyphen_values = true, conflicts_with = "num")]
    pub target: Option<String>,
    /// How many
    #[arg(short, long)]
    pub num: Option<u32>,
    /// Show what would be run, with its SQL, and change nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Take this revision as it is now, although it was changed after it was applied
    #[arg(long, value_name = "REVISION")]
    pub accept_changed: Vec<String>,
}

#[derive(Args)]
pub(super) struct DownArgs {
    /// How far; the target itself stays applied [default: -1]
    #[arg(value_name = "TARGET", allow_hyphen_values = true, conflicts_with = "num")]
    pub target: Option<String>,
    /// How many
    #[arg(short, long)]
    pub num: Option<u32>,
    /// Agree that rows are deleted where a revision cannot keep them
    #[arg(short, long)]
    pub yes: bool,
    /// Show what would be run, with its SQL, and change nothing
    #[arg(long)]
    pub dry_run: bool,
}

/// A version of TimescaleDB that this engine is written for.
fn server_version(text: &str) -> Result<Version, String> {
    let version: Version = text.parse().map_err(|error: InvalidVersion| error.to_string())?;
    if version < Version::OLDEST {
        return Err(format!("the oldest TimescaleDB that is written for is {}", Version::OLDEST));
    }
    Ok(version)
}

#[derive(Clone, Copy, ValueEnum)]
pub(super) enum SqlDirection {
    Up,
    Down,
}

impl From<SqlDirection> for Direction {
    fn from(direction: SqlDirection) -> Self {
        match direction {
            SqlDirection::Up => Self::Up,
            SqlDirection::Down => Self::Down,
        }
    }
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
