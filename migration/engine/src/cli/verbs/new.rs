//! `new`, or `generate` as SeaORM has it: a new revision from the template.

use super::{OnCode, Report};
use crate::{
    EngineError,
    cli::{
        context::Context,
        parts::created::{Created, crate_dir},
    },
    project::{areas::ChosenArea, scaffold},
};

/// Write a new revision from the template and list it in the code
#[derive(clap::Args)]
#[command(visible_alias = "new", after_help = "Example: migration new add_sensor_site --area alarms")]
pub(in crate::cli) struct Verb {
    /// What the revision does, as the name of a Rust module
    name: String,
    /// Use universal time in the name (the default)
    #[arg(long, conflicts_with = "local_time")]
    #[allow(dead_code, reason = "SeaORM's tool passes it, and it is the default")]
    universal_time: bool,
    /// Use local time in the name
    #[arg(long)]
    local_time: bool,
}

impl OnCode for Verb {
    async fn run(self, context: &Context, area: &ChosenArea) -> Result<Report, EngineError> {
        let at = if self.local_time { chrono::Local::now().naive_local() } else { chrono::Utc::now().naive_utc() };
        let written = scaffold::generate(&crate_dir(), &self.name, context.area.as_deref().or(area.name), at)?;
        Ok(Created::report(&written))
    }
}
