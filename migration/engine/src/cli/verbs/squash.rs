//! `squash`: a revision in place of others.

use schemars::JsonSchema;
use serde::Serialize;

use super::{OnCode, Outcome, Report};
use crate::{
    EngineError,
    cli::{
        context::Context,
        parts::{
            created::{crate_dir, from_here},
            text::{each, plural},
        },
    },
    project::areas::ChosenArea,
    recording::Profile,
    squash,
};

/// Write a revision that stands in place of others and does the same
#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  migration squash :m20260223\n  migration squash m20260105:m20260223 --backend postgres --backend sqlite\n\n\
A database that has all of the others counts the new one as applied, and the next `up` writes that down;\n\
an empty one runs only the new one; one that has some of the others is told how to finish first.\n\
`verify` proves that both ways end at the same schema."
)]
pub(in crate::cli) struct Verb {
    /// The revisions after FROM, up to and including TO; either may be left out
    #[arg(value_name = "FROM:TO")]
    range: String,
    /// What the new revision is called, behind the time of TO
    #[arg(short, long, default_value = "squashed")]
    message: String,
    /// A backend that the project is for; may be said several times [default: all]
    #[arg(long, value_enum)]
    backend: Vec<Profile>,
}

/// A revision in place of others, as it was written.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Squashed {
    /// Its name.
    pub revision: String,
    /// The others, in order.
    pub replaces: Vec<String>,
    /// The backends that it was written for.
    pub backends: Vec<String>,
    /// The files that were written, its own first.
    pub files: Vec<String>,
    /// What to know before it is used.
    pub notes: Vec<String>,
}

impl OnCode for Verb {
    async fn run(self, context: &Context, area: ChosenArea) -> Result<Report, EngineError> {
        let squashed = squash::squash(&area.project, &self.range, &self.message, &self.backend).await?;
        let files = squash::write(&squashed, &crate_dir()?, context.area.as_deref().or(area.name))?;
        let mut backends: Vec<String> = squashed.scripts.iter().map(|one| one.backend.to_owned()).collect();
        backends.dedup();
        Ok(Report::Squashed(Squashed {
            revision: squashed.revision,
            replaces: squashed.replaces,
            backends,
            files: files.iter().map(|file| from_here(file)).collect(),
            notes: squashed.notes,
        }))
    }
}

impl Outcome for Squashed {
    const IS_ASKED_FOR: bool = true;

    fn text(&self, _verbose: bool) -> String {
        let count = self.replaces.len();
        each(&self.files, |file| format!("{file}\n"))
            + &each(&self.notes, |note| format!("note: {note}\n"))
            + &format!(
                "{} stands in place of {count} {}, for {}; `migration verify` proves it\n",
                self.revision,
                plural(count, "revision"),
                self.backends.join(", ")
            )
    }
}
