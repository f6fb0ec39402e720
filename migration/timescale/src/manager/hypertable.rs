//! Hypertables, their dimensions, columns and indexes.

use sea_orm::{DbBackend, DbErr, sea_query::TableCreateStatement};
use sea_orm_migration::SchemaManager;

use super::{
    Step, TimescaleManager,
    run::{is_in_transaction, run, run_or_skip},
};
use crate::{Hypertable, HypertableColumn, PerChunkIndex, Question, Refused, identifier, internals};

/// Whether the table is a hypertable.
pub(super) async fn is_hypertable(manager: &SchemaManager<'_>, table: &str) -> Result<bool, DbErr> {
    Question::new(HYPERTABLE, [table], |known| known.schema().is_hypertable(table)).ask(manager.get_connection()).await
}

/// Whether the table is a hypertable whose columnstore is enabled. Of a server with hypertables.
pub async fn has_columnstore(manager: &SchemaManager<'_>, table: &str) -> Result<bool, DbErr> {
    let sql = format!("{HYPERTABLE} AND compression_enabled");
    Question::new(sql, [table], |known| known.schema().has_columnstore(table)).ask(manager.get_connection()).await
}

const HYPERTABLE: &str = "SELECT count(*) > 0 FROM timescaledb_information.hypertables \
     WHERE hypertable_schema = current_schema() AND hypertable_name = $1";

pub(super) async fn create(manager: &SchemaManager<'_>, hypertable: &Hypertable) -> Result<Step, DbErr> {
    if manager.capability().await?.has_hypertables() && !is_hypertable(manager, hypertable.table()).await? {
        refuse_keys(manager, hypertable).await?;
    }
    run_or_skip(manager, hypertable.table(), |server| hypertable.create_sql(server)).await
}

pub(super) async fn create_table(
    manager: &SchemaManager<'_>,
    hypertable: &Hypertable,
    table: &TableCreateStatement,
) -> Result<Step, DbErr> {
    let server = manager.capability().await?;
    let statements = hypertable.create_table_sql(table, server)?;
    if manager.table_exists(hypertable.table()).await? {
        return create(manager, hypertable).await;
    }
    run(manager, &statements).await?;
    // The table alone is what the others get; that it is no hypertable there is said as ever.
    if server.has_hypertables() { Ok(Step::Applied) } else { create(manager, hypertable).await }
}

/// Refuses a table with a unique key that lacks the time, and one that foreign keys reference.
async fn refuse_keys(manager: &SchemaManager<'_>, hypertable: &Hypertable) -> Result<(), DbErr> {
    // Columns that an index only includes make no row unique, though TimescaleDB lets a table with such a key become a
    // hypertable, and then keeps it within each chunk alone.
    const KEYS: &str = "SELECT (SELECT string_agg(pg_get_indexdef(x.indexrelid, n, true), ', ' ORDER BY n) \
         FROM generate_series(1, x.indnkeyatts) n) AS key FROM pg_index x JOIN pg_class c ON c.oid = x.indrelid \
         WHERE c.relnamespace = quote_ident(current_schema())::regnamespace AND c.relname = $1 AND (x.indisunique OR x.indisexclusion) \
         AND NOT EXISTS (SELECT FROM pg_attribute a, generate_series(0, x.indnkeyatts - 1) n \
         WHERE a.attrelid = c.oid AND a.attname = $2 AND a.attnum = x.indkey[n]) ORDER BY x.indexrelid LIMIT 1";
    const REFERENCES: &str = "SELECT count(*) > 0 FROM pg_constraint k JOIN pg_class c ON c.oid = k.confrelid \
         WHERE c.relnamespace = quote_ident(current_schema())::regnamespace AND c.relname = $1 AND k.contype = 'f'";
    let (table, column) = (hypertable.table(), hypertable.column());
    let db = manager.get_connection();
    let without_time = Question::new(KEYS, [table, column], |known| known.schema().unique_key_without(table, column));
    if let Some(key) = without_time.ask(db).await? {
        let (table, column) = (table.to_owned(), column.to_owned());
        return Err(Refused::UniqueWithoutTime { table, key, column }.into());
    }
    // Lint has a rule for it.
    if Question::new(REFERENCES, [table], |_| false).ask(db).await? {
        return Err(Refused::ReferencedTable { table: table.to_owned() }.into());
    }
    Ok(())
}

pub(super) async fn change_column(manager: &SchemaManager<'_>, change: &HypertableColumn) -> Result<(), DbErr> {
    let (table, column) = (change.table(), change.column());
    if (change.is_addition() || change.is_removal())
        && manager.column_exists(table, &column).await? == change.is_addition()
    {
        return Ok(());
    }
    if manager.is_hypertable(table).await? {
        refuse_change(manager, change, &column).await?;
    }
    manager.alter_table(change.statement()).await
}

async fn refuse_change(manager: &SchemaManager<'_>, change: &HypertableColumn, column: &str) -> Result<(), DbErr> {
    let table = change.table();
    let named = || (table.to_owned(), column.to_owned());
    let columnstore = has_columnstore(manager, table).await?;
    if columnstore {
        change.check_on_columnstore()?;
    }
    if change.is_addition() {
        return Ok(());
    }
    if !change.is_removal() {
        return if has_compressed_chunk(manager, table).await? {
            let (table, column) = named();
            Err(Refused::TypeOfCompressedColumn { table, column }.into())
        } else {
            Ok(())
        };
    }
    let db = manager.get_connection();
    let asked = [table, column];
    if Question::new(PARTITION_COLUMN, asked, |known| known.schema().has_dimension(table, column)).ask(db).await? {
        let (table, column) = named();
        return Err(Refused::PartitionColumn { table, column }.into());
    }
    let stored = Question::new(COLUMNSTORE_COLUMN, asked, |known| known.schema().stores_by(table, column));
    if columnstore && (stored.ask(db).await? || is_packed_by(manager, table, column).await?) {
        let (table, column) = named();
        return Err(Refused::ColumnstoreColumn { table, column }.into());
    }
    let aggregated = AGGREGATED_COLUMN.replace("{internal}", internals::SCHEMA);
    if Question::new(aggregated, asked, |known| known.schema().is_aggregated(table, column)).ask(db).await? {
        let (table, column) = named();
        return Err(Refused::AggregatedColumn { table, column }.into());
    }
    Ok(())
}

/// Whether a chunk that is in the columnstore was segmented or ordered by the column, whatever the table's settings are now.
async fn is_packed_by(manager: &SchemaManager<'_>, table: &str, column: &str) -> Result<bool, DbErr> {
    let server = manager.capability().await?;
    let (Ok(chunks), Ok(settings)) = (internals::PACKED_CHUNKS.on(server), internals::PACKED_BY.on(server)) else {
        // The server refuses it then.
        return Ok(false);
    };
    let sql = format!(
        "SELECT count(*) > 0 FROM {settings} s JOIN {chunks} p ON s.relid::oid IN (p.chunk, p.packed) \
         JOIN timescaledb_information.chunks c ON format('%I.%I', c.chunk_schema, c.chunk_name)::regclass::oid = p.chunk \
         WHERE c.hypertable_schema = current_schema() AND c.hypertable_name = $1 AND $2 = ANY (s.segmentby || s.orderby)"
    );
    Question::new(sql, [table, column], |_| false).ask(manager.get_connection()).await
}

const PARTITION_COLUMN: &str = "SELECT count(*) > 0 FROM timescaledb_information.dimensions \
     WHERE hypertable_schema = current_schema() AND hypertable_name = $1 AND column_name = $2";
const COLUMNSTORE_COLUMN: &str = "SELECT count(*) > 0 \
     FROM timescaledb_information.compression_settings WHERE hypertable_schema = current_schema() AND hypertable_name = $1 \
     AND attname = $2 AND (segmentby_column_index IS NOT NULL OR orderby_column_index IS NOT NULL)";
/// What an aggregate reads, the views in TimescaleDB's own schema say.
const AGGREGATED_COLUMN: &str = "SELECT count(*) > 0 FROM pg_depend d \
     JOIN pg_rewrite r ON r.oid = d.objid AND d.classid = 'pg_rewrite'::regclass JOIN pg_class v ON v.oid = r.ev_class \
     JOIN pg_class c ON c.oid = d.refobjid AND d.refclassid = 'pg_class'::regclass \
     JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = d.refobjsubid \
     WHERE v.relnamespace = to_regnamespace('{internal}') AND c.relnamespace = quote_ident(current_schema())::regnamespace \
     AND c.relname = $1 AND a.attname = $2";

/// Of a hypertable or of a continuous aggregate.
pub(super) async fn has_compressed_chunk(manager: &SchemaManager<'_>, table: &str) -> Result<bool, DbErr> {
    let sql = "SELECT count(*) > 0 FROM timescaledb_information.chunks c \
               LEFT JOIN timescaledb_information.continuous_aggregates g \
               ON (g.materialization_hypertable_schema, g.materialization_hypertable_name) = (c.hypertable_schema, c.hypertable_name) \
               WHERE coalesce(g.view_schema, c.hypertable_schema) = current_schema() \
               AND coalesce(g.view_name, c.hypertable_name) = $1 AND c.is_compressed";
    // A schema that is being made has no chunks.
    Question::new(sql, [table], |_| false).ask(manager.get_connection()).await
}

/// Whether the index is there, and valid. Of PostgreSQL.
pub async fn index_is_valid(manager: &SchemaManager<'_>, name: &str) -> Result<Option<bool>, DbErr> {
    let sql = "SELECT x.indisvalid FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid \
               WHERE i.relnamespace = quote_ident(current_schema())::regnamespace AND i.relname = $1";
    let question = Question::new(sql, [name], |known| known.schema().has_any_index(name).then_some(true));
    question.ask(manager.get_connection()).await
}

pub(super) async fn create_index(manager: &SchemaManager<'_>, index: &PerChunkIndex) -> Result<(), DbErr> {
    index.check()?;
    if manager.get_database_backend() != DbBackend::Postgres {
        let there = manager.index_exists(index.table(), index.name()).await?;
        return if there { Ok(()) } else { manager.create_index(index.plain().clone()).await };
    }
    match index_is_valid(manager, index.name()).await? {
        Some(true) => return Ok(()),
        Some(false) => run(manager, &[format!("DROP INDEX {}", identifier(index.name()))]).await?,
        None => {}
    }
    if is_in_transaction(manager) || !manager.is_hypertable(index.table()).await? {
        return manager.create_index(index.plain().clone()).await;
    }
    run(manager, &[index.create_sql(manager.capability().await?)?]).await
}

pub(super) async fn drop_index(manager: &SchemaManager<'_>, index: &PerChunkIndex) -> Result<(), DbErr> {
    let server = manager.capability().await?;
    if server.backend() == DbBackend::MySql && !manager.index_exists(index.table(), index.name()).await? {
        return Ok(());
    }
    run(manager, &[index.drop_sql(server)]).await
}
