//! Several projects behind one command line: the areas of a platform, each with a schema and a history of its own.
//!
//! ```no_run
//! # use migration_engine::sea_orm_migration::prelude::*;
//! # mod alarms { use super::*; pub struct Migrator; impl MigratorTrait for Migrator { fn migrations() -> Vec<Box<dyn MigrationTrait>> { vec![] } } }
//! # mod telemetry { pub use super::alarms::Migrator; }
//! use migration_engine::Areas;
//!
//! # #[tokio::main]
//! # async fn main() -> std::process::ExitCode {
//! migration_engine::cli::run(Areas::new("alarms", alarms::Migrator).and("telemetry", telemetry::Migrator)).await
//! # }
//! ```
//!
//! The first is the default area: it works in the database as the URL names it. Every other has its own database
//! (`DATABASE_URL_<AREA>`) or its place in the common one ([`Target::resolve_area`]), and is chosen with `--area`; `--all`
//! takes one after the other.

use std::collections::BTreeSet;

use crate::{EngineError, Project, Target};

/// Named projects; the first is the default.
pub struct Areas {
    default: Area,
    others: Vec<Area>,
}

struct Area {
    /// `None` for a project that stands alone.
    name: Option<&'static str>,
    project: Project,
}

impl Area {
    fn named(name: &'static str, project: Project) -> Self {
        Self { name: Some(name), project: Project { area: Some(name), ..project } }
    }
}

impl Areas {
    /// The default area.
    pub fn new(name: &'static str, project: impl Into<Project>) -> Self {
        Self { default: Area::named(name, project.into()), others: Vec::new() }
    }

    /// Another area. Its name is the PostgreSQL schema, and part of the name of its MySQL database or SQLite file.
    #[must_use]
    pub fn and(mut self, name: &'static str, project: impl Into<Project>) -> Self {
        self.others.push(Area::named(name, project.into()));
        self
    }

    /// The names, the default first; none for a project that stands alone.
    pub fn names(&self) -> Vec<&'static str> {
        std::iter::once(&self.default).chain(&self.others).filter_map(|area| area.name).collect()
    }

    /// Each area's name, and its project; the default first.
    pub fn into_projects(self) -> impl Iterator<Item = (Option<&'static str>, Project)> {
        std::iter::once(self.default).chain(self.others).map(|area| (area.name, area.project))
    }

    /// The areas with the revisions themselves where others stand in their place.
    #[must_use]
    pub(crate) fn unsquashed(self) -> Self {
        let one = |area: Area| Area { project: area.project.unsquashed(), ..area };
        Self { default: one(self.default), others: self.others.into_iter().map(one).collect() }
    }

    /// The revisions of every area that has a name.
    pub(crate) fn revisions(&self) -> Vec<(&'static str, Vec<String>)> {
        let named = std::iter::once(&self.default).chain(&self.others);
        named.filter_map(|area| Some((area.name?, area.project.revision_names()))).collect()
    }

    /// The area of that name, or the default.
    pub(crate) fn choose(self, name: Option<&str>) -> Result<ChosenArea, EngineError> {
        let known = self.names();
        let Some(wanted) = name.filter(|wanted| self.default.name != Some(wanted)) else {
            return Ok(ChosenArea::of(self.default, None));
        };
        match self.others.into_iter().find(|area| area.name == Some(wanted)) {
            Some(area) => {
                let place = area.name;
                Ok(ChosenArea::of(area, place))
            }
            None if known.is_empty() => Err(EngineError::NoAreas { area: wanted.to_owned() }),
            None => Err(EngineError::UnknownArea { area: wanted.to_owned(), known: known.join(", ") }),
        }
    }

    /// Every area, the default first, for a command that works on one after the other. `schema` is `--database-schema`.
    pub(crate) fn all(self, schema: Option<&str>) -> Result<Vec<ChosenArea>, EngineError> {
        if let Some(schema) = schema.filter(|_| !self.others.is_empty()) {
            return Err(EngineError::OneSchemaForAll { schema: schema.to_owned() });
        }
        let default = ChosenArea::of(self.default, None);
        let others = self.others.into_iter().map(|area| {
            let place = area.name;
            ChosenArea::of(area, place)
        });
        let mut all: Vec<ChosenArea> = std::iter::once(default).chain(others).collect();
        let revisions: Vec<Vec<String>> = all.iter().map(|area| area.project.revision_names()).collect();
        for (number, area) in all.iter_mut().enumerate() {
            area.together = true;
            let others = revisions.iter().enumerate().filter(|(other, _)| *other != number);
            area.elsewhere = others.flat_map(|(_, names)| names.iter().cloned()).collect();
        }
        Ok(all)
    }
}

impl<P: Into<Project>> From<P> for Areas {
    fn from(project: P) -> Self {
        Self { default: Area { name: None, project: project.into() }, others: Vec::new() }
    }
}

/// The area a command works on.
pub(crate) struct ChosenArea {
    /// `None` for a project that stands alone.
    pub name: Option<&'static str>,
    /// Set when the area has a place of its own.
    pub place: Option<&'static str>,
    pub project: Project,
    /// Whether it is one of all: `--database-url` is then the database in which each area has its place.
    pub together: bool,
    /// The revisions of the others, where it is one of all.
    pub elsewhere: BTreeSet<String>,
}

impl ChosenArea {
    fn of(area: Area, place: Option<&'static str>) -> Self {
        let project = Project { area: area.name, ..area.project };
        Self { name: area.name, place, project, together: false, elsewhere: BTreeSet::new() }
    }

    /// Its database, when `flag` is `--database-url`.
    pub(crate) fn target(&self, flag: Option<&str>) -> Result<Target, EngineError> {
        let embedded = &self.project.embedded;
        Ok(match (self.place, flag) {
            (Some(area), Some(_)) if self.together => Target::resolve(flag, embedded)?.in_area(area),
            (Some(area), _) => Target::resolve_area(area, flag, embedded)?,
            (None, _) => Target::resolve(flag, embedded)?,
        })
    }
}
