//! Columnstore settings of a hypertable, and the policy that converts its older chunks.

use crate::{
    Capability, Unsupported, Version,
    quote::{identifier, literal, regclass},
};

/// How the chunks of a hypertable are stored once converted to the columnstore ("compressed" before 2.18).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Columnstore {
    table: String,
    segment_by: Option<String>,
    order_by: Option<String>,
}

impl Columnstore {
    /// Columnstore of the hypertable `table`.
    pub fn on(table: &str) -> Self {
        Self { table: table.to_owned(), segment_by: None, order_by: None }
    }

    /// Columns whose values are kept once per batch; filters on them skip whole batches.
    #[must_use]
    pub fn segment_by(mut self, columns: &str) -> Self {
        self.segment_by = Some(columns.to_owned());
        self
    }

    /// Order of the rows inside a batch, as in `ORDER BY`.
    #[must_use]
    pub fn order_by(mut self, columns: &str) -> Self {
        self.order_by = Some(columns.to_owned());
        self
    }

    /// The hypertable's name.
    pub fn table(&self) -> &str {
        &self.table
    }

    /// The statement that enables the columnstore; said again it changes nothing.
    pub fn enable_sql(&self, server: Capability) -> Result<String, Unsupported> {
        let version = server.require_columnstore("the columnstore")?;
        let (enable, prefix) = if version >= Version::COLUMNSTORE_NAMES {
            ("timescaledb.enable_columnstore", "timescaledb.")
        } else {
            ("timescaledb.compress", "timescaledb.compress_")
        };
        let mut settings = vec![format!("{enable} = true")];
        if let Some(columns) = &self.segment_by {
            settings.push(format!("{prefix}segmentby = {}", literal(columns)));
        }
        if let Some(columns) = &self.order_by {
            settings.push(format!("{prefix}orderby = {}", literal(columns)));
        }
        Ok(format!("ALTER TABLE {} SET ({})", identifier(&self.table), settings.join(", ")))
    }
}

/// The background job that converts chunks to the columnstore once they are older than an interval.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ColumnstorePolicy {
    table: String,
    after: String,
}

impl ColumnstorePolicy {
    /// Converts chunks of `table` once all their rows are older than `after`, a PostgreSQL interval.
    pub fn after(table: &str, after: &str) -> Self {
        Self { table: table.to_owned(), after: after.to_owned() }
    }

    /// The hypertable's name.
    pub fn table(&self) -> &str {
        &self.table
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
    const APACHE: Capability = Capability::timescale_apache(Version::new(2, 23, 0));

    #[test]
    fn settings_have_the_names_of_the_version() {
        let columnstore = Columnstore::on("alarms").segment_by("sensor_id").order_by("raised_at DESC");
        assert_eq!(
            columnstore.enable_sql(NEW).unwrap(),
            "ALTER TABLE \"alarms\" SET (timescaledb.enable_columnstore = true, \
             timescaledb.segmentby = 'sensor_id', timescaledb.orderby = 'raised_at DESC')"
        );
        assert_eq!(
            columnstore.enable_sql(OLD).unwrap(),
            "ALTER TABLE \"alarms\" SET (timescaledb.compress = true, \
             timescaledb.compress_segmentby = 'sensor_id', timescaledb.compress_orderby = 'raised_at DESC')"
        );
    }

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
    fn the_apache_edition_has_neither() {
        assert!(Columnstore::on("alarms").enable_sql(APACHE).is_err());
        let error = ColumnstorePolicy::after("alarms", "7 days").add_sql(APACHE).unwrap_err();
        assert_eq!(
            error.to_string(),
            "a columnstore policy needs TimescaleDB with its full licence; this is TimescaleDB 2.23.0, Apache edition"
        );
    }
}
