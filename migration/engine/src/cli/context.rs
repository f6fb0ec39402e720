//! What every verb may need.

use std::sync::Arc;

use super::bar::Show;
use crate::{
    EngineError, Runner, Target,
    project::areas::ChosenArea,
    session::{Patience, connect},
};

/// What every verb may need.
pub(super) struct Context {
    pub(super) url: Option<String>,
    pub(super) schema: Option<String>,
    pub(super) area: Option<String>,
    /// Whether every area is worked on.
    pub(super) all: bool,
    pub(super) show: Arc<Show>,
    /// Whether to say on standard error which database is worked on.
    pub(super) announce: bool,
    pub(super) patience: Patience,
}

impl Context {
    /// Whether the area's database is a file that is not there yet.
    pub(super) fn has_no_file(&self, area: &ChosenArea) -> Result<bool, EngineError> {
        let target = area.target(self.url.as_deref())?;
        Ok(target.sqlite_file().is_some_and(|file| !file.exists()))
    }

    /// Connects to the area's database.
    pub(super) async fn connect(&self, area: ChosenArea, must_exist: bool) -> Result<Runner, EngineError> {
        self.connect_as(area, connect::Settings { must_exist, ..connect::Settings::default() }).await
    }

    /// The same, for a verb that asks more or less of the connection.
    pub(super) async fn connect_as(
        &self,
        area: ChosenArea,
        as_asked: connect::Settings,
    ) -> Result<Runner, EngineError> {
        let runner = self.open(area, as_asked).await?;
        let show = Arc::clone(&self.show);
        Ok(runner.on_event(move |event| show.event(event)))
    }

    /// The same to a database in memory, in the place of an SQLite file that is not there.
    pub(super) async fn connect_in_memory(&self, area: ChosenArea) -> Result<Runner, EngineError> {
        let target = Target::parse("sqlite::memory:", "the engine")?;
        Runner::connect(area.project, target, &connect::Settings::default(), self.patience.clone()).await
    }

    /// The same, and makes the database where there is none. What is done is shown beside the result.
    pub(super) async fn connect_or_create(&self, area: ChosenArea) -> Result<Runner, EngineError> {
        let runner = self.open(area, connect::Settings { create: true, ..connect::Settings::default() }).await?;
        let show = Arc::clone(&self.show);
        Ok(runner.on_event(move |event| show.aside(event)))
    }

    async fn open(&self, area: ChosenArea, as_asked: connect::Settings) -> Result<Runner, EngineError> {
        let target = area.target(self.url.as_deref())?;
        let settings = connect::Settings { schema: self.schema.clone(), ..as_asked };
        Runner::connect(area.project, target, &settings, self.patience.clone()).await
    }
}
