//! The rows of a hypertable in parts that TimescaleDB finds by their bounds.
//!
//! A change of rows in the columnstore unpacks whole batches, and only constants for segment and time tell which. So the
//! rows that meet a condition are looked up first, chunk by chunk: a part is a stretch of time of one segment, or of
//! several that have few rows. Reading unpacks nothing for good.

use migration_timescale::{Question, TimescaleManager, identifier, literal};
use sea_orm::{DbErr, FromQueryResult};
use sea_orm_migration::SchemaManager;

use crate::sql::rows;

/// For the transaction that changes a part: that is bounded already, in its own way.
pub(super) const UNLIMITED: &str = "SET LOCAL timescaledb.max_tuples_decompressed_per_dml_transaction = 0";

const TIME: &str = "SELECT column_name::text FROM timescaledb_information.dimensions \
     WHERE hypertable_schema = current_schema() AND hypertable_name = $1 AND dimension_number = 1";

/// What the rows of a hypertable are found by.
pub(super) struct Stretches<'a> {
    table: &'a str,
    time: String,
    segments: Vec<String>,
}

/// A chunk.
#[derive(FromQueryResult)]
pub(super) struct Chunk {
    /// Its name with schema.
    pub name: String,
    first: String,
    past: String,
    /// Whether it is in the columnstore.
    pub is_packed: bool,
}

impl Chunk {
    /// Whether both hold the same stretch of time, of different rows.
    pub(super) fn is_beside(&self, other: &Self) -> bool {
        (&self.first, &self.past) == (&other.first, &other.past)
    }
}

/// Whether a change of this table may meet rows in the columnstore.
pub(super) async fn has_columnstore(manager: &SchemaManager<'_>, table: &str) -> Result<bool, DbErr> {
    let server = manager.capability().await?;
    Ok(server.has_columnstore() && migration_timescale::manager::has_columnstore(manager, table).await?)
}

/// Condition that a column has one of these values, an array as text, or that it has none.
pub(super) fn is_one_of(column: &str, values: Option<&str>) -> String {
    match values {
        Some(values) => format!("{column} = ANY ({})", literal(values)),
        None => format!("{column} IS NULL"),
    }
}

impl<'a> Stretches<'a> {
    /// Of a table that is a hypertable on this server.
    pub(super) async fn of(manager: &SchemaManager<'_>, table: &'a str) -> Result<Option<Self>, DbErr> {
        if !manager.capability().await?.has_hypertables() {
            return Ok(None);
        }
        let db = manager.get_connection();
        let time: Option<String> = Question::new(TIME, [table], |_| None).ask(db).await?;
        let Some(time) = time else { return Ok(None) };
        let segments = format!(
            "SELECT attname::text AS name FROM timescaledb_information.compression_settings \
             WHERE hypertable_schema = current_schema() AND hypertable_name = {} AND segmentby_column_index IS NOT NULL \
             ORDER BY segmentby_column_index",
            literal(table)
        );
        let segments = rows(db, &segments).await?;
        let segments = segments.iter().map(|row| row.try_get("", "name")).collect::<Result<_, _>>()?;
        Ok(Some(Self { table, time, segments }))
    }

    /// Its chunks, the oldest first; those beside each other follow each other.
    pub(super) async fn chunks(&self, manager: &SchemaManager<'_>) -> Result<Vec<Chunk>, DbErr> {
        let sql = include_str!("stretches_chunks.sql").replace("{table}", &literal(self.table));
        rows(manager.get_connection(), &sql).await?.iter().map(|row| Chunk::from_query_result(row, "")).collect()
    }

    /// Conditions for the parts of a chunk, of about so many rows each, that meet the condition.
    pub(super) async fn parts(
        &self,
        manager: &SchemaManager<'_>,
        chunk: &Chunk,
        condition: &str,
        size: u32,
    ) -> Result<Vec<String>, DbErr> {
        let each = |form: &dyn Fn(usize, String) -> String| {
            self.segments.iter().enumerate().map(|(place, name)| form(place, identifier(name))).collect::<String>()
        };
        let values = each(&|place, _| {
            format!(
                ", CASE WHEN bool_and(s{place} IS NOT NULL) THEN array_agg(DISTINCT s{place}::text)::text END AS v{place}"
            )
        });
        let time = identifier(&self.time);
        let sql = include_str!("stretches_parts.sql")
            .replace("{values}", &values)
            .replace("{is_null}", &each(&|place, _| format!(", s{place} IS NULL")))
            .replace("{order}", &each(&|place, _| format!("s{place}, ")))
            .replace("{named}", &each(&|place, name| format!(", {name} AS s{place}")))
            .replace("{segments}", &each(&|_, name| format!(", {name}")))
            .replace("{size}", &size.to_string())
            .replace("{first}", &literal(&chunk.first))
            .replace("{past}", &literal(&chunk.past))
            .replace("{time}", &time)
            .replace("{table}", &identifier(self.table))
            .replace("{condition}", condition);
        let found = rows(manager.get_connection(), &sql).await?;
        found
            .iter()
            .map(|row| {
                let bound = |column| row.try_get::<String>("", column).map(|text| literal(&text));
                let mut part = format!("{time} BETWEEN {} AND {}", bound("first")?, bound("last")?);
                for (place, name) in self.segments.iter().enumerate() {
                    let values: Option<String> = row.try_get("", &format!("v{place}"))?;
                    part = format!("{part} AND {}", is_one_of(&identifier(name), values.as_deref()));
                }
                Ok(part)
            })
            .collect()
    }
}
