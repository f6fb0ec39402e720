//! The columnstore enabled, changed and disabled.

use sea_orm::DbErr;
use sea_orm_migration::SchemaManager;

use super::{
    Step, TimescaleManager,
    hypertable::has_compressed_chunk,
    run::{is_in_transaction, run_all_or_skip, run_or_skip, run_quietly},
};
use crate::{Capability, Chunks, Columnstore, Question, Refused, Unsupported};

pub(super) async fn enable(manager: &SchemaManager<'_>, columnstore: &Columnstore) -> Result<Step, DbErr> {
    let enabled = run_or_skip(manager, columnstore.table(), |server| columnstore.enable_sql(server)).await?;
    if columnstore.sparse_indexes().is_empty() || enabled != Step::Applied {
        return Ok(enabled);
    }
    refuse_minmax_of_enum(manager, columnstore).await?;
    run_or_skip(manager, columnstore.table(), |server| columnstore.sparse_sql(server)).await?;
    Ok(enabled)
}

async fn refuse_minmax_of_enum(manager: &SchemaManager<'_>, columnstore: &Columnstore) -> Result<(), DbErr> {
    const ENUM: &str = "SELECT count(*) > 0 FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid \
         JOIN pg_type t ON t.oid = a.atttypid WHERE c.relnamespace = quote_ident(current_schema())::regnamespace AND c.relname = $1 \
         AND a.attname = $2 AND t.typtype = 'e'";
    let table = columnstore.table();
    let minmax = columnstore.sparse_indexes().iter().filter(|index| index.is_minmax());
    for column in minmax.flat_map(crate::SparseIndex::columns) {
        let question = Question::new(ENUM, [table, column], |known| known.schema().has_enum_column(table, column));
        if question.ask(manager.get_connection()).await? {
            return Err(Refused::MinmaxOfEnum { table: table.to_owned(), column: column.clone() }.into());
        }
    }
    Ok(())
}

pub(super) async fn disable(manager: &SchemaManager<'_>, columnstore: &Columnstore) -> Result<Step, DbErr> {
    let server = manager.capability().await?;
    if server.has_columnstore() && has_compressed_chunk(manager, columnstore.table()).await? {
        return Err(Refused::ChunksInColumnstore { table: columnstore.table().to_owned() }.into());
    }
    run_quietly(manager, columnstore.disable_sql(server)).await
}

pub(super) async fn reset_sparse(manager: &SchemaManager<'_>, columnstore: &Columnstore) -> Result<Step, DbErr> {
    let server = manager.capability().await?;
    let rendered = columnstore.reset_sparse_sql(server).map(|sql| vec![sql]).map_err(Into::into);
    run_all_or_skip(manager, columnstore.table(), rendered).await
}

/// Converts chunks, one by one where that is possible.
pub(super) async fn convert(
    manager: &SchemaManager<'_>,
    chunks: &Chunks,
    render: fn(&Chunks, Capability) -> Result<String, Unsupported>,
) -> Result<Step, DbErr> {
    let chunks = if is_in_transaction(manager) { chunks.clone() } else { chunks.clone().one_by_one() };
    run_or_skip(manager, chunks.table(), |server| render(&chunks, server)).await
}
