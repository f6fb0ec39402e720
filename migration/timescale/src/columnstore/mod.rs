//! Columnstore settings of a hypertable, and its chunks one by one.

mod chunks;
mod sparse;

use crate::{
    Capability, ContinuousAggregate, Refused, RenderError, Unsupported, Version,
    quote::{identifier, literal, regclass},
};

pub use chunks::Chunks;
pub use sparse::SparseIndex;

/// How the chunks of a hypertable or of a [`ContinuousAggregate`] are stored once converted to the columnstore ("compressed" before 2.18).
///
/// Enabling it again with other settings changes these; what is not named stays as it is. Chunks that are converted
/// already keep the settings they were converted with until [`Chunks::recompress_sql`]. The inverse of a change is to
/// enable it with the settings that were there before, of the first time [`disable_sql`](Self::disable_sql).
///
/// ```
/// use migration_timescale::{Capability, Columnstore, SparseIndex, Version};
///
/// let server = Capability::timescale_full(Version::new(2, 23, 0));
/// let columnstore = Columnstore::on("readings").segment_by("sensor_id").order_by("taken_at DESC");
/// assert_eq!(
///     columnstore.enable_sql(server)?,
///     "ALTER TABLE \"readings\" SET (timescaledb.enable_columnstore = true, \
///      timescaledb.segmentby = 'sensor_id', timescaledb.orderby = 'taken_at DESC')",
/// );
/// let indexed = columnstore.sparse_index(SparseIndex::bloom(&["unit"]));
/// assert_eq!(
///     indexed.sparse_sql(server)?,
///     "ALTER TABLE \"readings\" SET (timescaledb.orderby = 'taken_at DESC', timescaledb.sparse_index = 'bloom(unit)')",
/// );
/// # Ok::<(), migration_timescale::RenderError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Columnstore {
    table: String,
    of_aggregate: bool,
    segment_by: Option<String>,
    order_by: Option<String>,
    sparse: Vec<SparseIndex>,
}

impl Columnstore {
    /// Columnstore of the hypertable `table`.
    pub fn on(table: &str) -> Self {
        Self { table: table.to_owned(), of_aggregate: false, segment_by: None, order_by: None, sparse: Vec::new() }
    }

    /// Columnstore of what a continuous aggregate has stored: segmented by the columns it groups by, ordered by its
    /// bucket, newest first, unless it is told otherwise. From TimescaleDB 2.11 on. Refreshes write into chunks that are
    /// converted, only slower, so a [`ColumnstorePolicy`](crate::ColumnstorePolicy) has to begin where the refresh policy
    /// no longer looks.
    ///
    /// ```
    /// use migration_timescale::{Capability, Columnstore, ContinuousAggregate, Interval, Version};
    ///
    /// let hourly = ContinuousAggregate::on("readings", "readings_hourly")
    ///     .bucket("bucket", "taken_at", Interval::hours(1))
    ///     .group_by("sensor_id")
    ///     .aggregate("avg_value", "avg(value)");
    /// assert_eq!(
    ///     Columnstore::on_aggregate(&hourly).enable_sql(Capability::timescale_full(Version::new(2, 23, 0)))?,
    ///     "ALTER MATERIALIZED VIEW \"readings_hourly\" SET (timescaledb.enable_columnstore = true, \
    ///      timescaledb.segmentby = '\"sensor_id\"', timescaledb.orderby = '\"bucket\" DESC')",
    /// );
    /// # Ok::<(), migration_timescale::Unsupported>(())
    /// ```
    pub fn on_aggregate(aggregate: &ContinuousAggregate) -> Self {
        let groups: Vec<String> = aggregate.group_columns().map(identifier).collect();
        let order = format!("{} DESC", identifier(aggregate.bucket_column()));
        Self { of_aggregate: true, ..Self::on(aggregate.name()).segment_by(&groups.join(", ")).order_by(&order) }
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

    /// Adds a sparse index, instead of those that TimescaleDB chooses by itself. It needs [`order_by`](Self::order_by).
    #[must_use]
    pub fn sparse_index(mut self, index: SparseIndex) -> Self {
        self.sparse.push(index);
        self
    }

    /// Name of the hypertable or aggregate.
    pub fn table(&self) -> &str {
        &self.table
    }

    /// Its sparse indexes.
    pub fn sparse_indexes(&self) -> &[SparseIndex] {
        &self.sparse
    }

    /// What is wrong with it on every server.
    pub fn check(&self) -> Result<(), Refused> {
        if self.sparse.is_empty() {
            return Ok(());
        }
        let table = || self.table.clone();
        let Some(order_by) = &self.order_by else {
            return Err(Refused::SparseIndexWithoutOrder { table: table() });
        };
        let segment_by = self.segment_by.as_deref().unwrap_or_default();
        let is_taken = |index: &SparseIndex, column: &str| {
            let ordered = !index.is_minmax() && index.columns().len() == 1;
            column_names(segment_by).any(|name| name == column)
                || (ordered && column_names(order_by).any(|name| name == column))
        };
        let columns = |index: &'_ SparseIndex| index.columns().iter().find(|column| is_taken(index, column)).cloned();
        match self.sparse.iter().find_map(columns) {
            Some(column) => Err(Refused::SparseIndexOfSegment { table: table(), column }),
            None => Ok(()),
        }
    }

    /// The statement that sets its sparse indexes, from 2.22 on; said again it changes nothing. Those of several columns
    /// need 2.26.
    pub fn sparse_sql(&self, server: Capability) -> Result<String, RenderError> {
        self.check()?;
        server.require_full_licence("a sparse index")?;
        server.require_version("a sparse index", Version::SPARSE_INDEXES, "TimescaleDB 2.22")?;
        if self.sparse.iter().any(|index| index.columns().len() > 1) {
            let floor = Version::COMPOSITE_SPARSE_INDEXES;
            server.require_version("a sparse index of several columns", floor, "TimescaleDB 2.26")?;
        }
        let indexes: Vec<String> = self.sparse.iter().map(ToString::to_string).collect();
        // TimescaleDB takes one only together with the other.
        Ok(format!(
            "{} SET (timescaledb.orderby = {}, timescaledb.sparse_index = {})",
            self.alter(),
            literal(self.order_by.as_deref().unwrap_or_default()),
            literal(&indexes.join(","))
        ))
    }

    /// The statement after which TimescaleDB chooses the sparse indexes by itself again.
    pub fn reset_sparse_sql(&self, server: Capability) -> Result<String, Unsupported> {
        server.require_full_licence("a sparse index")?;
        server.require_version("a sparse index", Version::SPARSE_INDEXES, "TimescaleDB 2.22")?;
        Ok(format!("{} RESET (timescaledb.sparse_index)", self.alter()))
    }

    /// The statements that disable it: the policy goes first, because TimescaleDB would leave it behind. They fail while
    /// there are chunks in the columnstore; [`Chunks::decompress_sql`] brings them back.
    pub fn disable_sql(&self, server: Capability) -> Result<Vec<String>, Unsupported> {
        let version = self.require(server)?;
        let setting = if version >= Version::COLUMNSTORE_NAMES { "enable_columnstore" } else { "compress" };
        Ok(vec![
            remove_policy_sql(&self.table, version),
            format!("{} SET (timescaledb.{setting} = false)", self.alter()),
        ])
    }

    /// The statement that enables the columnstore; said again it changes nothing.
    pub fn enable_sql(&self, server: Capability) -> Result<String, Unsupported> {
        let version = self.require(server)?;
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
        Ok(format!("{} SET ({})", self.alter(), settings.join(", ")))
    }

    /// What it needs of the server.
    fn require(&self, server: Capability) -> Result<Version, Unsupported> {
        let version = server.require_columnstore("the columnstore")?;
        if self.of_aggregate {
            let floor = Version::AGGREGATE_COLUMNSTORE;
            server.require_version("the columnstore of an aggregate", floor, "TimescaleDB 2.11")?;
        }
        Ok(version)
    }

    fn alter(&self) -> String {
        let kind = if self.of_aggregate { "MATERIALIZED VIEW" } else { "TABLE" };
        format!("ALTER {kind} {}", identifier(&self.table))
    }
}

/// The statement that removes the policy of a hypertable's columnstore, or nothing.
pub(crate) fn remove_policy_sql(table: &str, version: Version) -> String {
    let table = regclass(table);
    if version >= Version::COLUMNSTORE_NAMES {
        format!("CALL remove_columnstore_policy({table}, if_exists => true)")
    } else {
        format!("SELECT remove_compression_policy({table}, if_exists => true)")
    }
}

/// The names in `a, b DESC NULLS LAST`.
fn column_names(columns: &str) -> impl Iterator<Item = &str> {
    columns.split(',').filter_map(|column| column.split_whitespace().next()).map(|column| column.trim_matches('"'))
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
    fn the_apache_edition_has_none() {
        assert!(Columnstore::on("alarms").enable_sql(APACHE).is_err());
    }

    #[test]
    fn sparse_indexes_need_an_order_and_columns_that_are_not_in_it() {
        let columnstore = Columnstore::on("alarms").sparse_index(SparseIndex::bloom(&["id"]));
        assert!(matches!(columnstore.check(), Err(Refused::SparseIndexWithoutOrder { .. })));
        assert_eq!(columnstore.clone().order_by("raised_at").check(), Ok(()));
        let twice = columnstore.order_by("raised_at, id DESC");
        assert!(matches!(twice.check(), Err(Refused::SparseIndexOfSegment { .. })), "{:?}", twice.check());
    }
}
