//! Tables whose old rows move to an archive: the cold tier, with the same columns and without a sequence.

use migration_engine::revision::index;
use migration_timescale::{ArchivePolicy, Columnstore, Hypertable, Interval, TimescaleManager};
use sea_orm_migration::{
    prelude::*,
    sea_orm::{ConnectionTrait, DbBackend},
};

use crate::portable::table::PortableTable;

/// Where rows move one by one, what is old is found by the time alone. A hypertable has its chunks for that. To be called
/// outside a transaction.
pub async fn index_by_time(manager: &SchemaManager<'_>, table: &str, time: &'static str) -> Result<(), DbErr> {
    if manager.is_hypertable(table).await? {
        return Ok(());
    }
    let name = index_name(table, time);
    let mut index = Index::create();
    index.name(&name).table(table.to_owned()).col((time, IndexOrder::Desc)).col(("id", IndexOrder::Desc));
    index::create_index(manager, table, &name, index).await
}

/// The inverse of [`index_by_time`].
pub async fn drop_index_by_time(manager: &SchemaManager<'_>, table: &str, time: &str) -> Result<(), DbErr> {
    let name = index_name(table, time);
    if manager.index_exists(table, &name).await? {
        manager.drop_index(Index::drop().name(name).table(table.to_owned()).to_owned()).await?;
    }
    Ok(())
}

fn index_name(table: &str, time: &str) -> String {
    format!("{table}_{time}_idx")
}

/// A table and its archive.
pub struct Archive {
    /// The table.
    pub table: &'static str,
    /// The archive.
    pub name: &'static str,
    /// When a row is from.
    pub time: &'static str,
    /// The columns that a hypertable is cut by, behind the id in the primary key.
    pub key: &'static [&'static str],
    /// All columns but the id.
    pub columns: fn(PortableTable) -> PortableTable,
    /// Age at which rows move.
    pub age: Interval,
    /// Which rows, if not all.
    pub rows_where: Option<&'static str>,
}

impl Archive {
    /// The policy. Its columns are those of the archive.
    pub fn policy(&self) -> ArchivePolicy {
        // Names are the same on every backend.
        let statement = self.create_table(DbBackend::Postgres);
        let columns: Vec<String> = statement.get_columns().iter().map(ColumnDef::get_column_name).collect();
        let columns: Vec<&str> = columns.iter().map(String::as_str).collect();
        let key = [&["id"], self.key].concat();
        let policy = ArchivePolicy::of_table(self.table, self.time, self.age, self.name).key(&key).columns(&columns);
        self.rows_where.map_or(policy.clone(), |condition| policy.rows_where(condition))
    }

    /// Creates the archive, and whatever moves rows there. Where the table is a hypertable, the archive is one too, with a
    /// columnstore of a batch per machine.
    pub async fn create(&self, manager: &SchemaManager<'_>) -> Result<(), DbErr> {
        // On MySQL a run that was killed may have made some of it.
        if !manager.table_exists(self.name).await? {
            manager.create_table(self.create_table(manager.get_database_backend())).await?;
        }
        if manager.is_hypertable(self.table).await? {
            let hypertable = Hypertable::by_range(self.name, self.time).chunk_interval("7 days");
            manager.create_hypertable(&hypertable).await?;
            let order = format!("{} DESC, id DESC", self.time);
            let columnstore = Columnstore::on(self.name).segment_by("machine_id").order_by(&order);
            manager.enable_columnstore(&columnstore).await?;
        }
        manager.add_archive_policy(&self.policy()).await.map(drop)
    }

    /// Brings every row back, and drops the archive.
    pub async fn drop(&self, manager: &SchemaManager<'_>) -> Result<(), DbErr> {
        manager.remove_archive_policy(&self.policy()).await?;
        if manager.table_exists(self.name).await? {
            let bring_back = self.policy().bring_back_sql(manager.get_database_backend());
            manager.get_connection().execute_unprepared(&bring_back).await?;
            manager.drop_table(Table::drop().table(self.name).take()).await?;
        }
        Ok(())
    }

    fn create_table(&self, backend: DbBackend) -> TableCreateStatement {
        (self.columns)(PortableTable::new(backend, self.name).number_from_elsewhere(self.key)).create()
    }
}
