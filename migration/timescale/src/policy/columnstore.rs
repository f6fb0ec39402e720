//! Conversion of chunks to the columnstore, again and again.

use crate::{
    Capability, Unsupported, Version,
    columnstore::remove_policy_sql,
    quote::{literal, regclass},
};

/// The background job that converts chunks to the columnstore once they are older than an interval.
///
/// ```
/// use migration_timescale::{Capability, ColumnstorePolicy, Version};
///
/// let policy = ColumnstorePolicy::after("readings", "7 days");
/// assert_eq!(
///     policy.add_sql(Capability::timescale_full(Version::new(2, 17, 0)))?,
///     "SELECT add_compression_policy('readings', INTERVAL '7 days', if_not_exists => true)",
/// );
/// # Ok::<(), migration_timescale::Unsupported>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ColumnstorePolicy {
    table: String,
    after: String,
}

impl ColumnstorePolicy {
    /// Converts chunks of `table`, a hypertable or a continuous aggregate, once all their rows are older than `after`, a
    /// PostgreSQL interval.
    pub fn after(table: &str, after: &str) -> Self {
        Self { table: table.to_owned(), after: after.to_owned() }
    }

    /// Name of the hypertable or aggregate.
    pub fn table(&self) -> &str {
        &self.table
    }

    /// Age at which chunks are converted, as it was given.
    pub fn age(&self) -> &str {
        &self.after
    }

    /// The statement that removes the policy; it changes nothing when there is none. Chunks stay as they are.
    pub fn remove_sql(&self, server: Capability) -> Result<String, Unsupported> {
        let version = server.require_columnstore("a columnstore policy")?;
        Ok(remove_policy_sql(&self.table, version))
    }

    /// The statement that adds the policy; it changes nothing when the same policy exists.
    pub fn add_sql(&self, server: Capability) -> Result<String, Unsupported> {
        let version = server.require_columnstore("a columnstore policy")?;
        let table = regclass(&self.table);
        let after = literal(&self.after);
        Ok(if version >= Version::COLUMNSTORE_NAMES {
            format!("CALL add_columnstore_policy({table}, after => INTERVAL {after}, if_not_exists => true)")
        } else {
            format!("SELECT add_compression_policy({table}, INTERVAL {after}, if_not_exists => true)")
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NEW: Capability = Capability::timescale_full(Version::new(2, 18, 0));
    const OLD: Capability = Capability::timescale_full(Version::new(2, 17, 2));

    #[test]
    fn the_policy_has_the_name_of_the_version() {
        let policy = ColumnstorePolicy::after("alarms", "7 days");
        assert_eq!(
            policy.add_sql(NEW).unwrap(),
            "CALL add_columnstore_policy('alarms', after => INTERVAL '7 days', if_not_exists => true)"
        );
        assert_eq!(
            policy.add_sql(OLD).unwrap(),
            "SELECT add_compression_policy('alarms', INTERVAL '7 days', if_not_exists => true)"
        );
    }

    #[test]
    fn the_apache_edition_has_none() {
        let apache = Capability::timescale_apache(Version::new(2, 23, 0));
        let error = ColumnstorePolicy::after("alarms", "7 days").add_sql(apache).unwrap_err();
        assert_eq!(
            error.to_string(),
            "a columnstore policy needs TimescaleDB with its full licence; this is TimescaleDB 2.23.0, Apache edition"
        );
    }
}
