//! The first revision of an area: its enums, tables and indexes, created together and dropped together.

use migration_engine::revision::consent;
use migration_timescale::TimescaleManager;
use sea_orm_migration::{prelude::*, sea_orm::DbBackend};

use crate::portable::{create_enum, drop_enum, table::EnumType};

/// A table's name, and the statement that creates it.
pub type TableOf = (&'static str, fn(DbBackend) -> TableCreateStatement);

/// What a revision creates.
pub struct Baseline {
    /// Enum types.
    pub enums: &'static [EnumType],
    /// Tables, in the order in which they refer to each other.
    pub tables: &'static [TableOf],
    /// Indexes of the tables.
    pub indexes: fn(DbBackend) -> Vec<IndexCreateStatement>,
}

impl Baseline {
    /// Creates everything.
    pub async fn create(&self, manager: &SchemaManager<'_>) -> Result<(), DbErr> {
        let backend = manager.get_database_backend();
        for (name, labels) in self.enums {
            create_enum(manager, name, labels).await?;
        }
        self.drop_left_overs(manager).await?;
        for (_, table) in self.tables {
            manager.create_table(table(backend)).await?;
        }
        for index in (self.indexes)(backend) {
            manager.create_index(index).await?;
        }
        Ok(())
    }

    /// Drops everything, when it holds no rows or they may go.
    pub async fn drop(&self, manager: &SchemaManager<'_>) -> Result<(), DbErr> {
        let mut present = Vec::new();
        for (table, _) in self.tables {
            // On MySQL a run that was killed may have dropped some.
            if manager.get_database_backend() != DbBackend::MySql || manager.table_exists(table).await? {
                consent::may_drop_rows(manager, table).await?;
                present.push(*table);
            }
        }
        for table in present.into_iter().rev() {
            manager.drop_table(Table::drop().table(table).take()).await?;
        }
        for (name, _) in self.enums.iter().rev() {
            drop_enum(manager, name).await?;
        }
        Ok(())
    }

    /// MySQL commits after every statement: a run that was killed leaves tables, and no row in them.
    async fn drop_left_overs(&self, manager: &SchemaManager<'_>) -> Result<(), DbErr> {
        if manager.get_database_backend() != DbBackend::MySql {
            return Ok(());
        }
        for (table, _) in self.tables.iter().rev() {
            if manager.table_exists(table).await? && !consent::holds_rows(manager.get_connection(), table).await? {
                manager.drop_table(Table::drop().table(*table).take()).await?;
            }
        }
        Ok(())
    }
}
