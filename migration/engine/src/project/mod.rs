//! What a project hands to the engine.

pub mod areas;
pub mod describe;
pub mod entities;
mod macros;
pub(crate) mod scaffold;

use std::{collections::BTreeMap, sync::Arc};

use migration_timescale::Maintenance;
use sea_orm_migration::{
    MigrationTrait, MigratorTrait,
    sea_orm::DynIden,
    sea_query::{IntoIden, SeaRc},
    seaql_migrations,
};

use crate::{
    Describe, EngineError,
    error::SquashError,
    graph::{Graph, Node},
    project::{describe::Parents, entities::Entities},
};

/// A migrator and how its commands behave. `From` turns any SeaORM migrator into one with the defaults.
pub struct Project {
    pub(crate) revisions: Vec<Arc<dyn MigrationTrait>>,
    pub(crate) bookkeeping: DynIden,
    pub(crate) embedded: String,
    /// The area that it is, where it is one of several.
    pub(crate) area: Option<&'static str>,
    pub(crate) descriptions: Vec<Box<dyn Describe>>,
    /// Names that revisions may still give as parents, and what is meant: of an [unsquashed](Self::unsquashed) project.
    meant: BTreeMap<String, String>,
    pub(crate) entities: Option<Entities>,
}

impl Project {
    /// A project of one migrator.
    pub fn new<M: MigratorTrait>(_migrator: M) -> Self {
        Self { bookkeeping: M::migration_table_name(), ..Self::of(M::migrations()) }
    }

    /// A project of these revisions, for lists that are put together at run time.
    pub fn of(revisions: Vec<Box<dyn MigrationTrait>>) -> Self {
        Self {
            revisions: revisions.into_iter().map(Arc::from).collect(),
            bookkeeping: seaql_migrations::Entity.into_iden(),
            embedded: "embedded.sqlite".to_owned(),
            area: None,
            descriptions: Vec::new(),
            meant: BTreeMap::new(),
            entities: None,
        }
    }

    /// Adds what a revision says about itself.
    #[must_use]
    pub fn describe(mut self, revision: impl Describe + 'static) -> Self {
        self.descriptions.push(Box::new(revision));
        self
    }

    /// The entities that `new --from-entities` writes revisions for.
    #[must_use]
    pub fn entities(mut self, entities: Entities) -> Self {
        self.entities = Some(entities);
        self
    }

    /// What the revision of that name says about itself, if it says anything.
    pub fn description(&self, name: &str) -> Option<&dyn Describe> {
        self.descriptions.iter().find(|description| description.name() == name).map(AsRef::as_ref)
    }

    /// What its revisions, all of them, declare to be done again and again.
    pub(crate) fn maintenance(&self) -> impl Iterator<Item = Maintenance> {
        self.revisions.iter().filter_map(|revision| self.description(revision.name())).flat_map(Describe::maintenance)
    }

    /// Its name, where it is one of several areas.
    pub fn area(&self) -> Option<&'static str> {
        self.area
    }

    /// File of the embedded SQLite database that is used when no URL is given anywhere.
    #[must_use]
    pub fn embedded(mut self, file: &str) -> Self {
        file.clone_into(&mut self.embedded);
        self
    }

    /// The revisions, oldest first.
    pub fn revisions(&self) -> Vec<&dyn MigrationTrait> {
        self.revisions.iter().map(AsRef::as_ref).collect()
    }

    /// Names of the revisions, oldest first.
    pub fn revision_names(&self) -> Vec<String> {
        self.revisions.iter().map(|revision| revision.name().to_owned()).collect()
    }

    /// Name of SeaORM's table of applied revisions.
    pub fn bookkeeping_table(&self) -> String {
        self.bookkeeping.to_string()
    }

    pub(crate) fn bookkeeping(&self) -> DynIden {
        SeaRc::clone(&self.bookkeeping)
    }

    /// The revision of that name.
    pub(crate) fn revision(&self, name: &str) -> Result<&dyn MigrationTrait, EngineError> {
        match self.revisions.iter().find(|revision| revision.name() == name) {
            Some(revision) => Ok(revision.as_ref()),
            None => Err(EngineError::MissingRevisions { revisions: vec![name.to_owned()], renamed: Vec::new() }),
        }
    }

    /// Each replaced name, with the revision that stands in its place.
    fn replacing(&self) -> impl Iterator<Item = (&str, &str)> {
        self.descriptions.iter().flat_map(|one| one.replaces().iter().map(|name| (*name, one.name())))
    }

    /// The project with the revisions themselves where it has the code of those that another stands in place of.
    #[must_use]
    pub fn unsquashed(mut self) -> Self {
        let replaced = |one: &dyn Describe| one.replaced().map(|project| (one.name().to_owned(), project));
        let all: Vec<(String, Self)> = self.descriptions.iter().filter_map(|one| replaced(one.as_ref())).collect();
        for (name, replaced) in all {
            self.descriptions.retain(|one| one.name() != name);
            self.descriptions.extend(replaced.descriptions);
            if let Some(last) = replaced.revisions.last() {
                self.meant.insert(name.clone(), last.name().to_owned());
            }
            if let Some(place) = self.revisions.iter().position(|one| one.name() == name) {
                self.revisions.splice(place..=place, replaced.revisions);
            }
        }
        self
    }

    /// The revisions and how they follow each other. A position in it is a position in the migrator's list.
    pub fn graph(&self) -> Result<Graph, EngineError> {
        let replaced: BTreeMap<&str, &str> = self.replacing().collect();
        if let Some((name, by)) = replaced.iter().find(|(name, _)| self.revision(name).is_ok()) {
            return Err(SquashError::StillListed { revision: (*name).to_owned(), by: (*by).to_owned() }.into());
        }
        // Whoever names a revision that another stands in place of means that one.
        let now = |names: &'static [&'static str]| {
            let mut now: Vec<&str> = Vec::with_capacity(names.len());
            for name in names {
                let meant = replaced.get(name).copied().or(self.meant.get(*name).map(String::as_str));
                let name = meant.unwrap_or(name);
                if meant.is_none() || !now.contains(&name) {
                    now.push(name);
                }
            }
            now
        };
        let mut descriptions: BTreeMap<&str, &dyn Describe> = BTreeMap::new();
        for description in &self.descriptions {
            descriptions.entry(description.name()).or_insert(description.as_ref());
        }
        let mut previous: Option<&str> = None;
        let nodes = self.revisions.iter().map(|revision| {
            let name = revision.name();
            let before = previous.replace(name);
            let Some(description) = descriptions.get(name) else { return Node::following(name, before) };
            let node = match description.parents() {
                Parents::Previous => Node::following(name, before),
                Parents::Named(parents) => Node::following(name, now(parents)),
            };
            let node = node.depends_on(now(description.depends_on())).replaces(description.replaces().iter().copied());
            match description.area() {
                Some(area) => node.area(area),
                None => node,
            }
        });
        let graph = Graph::new(nodes.collect())?;
        let unlisted = self.descriptions.iter().find(|description| graph.position(description.name()).is_none());
        match unlisted {
            Some(description) => Err(EngineError::DescribedNotListed { revision: description.name().to_owned() }),
            None => Ok(graph),
        }
    }
}

impl<M: MigratorTrait> From<M> for Project {
    fn from(migrator: M) -> Self {
        Self::new(migrator)
    }
}
