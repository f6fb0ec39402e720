//! The indexes of the area: built while others go on writing, each backend by its own means.
//!
//! What a backend lacks is made up for where that is possible: without partial indexes the condition's column comes first,
//! without included columns they stand behind the key. GIN, BRIN and trigrams are PostgreSQL's and skipped elsewhere.

use migration_engine::revision::index;
use migration_timescale::{Dialect, Question, TimescaleManager, Unsupported, manager::run_or_skip};
use sea_orm_migration::{prelude::*, sea_orm::DbBackend};

/// How an index is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Method {
    BTree,
    Unique,
    Gin,
    Trigrams,
    Brin,
}

/// An index that a revision makes.
#[derive(Clone, Copy, Debug)]
pub struct NewIndex {
    name: &'static str,
    table: &'static str,
    columns: &'static [&'static str],
    include: &'static [&'static str],
    /// Condition, and the columns that stand for it where there are no conditions.
    only_where: Option<(&'static str, &'static [&'static str])>,
    method: Method,
}

impl NewIndex {
    /// Of these columns in their order, each followed by ` desc` where the last comes first.
    pub const fn of(name: &'static str, table: &'static str, columns: &'static [&'static str]) -> Self {
        Self { name, table, columns, include: &[], only_where: None, method: Method::BTree }
    }

    /// No two rows are the same in the columns.
    pub const fn unique(mut self) -> Self {
        self.method = Method::Unique;
        self
    }

    /// Finds what a JSON document or a list contains.
    pub const fn gin(mut self) -> Self {
        self.method = Method::Gin;
        self
    }

    /// Finds pieces of text. Needs the extension `pg_trgm`.
    pub const fn trigrams(mut self) -> Self {
        self.method = Method::Trigrams;
        self
    }

    /// A few bytes for every stretch of pages, for what is written in order.
    pub const fn brin(mut self) -> Self {
        self.method = Method::Brin;
        self
    }

    /// Columns that are read from the index and not from the table.
    pub const fn include(mut self, columns: &'static [&'static str]) -> Self {
        self.include = columns;
        self
    }

    /// Holds the rows that meet the condition, or has these columns first.
    pub const fn only_where(mut self, condition: &'static str, columns: &'static [&'static str]) -> Self {
        self.only_where = Some((condition, columns));
        self
    }

    async fn create(&self, manager: &SchemaManager<'_>) -> Result<(), DbErr> {
        if let Some((feature, needs)) = self.lacking(manager).await? {
            let skipped = run_or_skip(manager, self.table, |server| Err(Unsupported { feature, needs, server }));
            return skipped.await.map(drop);
        }
        index::create_index(manager, self.table, self.name, self.statement(manager.get_database_backend())).await
    }

    async fn drop(&self, manager: &SchemaManager<'_>) -> Result<(), DbErr> {
        if manager.index_exists(self.table, self.name).await? {
            manager.drop_index(Index::drop().name(self.name).table(self.table).to_owned()).await?;
        }
        Ok(())
    }

    /// What it is, and what that takes, where the server has it not.
    async fn lacking(&self, manager: &SchemaManager<'_>) -> Result<Option<(&'static str, &'static str)>, DbErr> {
        let is_postgres = manager.get_database_backend() == DbBackend::Postgres;
        Ok(match self.method {
            Method::Gin if !is_postgres => Some(("a GIN index", "PostgreSQL")),
            Method::Brin if !is_postgres => Some(("a BRIN index", "PostgreSQL")),
            Method::Trigrams if !has_trigrams(manager).await? => {
                Some(("an index of trigrams", "PostgreSQL with the extension pg_trgm"))
            }
            Method::BTree | Method::Unique | Method::Gin | Method::Brin | Method::Trigrams => None,
        })
    }

    fn statement(&self, backend: DbBackend) -> IndexCreateStatement {
        let dialect = Dialect::of(backend);
        let mut index = Index::create();
        index.name(self.name).table(self.table);
        match (self.only_where, dialect) {
            (Some((_, columns)), Dialect::MySql) => {
                for column in columns {
                    index.col(*column);
                }
            }
            (Some((condition, _)), Dialect::Postgres | Dialect::Sqlite) => {
                index.and_where(Expr::cust(condition));
            }
            (None, _) => {}
        }
        for column in self.columns {
            match column.strip_suffix(" desc") {
                Some(column) => index.col((column, IndexOrder::Desc)),
                None if self.method == Method::Trigrams => {
                    index.col(IndexColumn::from(*column).with_operator_class("gin_trgm_ops"))
                }
                None => index.col(*column),
            };
        }
        for column in self.include {
            match dialect {
                Dialect::Postgres => index.include(*column),
                Dialect::MySql | Dialect::Sqlite => index.col(*column),
            };
        }
        match self.method {
            Method::BTree => &mut index,
            Method::Unique => index.unique(),
            Method::Gin | Method::Trigrams => index.index_type(IndexType::Custom("gin".into())),
            Method::Brin => index.index_type(IndexType::Custom("brin".into())),
        }
        .take()
    }
}

/// Creates indexes that are not there. To be called outside a transaction.
pub async fn create_all(manager: &SchemaManager<'_>, indexes: &[NewIndex]) -> Result<(), DbErr> {
    for index in indexes {
        index.create(manager).await?;
    }
    Ok(())
}

/// Drops those that are there.
pub async fn drop_all(manager: &SchemaManager<'_>, indexes: &[NewIndex]) -> Result<(), DbErr> {
    for index in indexes.iter().rev() {
        index.drop(manager).await?;
    }
    Ok(())
}

/// Whether the extension `pg_trgm` is in the database. A script is for one that has it.
pub async fn has_trigrams(manager: &SchemaManager<'_>) -> Result<bool, DbErr> {
    const ENABLED: &str = "SELECT count(*) > 0 FROM pg_catalog.pg_extension WHERE extname = 'pg_trgm'";
    if manager.get_database_backend() != DbBackend::Postgres {
        return Ok(false);
    }
    Question::new(ENABLED, [], |_| true).ask(manager.get_connection()).await
}

/// The index by which the rows of a detection are found, for a table that belongs to detections. MySQL has its own.
pub fn index_of_detection(name: &'static str, table: &'static str) -> IndexCreateStatement {
    let mut index = Index::create();
    index.name(name).table(table).col("detection_id").take()
}
