//! Hypertables in one statement with their table.

use sea_orm::sea_query::{
    IndexCreateStatement, MysqlQueryBuilder, PostgresQueryBuilder, SqliteQueryBuilder, TableCreateStatement,
};

use super::Hypertable;
use crate::{
    Capability, Dialect, Refused, RenderError, Version,
    quote::{identifier, literal},
};

impl Hypertable {
    /// The statements that create the table and make it a hypertable.
    ///
    /// From 2.20 on it is one: `CREATE TABLE … WITH (tsdb.hypertable, …)`. The columnstore, which that form would enable
    /// with a policy of its own, stays off: [`Columnstore`](crate::Columnstore) says how it is to be. Before 2.20, and with
    /// a second dimension, they are two, and without TimescaleDB it is the table alone.
    ///
    /// ```
    /// use migration_timescale::{Capability, Hypertable, Version};
    /// use sea_orm::sea_query::{ColumnDef, Table};
    ///
    /// let readings = Hypertable::by_range("readings", "taken_at").chunk_interval("7 days");
    /// let mut table = Table::create();
    /// table.table("readings").col(ColumnDef::new("taken_at").timestamp_with_time_zone().not_null());
    /// assert_eq!(
    ///     readings.create_table_sql(&table, Capability::timescale_full(Version::new(2, 20, 0)))?,
    ///     [r#"CREATE TABLE "readings" ( "taken_at" timestamp with time zone NOT NULL ) WITH (tsdb.hypertable, tsdb.partition_column = 'taken_at', tsdb.chunk_interval = '7 days', tsdb.create_default_indexes = false, tsdb.columnstore = false)"#],
    /// );
    /// # Ok::<(), migration_timescale::RenderError>(())
    /// ```
    pub fn create_table_sql(
        &self,
        table: &TableCreateStatement,
        server: Capability,
    ) -> Result<Vec<String>, RenderError> {
        self.check_keys(table.get_indexes())?;
        let create = match server.dialect() {
            Dialect::MySql => table.to_string(MysqlQueryBuilder),
            Dialect::Sqlite => table.to_string(SqliteQueryBuilder),
            Dialect::Postgres => table.to_string(PostgresQueryBuilder),
        };
        match server.timescale_version() {
            None => Ok(vec![create]),
            Some(version) if version < Version::CREATE_TABLE_WITH || self.spread.is_some() => {
                Ok(vec![create, self.create_sql(server)?])
            }
            Some(_) => {
                let interval =
                    self.chunk_interval.as_ref().map(|text| format!("tsdb.chunk_interval = {}", literal(text)));
                let column = format!("tsdb.partition_column = {}", literal(&self.column));
                let fixed = ["tsdb.create_default_indexes = false", "tsdb.columnstore = false"].map(str::to_owned);
                let options = ["tsdb.hypertable".to_owned(), column].into_iter().chain(interval).chain(fixed);
                Ok(vec![format!("{create} WITH ({})", options.collect::<Vec<_>>().join(", "))])
            }
        }
    }

    /// The statement that drops the table, which is the inverse of making it a hypertable.
    pub fn drop_table_sql(&self, server: Capability) -> String {
        format!("DROP TABLE IF EXISTS {}", crate::dialect::name(server.backend(), &self.table))
    }

    /// Whether each unique key has the column that the table is partitioned by. So that the table can become a hypertable
    /// on every server, it is asked on every server.
    fn check_keys(&self, indexes: &[IndexCreateStatement]) -> Result<(), Refused> {
        let without_time = |index: &&IndexCreateStatement| {
            let unique = index.is_unique_key() || index.is_primary_key();
            unique && !index.get_index_spec().get_column_names().contains(&self.column)
        };
        match indexes.iter().find(without_time) {
            Some(index) => {
                let columns = index.get_index_spec().get_column_names();
                let key = columns.iter().map(|column| identifier(column)).collect::<Vec<_>>().join(", ");
                Err(Refused::UniqueWithoutTime { table: self.table.clone(), key, column: self.column.clone() })
            }
            None => Ok(()),
        }
    }
}
