//! Checks on columns that were added moments ago.

use sea_orm::{ConnectionTrait, DbErr};
use sea_orm_migration::SchemaManager;

use super::{TimescaleManager, hypertable::has_columnstore};
use crate::{ChecksOnNewColumns, Question};

pub(super) async fn add(manager: &SchemaManager<'_>, checks: &ChecksOnNewColumns) -> Result<(), DbErr> {
    let columnstore = manager.capability().await?.has_hypertables() && has_columnstore(manager, checks.table()).await?;
    let sql = if columnstore { checks.add_to_columnstore_sql() } else { checks.add_unvalidated_sql() };
    manager.get_connection().execute_unprepared(&sql).await.map(drop)
}

pub(super) async fn validate(manager: &SchemaManager<'_>, checks: &ChecksOnNewColumns) -> Result<(), DbErr> {
    let places: Vec<String> = (2..).zip(checks.names()).map(|(place, _)| format!("${place}")).collect();
    let sql = format!(
        "SELECT count(*) > 0 FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid \
         WHERE c.relnamespace = quote_ident(current_schema())::regnamespace AND c.relname = $1 \
         AND k.conname IN ({}) AND NOT k.convalidated",
        places.join(", ")
    );
    let names = std::iter::once(checks.table()).chain(checks.names());
    // With a columnstore they are added valid.
    let question = Question::new(sql, names, |known| !known.schema().has_columnstore(checks.table()));
    if question.ask(manager.get_connection()).await? {
        manager.get_connection().execute_unprepared(&checks.validate_sql()).await?;
    }
    Ok(())
}
