//! Rows for seeds, in the words of each backend.
//!
//! A seed is called by `verify` right after its revision, on a scratch database. It names columns as they are then, and
//! makes the same rows every time.

use migration_timescale::Dialect;
use sea_orm_migration::{prelude::*, sea_orm::DbBackend};

/// A moment in January 2026 as a literal: the first is a Thursday, where a chunk of seven days begins.
pub fn moment(backend: DbBackend, day: u32, hour: u32, microsecond: u32) -> String {
    match Dialect::of(backend) {
        Dialect::Sqlite => format!("'2026-01-{day:02}T{hour:02}:30:00.{microsecond:06}+00:00'"),
        Dialect::MySql => format!("'2026-01-{day:02} {hour:02}:30:00.{microsecond:06}'"),
        Dialect::Postgres => format!("'2026-01-{day:02} {hour:02}:30:00.{microsecond:06}+00'"),
    }
}

/// A version 7 id of that number as a literal.
pub fn id(backend: DbBackend, number: u32) -> String {
    match Dialect::of(backend) {
        Dialect::Postgres => format!("'019b0000-0000-7000-8000-{number:012x}'"),
        Dialect::MySql | Dialect::Sqlite => {
            format!("x'019b000000007000{:016x}'", 0x8000_0000_0000_0000 | u64::from(number))
        }
    }
}

/// The value, or `NULL`.
pub fn or_null(given: bool, sql: impl Into<String>) -> String {
    if given { sql.into() } else { "NULL".to_owned() }
}

/// Inserts rows, each a list of values in SQL.
pub async fn insert(
    manager: &SchemaManager<'_>,
    table: &str,
    columns: &str,
    rows: impl IntoIterator<Item = String>,
) -> Result<(), DbErr> {
    let rows: Vec<String> = rows.into_iter().map(|row| format!("({row})")).collect();
    let sql = format!("INSERT INTO {table} ({columns}) VALUES {}", rows.join(", "));
    manager.get_connection().execute_unprepared(&sql).await.map(drop)
}

/// Moves the chunks of the first fortnight, and what was inserted into them since, to the columnstore.
pub async fn compress_older(manager: &SchemaManager<'_>, table: &str) -> Result<(), DbErr> {
    let sql = format!(
        "SELECT compress_chunk(c, true) FROM show_chunks('{table}', older_than => '2026-01-15 00:00+00'::timestamptz) c"
    );
    manager.get_connection().execute_unprepared(&sql).await.map(drop)
}
