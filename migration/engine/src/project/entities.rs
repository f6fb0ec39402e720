//! The entities of a project, for `new --from-entities`.

use sea_orm::{
    DbBackend, EntityTrait, Schema,
    sea_query::{IndexCreateStatement, TableCreateStatement},
};

/// The entities that the schema is to have tables for. [`entities!`](crate::entities) lists them.
#[derive(Clone, Debug, Default)]
pub struct Entities {
    pub(crate) tables: Vec<Entity>,
}

/// What an entity says of its table.
#[derive(Clone, Debug)]
pub(crate) struct Entity {
    pub table: TableCreateStatement,
    pub indexes: Vec<IndexCreateStatement>,
}

impl Entities {
    /// None yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Of tables that are put together at run time, with their indexes.
    #[doc(hidden)]
    pub fn of(tables: Vec<(TableCreateStatement, Vec<IndexCreateStatement>)>) -> Self {
        Self { tables: tables.into_iter().map(|(table, indexes)| Entity { table, indexes }).collect() }
    }

    /// With another one.
    #[must_use]
    pub fn table<E: EntityTrait>(mut self, entity: E) -> Self {
        // For this backend an enum stays one, with its labels.
        let schema = Schema::new(DbBackend::Sqlite);
        let indexes = schema.create_index_from_entity(entity);
        self.tables.push(Entity { table: schema.create_table_from_entity(E::default()), indexes });
        self
    }
}
