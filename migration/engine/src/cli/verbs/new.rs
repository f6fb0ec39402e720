//! `new`, or `generate` as SeaORM has it: a new revision, from the template or from the project's entities.

mod from_entities;

use chrono::NaiveDateTime;

use super::{OnCode, Report};
use crate::{
    EngineError,
    cli::{
        context::Context,
        parts::created::{Created, crate_dir},
    },
    project::{areas::ChosenArea, scaffold},
};
use from_entities::FromEntities;
pub use from_entities::Proposed;

/// Write a new revision, and list it in the code: from the template, or from what the entities changed
#[derive(clap::Args)]
#[command(
    visible_alias = "generate",
    after_help = "Examples:\n  migration new add_sensor_site --area alarms\n  migration new add_site --from-entities --dry-run\n  migration new rename_site --from-entities --rename alarms.site:location\n  migration new add_owner --from-entities --fill alarms.owner=nobody\n  migration new --from-entities --check"
)]
pub(in crate::cli) struct Verb {
    /// What the revision does, as a Rust module name
    #[arg(required_unless_present = "check")]
    name: Option<String>,
    /// Name the revision by universal time (the default)
    #[arg(long, conflicts_with = "local_time")]
    #[allow(dead_code, reason = "SeaORM's tool passes it, and it is the default")]
    universal_time: bool,
    /// Name the revision by local time
    #[arg(long)]
    local_time: bool,
    #[command(flatten)]
    from: FromEntities,
}

impl Verb {
    /// Whether its area has to be one that the code has.
    pub(super) fn asks_a_database(&self) -> bool {
        self.from.from_entities
    }

    fn at(&self) -> NaiveDateTime {
        if self.local_time { chrono::Local::now().naive_local() } else { chrono::Utc::now().naive_utc() }
    }
}

impl OnCode for Verb {
    async fn run(self, context: &Context, area: ChosenArea) -> Result<Report, EngineError> {
        let (at, name) = (self.at(), self.name.unwrap_or_default());
        if self.from.from_entities {
            return Box::pin(self.from.run(context, area, &name, at)).await;
        }
        let written = scaffold::generate(&crate_dir()?, &name, context.area.as_deref().or(area.name), at)?;
        Ok(Created::report(&written))
    }
}
