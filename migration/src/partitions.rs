//! A table of plain PostgreSQL cut into declarative partitions by time, and made one again.

use sea_orm_migration::{prelude::*, sea_orm::ConnectionTrait};

use crate::plain_table;

/// Cuts a table by the month of a column: a partition for each month of a year in UTC, `<table>_<year>_<month>`, and
/// `<table>_other` for all other rows. The column has to be in every unique key.
///
/// The rows are copied and everything else of the table comes along, as [`plain_table::from_hypertable`] does it, under the
/// same lock.
pub async fn cut_by_month(manager: &SchemaManager<'_>, table: &str, time: &str, year: i32) -> Result<(), DbErr> {
    let create = format!(
        "  EXECUTE format('CREATE TABLE %s (LIKE %s INCLUDING ALL EXCLUDING INDEXES) PARTITION BY RANGE (%I)', copied, source, {time});\n  \
         FOR month IN 1..12 LOOP\n    \
           EXECUTE format('CREATE TABLE %I.%I PARTITION OF %s FOR VALUES FROM (%L) TO (%L)', place, \
             format('%s_{year}_%s', {table}, lpad(month::text, 2, '0')), copied, \
             make_timestamptz({year}, month, 1, 0, 0, 0, 'UTC'), \
             make_timestamptz({year} + month / 12, month % 12 + 1, 1, 0, 0, 0, 'UTC'));\n  \
         END LOOP;\n  \
         EXECUTE format('CREATE TABLE %I.%I PARTITION OF %s DEFAULT', place, {table} || '_other', copied);\n",
        time = migration_timescale::literal(time),
        table = migration_timescale::literal(table),
    );
    run(manager, &plain_table::copied_as(table, &create)).await
}

/// A table that was cut, or a hypertable, becomes one table again.
pub async fn make_one(manager: &SchemaManager<'_>, table: &str) -> Result<(), DbErr> {
    run(manager, &plain_table::copied_as(table, plain_table::PLAIN)).await
}

async fn run(manager: &SchemaManager<'_>, sql: &str) -> Result<(), DbErr> {
    manager.get_connection().execute_unprepared(sql).await.map(drop)
}
