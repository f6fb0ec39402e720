//! `merge`: a revision that joins several heads.

use super::{OnCode, Report};
use crate::{
    EngineError,
    cli::{
        context::Context,
        parts::created::{Created, crate_dir},
    },
    project::{areas::ChosenArea, scaffold},
};

/// Write a revision that joins several heads into one
#[derive(clap::Args)]
#[command(after_help = "Example: migration merge -m join_sensors_and_sites")]
pub(in crate::cli) struct Verb {
    /// The revisions to join [default: all heads]
    revisions: Vec<String>,
    /// The name of the new revision
    #[arg(short, long, default_value = "merge_heads")]
    message: String,
}

impl OnCode for Verb {
    async fn run(self, context: &Context, area: ChosenArea) -> Result<Report, EngineError> {
        let graph = area.project.graph()?;
        let parents = graph.merge_parents(&self.revisions)?;
        let (at, folder) = (chrono::Utc::now().naive_utc(), context.area.as_deref().or(area.name));
        let written = scaffold::merge(&crate_dir()?, &self.message, folder, at, &graph.names(&parents))?;
        Ok(Created::report(&written))
    }
}
