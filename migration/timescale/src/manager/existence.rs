//! Whether a table, column or index is there, whoever owns it.
//!
//! SeaORM's `has_table`, `has_column` and `has_index` ask views of PostgreSQL's `information_schema`, which hide what the
//! user has no right to: a table of another owner looks absent there, and a revision that believes it changes nothing. The
//! catalogue hides nothing. SQLite has no rights. MySQL has no other source, and shows a table to everyone who has any
//! right to it.

use sea_orm::DbErr;
use sea_orm_migration::SchemaManager;

use crate::{Dialect, Question};

const TABLE: &str = "SELECT count(*) > 0 FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
     WHERE n.nspname = current_schema() AND c.relname = $1 AND c.relkind IN ('r', 'p', 'v', 'm', 'f')";
const COLUMN: &str = "SELECT count(*) > 0 FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_class c ON c.oid = a.attrelid \
     JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = current_schema() AND c.relname = $1 \
     AND c.relkind IN ('r', 'p', 'v', 'm', 'f') AND a.attname = $2 AND a.attnum > 0 AND NOT a.attisdropped";
const INDEX: &str = "SELECT count(*) > 0 FROM pg_catalog.pg_index x JOIN pg_catalog.pg_class i ON i.oid = x.indexrelid \
     JOIN pg_catalog.pg_class c ON c.oid = x.indrelid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
     WHERE n.nspname = current_schema() AND c.relname = $1 AND i.relname = $2";

pub(super) async fn table(manager: &SchemaManager<'_>, table: &str) -> Result<bool, DbErr> {
    match Dialect::of(manager.get_database_backend()) {
        Dialect::Postgres => {
            let question = Question::new(TABLE, [table], |known| known.schema().has_table(table));
            question.ask(manager.get_connection()).await
        }
        Dialect::MySql | Dialect::Sqlite => manager.has_table(table).await,
    }
}

pub(super) async fn column(manager: &SchemaManager<'_>, table: &str, column: &str) -> Result<bool, DbErr> {
    match Dialect::of(manager.get_database_backend()) {
        Dialect::Postgres => {
            let question = Question::new(COLUMN, [table, column], |known| known.schema().has_column(table, column));
            question.ask(manager.get_connection()).await
        }
        Dialect::MySql | Dialect::Sqlite => manager.has_column(table, column).await,
    }
}

pub(super) async fn index(manager: &SchemaManager<'_>, table: &str, index: &str) -> Result<bool, DbErr> {
    match Dialect::of(manager.get_database_backend()) {
        Dialect::Postgres => {
            let question = Question::new(INDEX, [table, index], |known| known.schema().has_index(table, index));
            question.ask(manager.get_connection()).await
        }
        Dialect::MySql | Dialect::Sqlite => manager.has_index(table, index).await,
    }
}
