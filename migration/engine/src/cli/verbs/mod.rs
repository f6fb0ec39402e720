//! The verbs, one file each: its arguments, what it does, its result, and that as text and exit code.
//!
//! # How to add a verb
//!
//! A file with a struct `Verb` (its arguments; the doc comment is its help, with an example), a result that is
//! [`Outcome`], and [`OnCode`], [`OnDatabase`] or [`OnAreas`] for the struct. Then a line in the list of verbs below and, for a result
//! of its own, one in the list of results. `make schema` writes the JSON schema anew.

mod branches;
mod check;
mod current;
mod diagram;
mod doctor;
mod down;
mod fresh;
mod heads;
mod history;
mod init;
mod lint;
mod maintain;
mod merge;
mod new;
mod refresh;
mod report;
mod reset;
mod roles;
mod schema;
mod show;
mod sql;
mod squash;
mod stamp;
mod status;
mod up;
mod verify;

use clap::Subcommand;
use migration_timescale::Version;
use schemars::JsonSchema;
use serde::Serialize;

use super::{
    all::OfAreas,
    context::Context,
    parts::{created::Created, done::Done, revisions::Revisions, run::Run},
};
use crate::{
    EngineError, Runner,
    operate::{inspect::Inspection, maintain::Maintained, roles::Roles},
    project::areas::ChosenArea,
};

/// A verb that works on the code alone.
trait OnCode {
    async fn run(self, context: &Context, area: ChosenArea) -> Result<Report, EngineError>;
}

/// A verb that works on the databases of several areas, and tells of them together.
trait OnAreas {
    async fn run(&self, context: &Context, areas: Vec<ChosenArea>) -> Result<Report, EngineError>;
}

/// A verb that works on a database.
trait OnDatabase {
    /// Whether `--all` runs it on every area.
    const ON_ALL: bool = false;

    /// Whether it makes an SQLite file that is not there.
    const MAKES_FILE: bool = false;

    /// Whether it asks what the revisions do, whatever the database says.
    const RECORDS: bool = false;

    /// Whether it leaves no trace, so that an SQLite file that is not there is not made.
    fn only_reads(&self) -> bool {
        false
    }

    /// Whether a database in memory will do where an SQLite file is not there: it asks what the revisions make.
    fn works_in_memory(&self) -> bool {
        false
    }

    /// What it can say without a database, if that is worth something.
    async fn without_database(&self, _context: &Context, _area: &ChosenArea) -> Result<Option<Report>, EngineError> {
        Ok(None)
    }

    /// The version of TimescaleDB that the database will have afterwards, where it has none.
    async fn enables_timescaledb(&self, _runner: &Runner) -> Result<Option<Version>, EngineError> {
        Ok(None)
    }

    async fn run(&self, runner: &mut Runner) -> Result<Report, EngineError>;
}

/// What a verb gives back.
pub(super) trait Outcome {
    /// Whether `--quiet` prints it all the same, because the text is what the verb is for.
    const IS_ASKED_FOR: bool = false;

    /// For people.
    fn text(&self, verbose: bool) -> String;

    /// The same in a few words, for a line about each of several: the last line, unless there are better ones.
    fn summary(&self) -> String {
        self.text(false).lines().last().unwrap_or_default().to_owned()
    }

    /// Why it failed, on one line, when it did in part.
    fn error(&self) -> Option<String> {
        None
    }

    /// The exit code of a verb that did what it was asked.
    fn exit_code(&self) -> u8 {
        u8::from(self.error().is_some())
    }
}

/// Declares the verbs: their names, and the files that have them.
macro_rules! verbs {
    (
        on a database: [$($database:ident = $name:literal in $module:ident,)*],
        on the areas: [$($areas:ident = $areas_name:literal in $areas_module:ident,)*],
        on the code: [$($code:ident = $code_name:literal in $code_module:ident,)*]
    ) => {
        /// What can be said on the command line.
        #[derive(Subcommand)]
        pub(super) enum Verb {
            /// Works on a database.
            #[command(flatten)]
            Database(DatabaseVerb),
            /// Works on the databases of several areas.
            #[command(flatten)]
            Areas(AreasVerb),
            /// Works on the code alone.
            #[command(flatten)]
            Code(CodeVerb),
        }

        /// Verbs that work on a database.
        #[derive(Subcommand)]
        pub(super) enum DatabaseVerb {
            $(#[command(name = $name)] $database($module::Verb),)*
        }

        /// Verbs that work on the databases of several areas.
        #[derive(Subcommand)]
        pub(super) enum AreasVerb {
            $(#[command(name = $areas_name)] $areas($areas_module::Verb),)*
        }

        /// Verbs that work on the code alone.
        #[derive(Subcommand)]
        pub(super) enum CodeVerb {
            $(#[command(name = $code_name)] $code($code_module::Verb),)*
        }

        impl Verb {
            /// The verb, as typed.
            pub(super) fn name(&self) -> &'static str {
                match self {
                    $(Self::Database(DatabaseVerb::$database(_)) => $name,)*
                    $(Self::Areas(AreasVerb::$areas(_)) => $areas_name,)*
                    $(Self::Code(CodeVerb::$code(_)) => $code_name,)*
                }
            }
        }

        impl DatabaseVerb {
            /// Whether `--all` runs it on every area.
            pub(super) fn is_on_all(&self) -> bool {
                match self { $(Self::$database(_) => $module::Verb::ON_ALL,)* }
            }

            /// Whether it makes an SQLite file that is not there.
            pub(super) fn makes_file(&self) -> bool {
                match self { $(Self::$database(_) => $module::Verb::MAKES_FILE,)* }
            }

            /// Whether it asks what the revisions do.
            pub(super) fn records(&self) -> bool {
                match self { $(Self::$database(_) => $module::Verb::RECORDS,)* }
            }

            /// Whether a database in memory will do where an SQLite file is not there.
            pub(super) fn works_in_memory(&self) -> bool {
                match self { $(Self::$database(verb) => verb.works_in_memory(),)* }
            }

            /// Whether it leaves no trace.
            pub(super) fn only_reads(&self) -> bool {
                match self { $(Self::$database(verb) => verb.only_reads(),)* }
            }

            /// What it can say without a database.
            pub(super) async fn without_database(&self, context: &Context, area: &ChosenArea) -> Result<Option<Report>, EngineError> {
                match self { $(Self::$database(verb) => Box::pin(verb.without_database(context, area)).await,)* }
            }

            /// The version of TimescaleDB that the database will have afterwards, where it has none.
            pub(super) async fn enables_timescaledb(&self, runner: &Runner) -> Result<Option<Version>, EngineError> {
                match self { $(Self::$database(verb) => Box::pin(verb.enables_timescaledb(runner)).await,)* }
            }

            /// Does it.
            pub(super) async fn run(&self, runner: &mut Runner) -> Result<Report, EngineError> {
                // Boxed: some of them make for a large future.
                match self { $(Self::$database(verb) => Box::pin(verb.run(runner)).await,)* }
            }
        }

        impl AreasVerb {
            /// Does it.
            pub(super) async fn run(&self, context: &Context, areas: Vec<ChosenArea>) -> Result<Report, EngineError> {
                match self { $(Self::$areas(verb) => Box::pin(verb.run(context, areas)).await,)* }
            }
        }

        impl CodeVerb {
            /// Does it.
            pub(super) async fn run(self, context: &Context, area: ChosenArea) -> Result<Report, EngineError> {
                match self { $(Self::$code(verb) => Box::pin(verb.run(context, area)).await,)* }
            }
        }
    };
}

verbs! {
    on a database: [
    Up = "up" in up,
    Down = "down" in down,
    Status = "status" in status,
    History = "history" in history,
    Current = "current" in current,
    Show = "show" in show,
    Stamp = "stamp" in stamp,
    Check = "check" in check,
    Verify = "verify" in verify,
    Lint = "lint" in lint,
    Doctor = "doctor" in doctor,
    Report = "report" in report,
    Maintain = "maintain" in maintain,
    Schema = "schema" in schema,
    Diagram = "diagram" in diagram,
    Fresh = "fresh" in fresh,
    Refresh = "refresh" in refresh,
    Reset = "reset" in reset,
    Roles = "roles" in roles,
    ],
    on the areas: [
    Init = "init" in init,
    ],
    on the code: [
    Heads = "heads" in heads,
    Branches = "branches" in branches,
    Merge = "merge" in merge,
    Sql = "sql" in sql,
    Squash = "squash" in squash,
    New = "new" in new,
    ]
}

impl Default for Verb {
    fn default() -> Self {
        Self::Database(DatabaseVerb::Up(up::Verb::default()))
    }
}

impl Verb {
    /// Whether `--all` runs it on every area.
    pub(super) fn is_on_all(&self) -> bool {
        match self {
            Self::Database(verb) => verb.is_on_all(),
            Self::Areas(_) => true,
            Self::Code(_) => false,
        }
    }

    /// Whether its area may be a folder that no list of the code has yet.
    pub(super) fn takes_a_folder(&self) -> bool {
        matches!(self, Self::Code(CodeVerb::New(verb)) if !verb.asks_a_database())
    }
}

/// Declares the results: the kind in the JSON document, and the type.
macro_rules! results {
    ($($(#[$doc:meta])* $kind:ident($type:ty),)*) => {
        /// What a command gives back.
        #[derive(Debug, Serialize, JsonSchema)]
        #[serde(tag = "kind", rename_all = "snake_case")]
        pub enum Report {
            $($(#[$doc])* $kind($type),)*
        }

        impl Report {
            /// For people.
            pub(super) fn text(&self, verbose: bool) -> String {
                match self { $(Self::$kind(result) => result.text(verbose),)* }
            }

            /// The same in a few words.
            pub(super) fn summary(&self) -> String {
                match self { $(Self::$kind(result) => result.summary(),)* }
            }

            /// Why it failed, on one line, when it did in part.
            pub(super) fn error(&self) -> Option<String> {
                match self { $(Self::$kind(result) => result.error(),)* }
            }

            /// The exit code of a command that did what it was asked.
            pub(super) fn exit_code(&self) -> u8 {
                match self { $(Self::$kind(result) => result.exit_code(),)* }
            }

            /// Whether `--quiet` prints it all the same.
            pub(super) fn is_asked_for(&self) -> bool {
                match self { $(Self::$kind(_) => <$type as Outcome>::IS_ASKED_FOR,)* }
            }
        }
    };
}

results! {
    /// `up` and `down`.
    Run(Run),
    /// `status`.
    Status(status::Status),
    /// `history`.
    History(history::History),
    /// `current` and `heads`.
    Revisions(Revisions),
    /// `branches`.
    Branches(branches::Branches),
    /// `show`.
    Show(Box<show::Show>),
    /// `stamp`.
    Stamp(stamp::Stamp),
    /// `sql`.
    Sql(sql::Sql),
    /// `squash`.
    Squashed(squash::Squashed),
    /// `check`.
    Check(check::Check),
    /// `verify`.
    Verify(verify::Verify),
    /// `lint`.
    Lint(lint::Lint),
    /// `lint --list`.
    Rules(lint::Rules),
    /// `doctor`.
    Doctor(doctor::Doctor),
    /// `report`.
    Inspection(Box<Inspection>),
    /// `maintain`.
    Maintenance(Maintained),
    /// `schema`.
    Schema(schema::Schema),
    /// `diagram`.
    Diagrams(diagram::Diagrams),
    /// `fresh`, `refresh` and `reset`.
    Done(Done),
    /// `generate`, `new` and `merge`.
    Created(Created),
    /// `new --from-entities`.
    Proposed(Box<new::Proposed>),
    /// `roles`.
    Roles(Roles),
    /// `init`.
    Setup(init::Setup),
    /// Any verb with `--all`.
    Areas(OfAreas),
}

impl<T: Outcome> Outcome for Box<T> {
    const IS_ASKED_FOR: bool = T::IS_ASKED_FOR;

    fn text(&self, verbose: bool) -> String {
        (**self).text(verbose)
    }

    fn summary(&self) -> String {
        (**self).summary()
    }

    fn error(&self) -> Option<String> {
        (**self).error()
    }

    fn exit_code(&self) -> u8 {
        (**self).exit_code()
    }
}
