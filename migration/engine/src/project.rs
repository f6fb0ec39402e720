//! What a project hands to the engine.

use sea_orm_migration::{MigrationTrait, MigratorTrait, sea_orm::DynIden, sea_query::SeaRc};

use crate::EngineError;

/// A migrator and how its commands behave. `From` turns any SeaORM migrator into one with the defaults.
pub struct Project {
    pub(crate) revisions: Vec<Box<dyn MigrationTrait>>,
    pub(crate) bookkeeping: DynIden,
    pub(crate) embedded: String,
}

impl Project {
    /// A project of one migrator.
    pub fn new<M: MigratorTrait>(_migrator: M) -> Self {
        Self {
            revisions: M::migrations(),
            bookkeeping: M::migration_table_name(),
            embedded: "embedded.sqlite".to_owned(),
        }
    }

    /// File of the embedded SQLite database that is used when no URL is given anywhere.
    #[must_use]
    pub fn embedded(mut self, file: &str) -> Self {
        file.clone_into(&mut self.embedded);
        self
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

    /// A revision's position by its name, or by a prefix that only one revision has.
    pub fn position(&self, wanted: &str) -> Result<usize, EngineError> {
        let names = self.revision_names();
        if let Some(exact) = names.iter().position(|name| name == wanted) {
            return Ok(exact);
        }
        let mut matching =
            names.iter().enumerate().filter(|(_, name)| name.starts_with(wanted)).map(|(index, _)| index);
        match (matching.next(), matching.next()) {
            (Some(only), None) if !wanted.is_empty() => Ok(only),
            _ => Err(EngineError::UnknownRevision { wanted: wanted.to_owned(), known: names }),
        }
    }

    pub(crate) fn check_names(&self) -> Result<(), EngineError> {
        let mut seen = std::collections::HashSet::new();
        match self.revisions.iter().find(|revision| !seen.insert(revision.name())) {
            Some(twice) => Err(EngineError::DuplicateRevision { name: twice.name().to_owned() }),
            None => Ok(()),
        }
    }
}

impl<M: MigratorTrait> From<M> for Project {
    fn from(migrator: M) -> Self {
        Self::new(migrator)
    }
}
