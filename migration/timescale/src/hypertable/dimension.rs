//! How a hypertable is cut into chunks: a second dimension, and the settings of the first.

use crate::{
    Capability, Interval, Unsupported, Version,
    quote::{literal, regclass},
};

/// A further dimension of a hypertable: its rows are spread over partitions by the hash of a column.
///
/// It has no inverse; a dimension goes with its table. The number of partitions can be set again, for new chunks.
///
/// ```
/// use migration_timescale::{Capability, HashDimension, Version};
///
/// let machines = HashDimension::of("snapshots", "machine_id", 4);
/// assert_eq!(
///     machines.add_sql(Capability::timescale_full(Version::new(2, 23, 0)))?,
///     "SELECT add_dimension('snapshots', by_hash('machine_id', 4), if_not_exists => true)",
/// );
/// # Ok::<(), migration_timescale::Unsupported>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HashDimension {
    table: String,
    column: String,
    partitions: u16,
}

impl HashDimension {
    /// Spreads the rows of `table` over partitions by the hash of `column`.
    pub fn of(table: &str, column: &str, partitions: u16) -> Self {
        Self { table: table.to_owned(), column: column.to_owned(), partitions }
    }

    /// The hypertable's name.
    pub fn table(&self) -> &str {
        &self.table
    }

    /// The column's name.
    pub fn column(&self) -> &str {
        &self.column
    }

    /// The statement that adds the dimension; it changes nothing when the column is one, of this number or another.
    pub fn add_sql(&self, server: Capability) -> Result<String, Unsupported> {
        let version = server.require_hypertables("a dimension")?;
        let (table, column, partitions) = (regclass(&self.table), literal(&self.column), self.partitions);
        Ok(if version >= Version::DIMENSION_BUILDERS {
            format!("SELECT add_dimension({table}, by_hash({column}, {partitions}), if_not_exists => true)")
        } else {
            format!("SELECT add_dimension({table}, {column}, number_partitions => {partitions}, if_not_exists => true)")
        })
    }

    /// The statement that sets the number of partitions for new chunks; said again it changes nothing.
    pub fn set_partitions_sql(&self, server: Capability) -> Result<String, Unsupported> {
        server.require_hypertables("a dimension")?;
        let (table, column) = (regclass(&self.table), literal(&self.column));
        Ok(format!("SELECT set_number_partitions({table}, {}, {column})", self.partitions))
    }
}

/// The stretch of time that a chunk holds, for chunks to come. The inverse is to set the one that was there before.
///
/// ```
/// use migration_timescale::{Capability, ChunkInterval, Interval, Version};
///
/// assert_eq!(
///     ChunkInterval::of("readings", Interval::days(1)).set_sql(Capability::timescale_apache(Version::new(2, 11, 0)))?,
///     "SELECT set_chunk_time_interval('readings', INTERVAL '1 day')",
/// );
/// # Ok::<(), migration_timescale::Unsupported>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChunkInterval {
    table: String,
    interval: Interval,
}

impl ChunkInterval {
    /// New chunks of `table` hold so much time.
    pub fn of(table: &str, interval: Interval) -> Self {
        Self { table: table.to_owned(), interval }
    }

    /// The hypertable's name.
    pub fn table(&self) -> &str {
        &self.table
    }

    /// The statement that sets it; said again it changes nothing.
    pub fn set_sql(&self, server: Capability) -> Result<String, Unsupported> {
        server.require_hypertables("a chunk interval")?;
        Ok(format!("SELECT set_chunk_time_interval({}, {})", regclass(&self.table), self.interval.to_sql()))
    }
}
