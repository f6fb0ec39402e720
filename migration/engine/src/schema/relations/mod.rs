//! Tables and views with their columns, keys and labels, in the same shape on every backend.

use migration_timescale::Dialect;
use sea_orm::{ConnectionTrait, DbErr, FromQueryResult};

use super::catalog::is_no_schema;
use crate::sql::rows;

/// A column of a table or a view.
#[derive(FromQueryResult)]
pub(crate) struct ColumnRow {
    pub relation: String,
    /// `table`, `foreign table`, `view` or `materialized view`.
    pub kind: String,
    pub name: String,
    pub data_type: String,
    pub nullable: String,
    pub default_value: Option<String>,
    pub enum_name: Option<String>,
    /// What made the table, on SQLite.
    pub table_sql: Option<String>,
    pub comment: Option<String>,
    pub table_comment: Option<String>,
    /// Whether the database itself gives the value, or row security reads it.
    pub held: String,
}

/// A column of a key or an index. What covers part of the rows, of a value or an expression is not among them.
#[derive(FromQueryResult)]
pub(crate) struct KeyRow {
    pub relation: String,
    pub name: String,
    /// `primary`, `unique`, `index` or `foreign`.
    pub kind: String,
    pub column_name: String,
    /// With its schema where that is another one.
    pub target: Option<String>,
    pub target_column: Option<String>,
    pub on_delete: Option<String>,
    pub on_update: Option<String>,
}

/// A label of an enum.
#[derive(FromQueryResult)]
pub(crate) struct LabelRow {
    pub name: String,
    pub label: String,
}

/// The columns of every relation but those of the bookkeeping.
pub(crate) async fn columns<C: ConnectionTrait>(db: &C, bookkeeping: &str) -> Result<Vec<ColumnRow>, DbErr> {
    let mut columns: Vec<ColumnRow> = all(
        db,
        match Dialect::of(db.get_database_backend()) {
            Dialect::Postgres => include_str!("postgres_columns.sql"),
            Dialect::MySql => include_str!("mysql_columns.sql"),
            Dialect::Sqlite => include_str!("sqlite_columns.sql"),
        },
    )
    .await?;
    columns.retain(|row| !is_no_schema(&row.relation, bookkeeping));
    Ok(columns)
}

/// The columns of every key, those of one key in a row.
pub(crate) async fn keys<C: ConnectionTrait>(db: &C) -> Result<Vec<KeyRow>, DbErr> {
    let sql = match Dialect::of(db.get_database_backend()) {
        Dialect::Postgres => include_str!("postgres_keys.sql"),
        Dialect::MySql => include_str!("mysql_keys.sql"),
        Dialect::Sqlite => include_str!("sqlite_keys.sql"),
    };
    all(db, sql).await
}

/// Takes the rows of `keys` apart by key.
pub(crate) fn by_key(rows: &[KeyRow]) -> impl Iterator<Item = &[KeyRow]> {
    rows.chunk_by(|one, next| (&one.relation, &one.name, &one.kind) == (&next.relation, &next.name, &next.kind))
}

/// The labels of every enum in their order. Only PostgreSQL has enums apart from columns.
pub(crate) async fn labels<C: ConnectionTrait>(db: &C) -> Result<Vec<LabelRow>, DbErr> {
    match Dialect::of(db.get_database_backend()) {
        Dialect::Postgres => all(db, include_str!("postgres_labels.sql")).await,
        Dialect::MySql | Dialect::Sqlite => Ok(Vec::new()),
    }
}

/// The rows of a query.
pub(crate) async fn all<C: ConnectionTrait, T: FromQueryResult>(db: &C, sql: &str) -> Result<Vec<T>, DbErr> {
    rows(db, sql).await?.iter().map(|row| T::from_query_result(row, "")).collect()
}
