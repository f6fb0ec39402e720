//! Chunks put into the order of an index.

use crate::{
    Capability, Unsupported,
    quote::{literal, regclass},
};

/// The background job that puts the rows of each chunk, once it is no longer written to, into the order of an index.
/// What is in the columnstore has an order of its own.
///
/// ```
/// use migration_timescale::{Capability, ReorderPolicy, Version};
///
/// let policy = ReorderPolicy::by("readings", "readings_sensor_id_idx");
/// assert_eq!(
///     policy.add_sql(Capability::timescale_full(Version::new(2, 23, 0)))?,
///     "SELECT add_reorder_policy('readings', 'readings_sensor_id_idx', if_not_exists => true)",
/// );
/// # Ok::<(), migration_timescale::Unsupported>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReorderPolicy {
    table: String,
    index: String,
}

impl ReorderPolicy {
    /// Puts the chunks of `table` into the order of `index`.
    pub fn by(table: &str, index: &str) -> Self {
        Self { table: table.to_owned(), index: index.to_owned() }
    }

    /// The hypertable's name.
    pub fn table(&self) -> &str {
        &self.table
    }

    /// The index's name.
    pub fn index(&self) -> &str {
        &self.index
    }

    /// The statement that adds the job; it changes nothing when the table has one.
    pub fn add_sql(&self, server: Capability) -> Result<String, Unsupported> {
        server.require_full_licence("a reorder policy")?;
        let (table, index) = (regclass(&self.table), literal(&self.index));
        Ok(format!("SELECT add_reorder_policy({table}, {index}, if_not_exists => true)"))
    }

    /// The statement that removes the job; it changes nothing when there is none.
    pub fn remove_sql(&self, server: Capability) -> Result<String, Unsupported> {
        server.require_full_licence("a reorder policy")?;
        Ok(format!("SELECT remove_reorder_policy({}, if_exists => true)", regclass(&self.table)))
    }
}
