//! Chunks converted to the columnstore and back by hand.

use chrono::{DateTime, Utc};
use sea_orm::DbBackend;

use crate::{
    Capability, Interval, Unsupported, Version,
    dialect::moment_sql,
    quote::{literal, regclass},
};

/// Chunks of a hypertable: all of them, those of an age, or one.
///
/// Each statement converts all of them in one transaction, and may run inside one, unless they are to be converted
/// [one by one](Self::one_by_one), as [`TimescaleManager`](crate::TimescaleManager) does outside a transaction.
///
/// ```
/// use migration_timescale::{Capability, Chunks, Interval, Version};
///
/// let server = Capability::timescale_full(Version::new(2, 28, 0));
/// let old = Chunks::of("readings").older_than(Interval::days(7));
/// assert_eq!(
///     old.compress_sql(server)?,
///     "SELECT compress_chunk(chunk, if_not_compressed => true) \
///      FROM show_chunks('readings', older_than => now() - INTERVAL '7 days') AS chunk",
/// );
/// assert_eq!(
///     old.decompress_sql(server)?,
///     "SELECT decompress_chunk(chunk, if_compressed => true) \
///      FROM show_chunks('readings', older_than => now() - INTERVAL '7 days') AS chunk \
///      WHERE EXISTS (SELECT FROM timescaledb_information.chunks known \
///      WHERE known.is_compressed AND format('%I.%I', known.chunk_schema, known.chunk_name)::regclass = chunk)",
/// );
/// # Ok::<(), migration_timescale::Unsupported>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chunks {
    table: String,
    older_than: Option<String>,
    newer_than: Option<String>,
    one: bool,
    one_by_one: bool,
}

/// Whether a chunk is in the columnstore.
const CONVERTED: &str = "EXISTS (SELECT FROM timescaledb_information.chunks known \
     WHERE known.is_compressed AND format('%I.%I', known.chunk_schema, known.chunk_name)::regclass = chunk)";

impl Chunks {
    /// All chunks of a hypertable.
    pub fn of(table: &str) -> Self {
        Self { table: table.to_owned(), older_than: None, newer_than: None, one: false, one_by_one: false }
    }

    /// One chunk by its name with schema, `_timescaledb_internal._hyper_1_1_chunk` for example.
    pub fn one(chunk: &str) -> Self {
        Self { one: true, ..Self::of(chunk) }
    }

    /// Of these the ones whose rows are all older than an interval.
    #[must_use]
    pub fn older_than(mut self, age: Interval) -> Self {
        self.older_than = Some(format!("now() - {}", age.to_sql()));
        self
    }

    /// Of these the ones whose rows are all younger than an interval.
    #[must_use]
    pub fn newer_than(mut self, age: Interval) -> Self {
        self.newer_than = Some(format!("now() - {}", age.to_sql()));
        self
    }

    /// Of these the ones whose rows are all before a moment.
    #[must_use]
    pub fn before(mut self, moment: DateTime<Utc>) -> Self {
        self.older_than = Some(moment_sql(DbBackend::Postgres, moment));
        self
    }

    /// Of these the ones whose rows are all at or after a moment.
    #[must_use]
    pub fn since(mut self, moment: DateTime<Utc>) -> Self {
        self.newer_than = Some(moment_sql(DbBackend::Postgres, moment));
        self
    }

    /// Commits after each chunk, so that no lock outlives the chunk it is for, and a run that was killed goes on where it
    /// was. Such a statement does not run inside a transaction.
    #[must_use]
    pub fn one_by_one(mut self) -> Self {
        self.one_by_one = true;
        self
    }

    /// The hypertable, or the chunk.
    pub fn table(&self) -> &str {
        &self.table
    }

    /// The statement that converts them to the columnstore. One that is there already is left alone, save that rows
    /// beside it are taken in.
    pub fn compress_sql(&self, server: Capability) -> Result<String, Unsupported> {
        server.require_columnstore("the columnstore")?;
        Ok(self.each("compress_chunk(chunk, if_not_compressed => true)", "true"))
    }

    /// The statement that converts those in the columnstore anew, with the settings of now.
    pub fn recompress_sql(&self, server: Capability) -> Result<String, Unsupported> {
        let version = server.require_columnstore("the columnstore")?;
        let call = if version >= Version::RECOMPRESS {
            "compress_chunk(chunk, recompress => true)"
        } else {
            "compress_chunk(decompress_chunk(chunk))"
        };
        Ok(self.each(call, CONVERTED))
    }

    /// The statement that converts them back to rows; those that are rows are left alone. The inverse of the others.
    pub fn decompress_sql(&self, server: Capability) -> Result<String, Unsupported> {
        server.require_columnstore("the columnstore")?;
        // Only these: of a hypertable whose columnstore is disabled TimescaleDB refuses every chunk.
        Ok(self.each("decompress_chunk(chunk, if_compressed => true)", CONVERTED))
    }

    fn each(&self, call: &str, condition: &str) -> String {
        let condition = if condition == "true" { String::new() } else { format!(" WHERE {condition}") };
        let chunks = format!("FROM {}{condition}", self.listed());
        if self.one_by_one {
            return format!(
                "DO $chunks$\n#variable_conflict use_column\nDECLARE chunk regclass;\nBEGIN\n  FOR chunk IN SELECT chunk {chunks} LOOP\n    \
                 PERFORM {call};\n    COMMIT;\n  END LOOP;\nEND $chunks$"
            );
        }
        format!("SELECT {call} {chunks}")
    }

    fn listed(&self) -> String {
        if self.one {
            let name = self.table.split('.').map(crate::identifier).collect::<Vec<_>>().join(".");
            return format!("(SELECT {}::regclass AS chunk) AS named", literal(&name));
        }
        let older_than = self.older_than.iter().map(|bound| format!(", older_than => {bound}"));
        let newer_than = self.newer_than.iter().map(|bound| format!(", newer_than => {bound}"));
        let bounds: String = older_than.chain(newer_than).collect();
        format!("show_chunks({}{bounds}) AS chunk", regclass(&self.table))
    }
}
