//! Hypertables.

mod column;
mod created;
mod dimension;
mod index;

use crate::{
    Capability, Unsupported, Version,
    quote::{literal, regclass},
};

pub use column::HypertableColumn;
pub use dimension::{ChunkInterval, HashDimension};
pub use index::PerChunkIndex;

/// A table partitioned by a time column into chunks.
///
/// Existing rows are moved into chunks. TimescaleDB's default index on the time column is not created: a revision names
/// its indexes itself, so that they exist on every backend.
///
/// A second dimension is a [`HashDimension`], or [`spread_by`](Self::spread_by) where the table has rows. The inverse is to
/// drop the table.
///
/// ```
/// use migration_timescale::{Capability, Hypertable, Version};
///
/// let readings = Hypertable::by_range("readings", "taken_at").chunk_interval("7 days");
/// assert_eq!(
///     readings.create_sql(Capability::timescale_apache(Version::new(2, 12, 0)))?,
///     "SELECT create_hypertable('readings', 'taken_at', chunk_time_interval => INTERVAL '7 days', \
///      create_default_indexes => false, if_not_exists => true, migrate_data => true)",
/// );
/// # Ok::<(), migration_timescale::Unsupported>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hypertable {
    table: String,
    column: String,
    chunk_interval: Option<String>,
    spread: Option<(String, u16)>,
    migrate_data: bool,
}

impl Hypertable {
    /// `table`, partitioned by ranges of `column`.
    pub fn by_range(table: &str, column: &str) -> Self {
        let (table, column) = (table.to_owned(), column.to_owned());
        Self { table, column, chunk_interval: None, spread: None, migrate_data: true }
    }

    /// Width of a chunk as a PostgreSQL interval, `7 days` for example. TimescaleDB's default is 7 days.
    #[must_use]
    pub fn chunk_interval(mut self, interval: &str) -> Self {
        self.chunk_interval = Some(interval.to_owned());
        self
    }

    /// Spreads the rows of a chunk over so many partitions by the hash of `column`. A [`HashDimension`] cannot be added any
    /// more once there are rows.
    #[must_use]
    pub fn spread_by(mut self, column: &str, partitions: u16) -> Self {
        self.spread = Some((column.to_owned(), partitions));
        self
    }

    /// Fails when the table has rows. Else they are moved into chunks, under a lock that nobody passes until all are.
    #[must_use]
    pub fn only_when_empty(mut self) -> Self {
        self.migrate_data = false;
        self
    }

    /// The table's name.
    pub fn table(&self) -> &str {
        &self.table
    }

    /// The column it is partitioned by.
    pub fn column(&self) -> &str {
        &self.column
    }

    /// The statement that makes the table a hypertable; it changes nothing when the table already is one.
    pub fn create_sql(&self, server: Capability) -> Result<String, Unsupported> {
        let version = server.require_hypertables("a hypertable")?;
        let table = regclass(&self.table);
        let column = literal(&self.column);
        let interval = self.chunk_interval.as_deref().map(|text| format!("INTERVAL {}", literal(text)));
        let migrate_data = self.migrate_data;
        let options = format!("create_default_indexes => false, if_not_exists => true, migrate_data => {migrate_data}");
        let spread = self.spread.as_ref().map(|(column, partitions)| {
            format!("partitioning_column => {}, number_partitions => {partitions}, ", literal(column))
        });
        // The newer form takes one dimension.
        Ok(if version >= Version::DIMENSION_BUILDERS && spread.is_none() {
            let interval = interval.map(|text| format!(", {text}")).unwrap_or_default();
            format!("SELECT create_hypertable({table}, by_range({column}{interval}), {options})")
        } else {
            let interval = interval.map(|text| format!("chunk_time_interval => {text}, ")).unwrap_or_default();
            let spread = spread.unwrap_or_default();
            format!("SELECT create_hypertable({table}, {column}, {spread}{interval}{options})")
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn alarms() -> Hypertable {
        Hypertable::by_range("alarms", "raised_at").chunk_interval("7 days")
    }

    #[test]
    fn uses_dimension_builders_from_2_13_on() {
        for version in [Version::new(2, 13, 0), Version::new(2, 28, 3)] {
            assert_eq!(
                alarms().create_sql(Capability::timescale_apache(version)).unwrap(),
                "SELECT create_hypertable('alarms', by_range('raised_at', INTERVAL '7 days'), \
                 create_default_indexes => false, if_not_exists => true, migrate_data => true)"
            );
        }
    }

    #[test]
    fn uses_the_older_form_before_2_13() {
        assert_eq!(
            alarms().create_sql(Capability::timescale_full(Version::new(2, 12, 2))).unwrap(),
            "SELECT create_hypertable('alarms', 'raised_at', chunk_time_interval => INTERVAL '7 days', \
             create_default_indexes => false, if_not_exists => true, migrate_data => true)"
        );
    }

    #[test]
    fn is_refused_without_timescaledb() {
        let error = alarms().create_sql(Capability::postgres()).unwrap_err();
        assert_eq!(error.to_string(), "a hypertable needs TimescaleDB; this is PostgreSQL without TimescaleDB");
    }
}
