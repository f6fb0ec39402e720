//! The values of this crate as methods of SeaORM's `SchemaManager`.
//!
//! Each method looks at the server, renders the value for it and runs that. Said again it changes nothing; where the server
//! lacks the feature it is skipped, and a line on the log says so.

mod aggregate;
mod checks;
mod columnstore;
mod compare;
mod existence;
mod extension;
mod hypertable;
mod policy;
mod run;
mod skipped;

use sea_orm::{ConnectionTrait, DbErr, sea_query::TableCreateStatement};
use sea_orm_migration::{SchemaManager, async_trait::async_trait};

use crate::{
    AggregateIndex, ArchivePolicy, Capability, ChecksOnNewColumns, ChunkInterval, Chunks, Columnstore,
    ColumnstorePolicy, ContinuousAggregate, HashDimension, Hypertable, HypertableColumn, Job, PerChunkIndex,
    RefreshPolicy, ReorderPolicy, RetentionPolicy, TenantPolicy, Unsupported, Window,
};

pub use extension::{leaving_extension_alone, offered_timescaledb, withheld_timescaledb};
pub use hypertable::{has_columnstore, index_is_valid};
pub use run::run_or_skip;
use run::run_quietly;
pub use skipped::{SkippedStep, collecting_skipped};

/// What became of a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// It ran.
    Applied,
    /// The server lacks the feature; it was said on the log and the schema is complete without it.
    Skipped(Unsupported),
}

/// TimescaleDB operations on SeaORM's `SchemaManager`.
///
/// What TimescaleDB would refuse later or get wrong is an error before anything runs; its text is that of a
/// [`Refused`](crate::Refused), with what works instead.
#[async_trait]
pub trait TimescaleManager {
    /// What the server can do.
    async fn capability(&self) -> Result<Capability, DbErr>;
    /// Creates the extension where the server has it and the user may; where not, nothing happens, and a line on the log
    /// names the right that is missing.
    /// There is no inverse: other tables of the database may need it.
    async fn enable_timescaledb(&self) -> Result<Capability, DbErr>;

    /// Whether a table or view is there, whoever owns it. SeaORM's `has_table` does not see what the user has no right to.
    async fn table_exists(&self, table: &str) -> Result<bool, DbErr>;
    /// Whether a table has a column, whoever owns it. SeaORM's `has_column` does not see what the user has no right to.
    async fn column_exists(&self, table: &str, column: &str) -> Result<bool, DbErr>;
    /// Whether a table has an index, whoever owns it.
    async fn index_exists(&self, table: &str, index: &str) -> Result<bool, DbErr>;

    /// Makes a table a hypertable. One that is a hypertable already stays as it is.
    async fn create_hypertable(&self, hypertable: &Hypertable) -> Result<Step, DbErr>;
    /// Creates a table that is a hypertable; where there are none, the table.
    async fn create_hypertable_table(
        &self,
        hypertable: &Hypertable,
        table: &TableCreateStatement,
    ) -> Result<Step, DbErr>;
    /// Drops the table of a hypertable, when it is there.
    async fn drop_hypertable(&self, hypertable: &Hypertable) -> Result<(), DbErr>;
    /// Adds a dimension to a hypertable, or gives one that is there this number of partitions.
    async fn add_hash_dimension(&self, dimension: &HashDimension) -> Result<Step, DbErr>;
    /// Sets how much time new chunks hold.
    async fn set_chunk_interval(&self, interval: &ChunkInterval) -> Result<Step, DbErr>;
    /// Adds, drops or changes a column of a table that may be a hypertable, unless that is done.
    async fn change_hypertable_column(&self, change: &HypertableColumn) -> Result<(), DbErr>;
    /// Builds an index with a transaction per chunk; inside a transaction and on other tables the ordinary way. An invalid
    /// one that a killed build left is dropped first.
    async fn create_index_per_chunk(&self, index: &PerChunkIndex) -> Result<(), DbErr>;
    /// Drops such an index, when it is there.
    async fn drop_index_per_chunk(&self, index: &PerChunkIndex) -> Result<(), DbErr>;
    /// Whether a table is a hypertable.
    async fn is_hypertable(&self, table: &str) -> Result<bool, DbErr>;

    /// Enables the columnstore of a hypertable, or changes the settings of one that is enabled.
    async fn enable_columnstore(&self, columnstore: &Columnstore) -> Result<Step, DbErr>;
    /// Disables it with its policy. Refused while chunks are in it.
    async fn disable_columnstore(&self, columnstore: &Columnstore) -> Result<Step, DbErr>;
    /// Leaves the choice of sparse indexes to TimescaleDB again.
    async fn reset_sparse_indexes(&self, columnstore: &Columnstore) -> Result<Step, DbErr>;
    /// Converts chunks to the columnstore; outside a transaction each in one of its own.
    async fn compress_chunks(&self, chunks: &Chunks) -> Result<Step, DbErr>;
    /// Converts chunks in the columnstore anew, with the settings of now; outside a transaction each in one of its own.
    async fn recompress_chunks(&self, chunks: &Chunks) -> Result<Step, DbErr>;
    /// Converts chunks back to rows; outside a transaction each in one of its own.
    async fn decompress_chunks(&self, chunks: &Chunks) -> Result<Step, DbErr>;

    /// Adds the job that converts older chunks, instead of one with another age.
    async fn add_columnstore_policy(&self, policy: &ColumnstorePolicy) -> Result<Step, DbErr>;
    /// Removes the job that converts older chunks.
    async fn remove_columnstore_policy(&self, policy: &ColumnstorePolicy) -> Result<Step, DbErr>;
    /// Adds the job that puts chunks into the order of an index, instead of one by another index.
    async fn add_reorder_policy(&self, policy: &ReorderPolicy) -> Result<Step, DbErr>;
    /// Removes the job that puts chunks into the order of an index.
    async fn remove_reorder_policy(&self, policy: &ReorderPolicy) -> Result<Step, DbErr>;
    /// Adds the job that refreshes an aggregate, instead of one with other settings.
    async fn add_refresh_policy(&self, policy: &RefreshPolicy) -> Result<Step, DbErr>;
    /// Removes the job that refreshes an aggregate.
    async fn remove_refresh_policy(&self, policy: &RefreshPolicy) -> Result<Step, DbErr>;
    /// Adds the job that drops old rows, instead of one with another age.
    async fn add_retention_policy(&self, policy: &RetentionPolicy) -> Result<Step, DbErr>;
    /// Removes the job that drops old rows.
    async fn remove_retention_policy(&self, policy: &RetentionPolicy) -> Result<Step, DbErr>;
    /// Adds the function that archives rows and the job that calls it, or gives one that is there this age.
    async fn add_archive_policy(&self, policy: &ArchivePolicy) -> Result<Step, DbErr>;
    /// Removes them. The rows stay where they are.
    async fn remove_archive_policy(&self, policy: &ArchivePolicy) -> Result<Step, DbErr>;
    /// Adds a job of one's own, or gives one that is there this schedule.
    async fn add_job(&self, job: &Job) -> Result<Step, DbErr>;
    /// Deletes a job of one's own.
    async fn delete_job(&self, job: &Job) -> Result<Step, DbErr>;

    /// Creates a continuous aggregate without data; where there are none, a table and a view that are read like one.
    ///
    /// One of that name that is there becomes real-time or materialised only, as asked; one with another source, bucket or
    /// other columns is refused.
    async fn create_continuous_aggregate(&self, aggregate: &ContinuousAggregate) -> Result<Step, DbErr>;
    /// Drops a continuous aggregate, or the table and the view in its place, when it is there.
    async fn drop_continuous_aggregate(&self, aggregate: &ContinuousAggregate) -> Result<Step, DbErr>;
    /// Drops several, each before the one it is made of, in whatever order they are given.
    async fn drop_continuous_aggregates(&self, aggregates: &[ContinuousAggregate]) -> Result<Step, DbErr>;
    /// Creates an index of a continuous aggregate.
    async fn create_aggregate_index(&self, index: &AggregateIndex) -> Result<Step, DbErr>;
    /// Drops an index of a continuous aggregate.
    async fn drop_aggregate_index(&self, index: &AggregateIndex) -> Result<Step, DbErr>;
    /// Brings the whole buckets of a window up to date. Refused inside a transaction where it is a continuous aggregate.
    async fn refresh_continuous_aggregate(
        &self,
        aggregate: &ContinuousAggregate,
        window: Window,
    ) -> Result<Step, DbErr>;

    /// Adds checks on columns that were added in this transaction, without reading the table (PostgreSQL only).
    async fn add_checks(&self, checks: &ChecksOnNewColumns) -> Result<(), DbErr>;
    /// Second half of [`add_checks`](Self::add_checks), in a transaction of its own; nothing to do where the checks are
    /// valid already.
    async fn validate_checks(&self, checks: &ChecksOnNewColumns) -> Result<(), DbErr>;

    /// Gives each row of a table to a tenant, and shows a session those of its own.
    async fn add_tenant_policy(&self, policy: &TenantPolicy) -> Result<Step, DbErr>;
    /// Removes the policy, and which rows are whose, where the table has it.
    async fn remove_tenant_policy(&self, policy: &TenantPolicy) -> Result<(), DbErr>;
}

#[async_trait]
impl TimescaleManager for SchemaManager<'_> {
    async fn capability(&self) -> Result<Capability, DbErr> {
        Capability::detect(self.get_connection()).await
    }

    async fn enable_timescaledb(&self) -> Result<Capability, DbErr> {
        extension::enable(self).await
    }

    async fn table_exists(&self, table: &str) -> Result<bool, DbErr> {
        existence::table(self, table).await
    }

    async fn column_exists(&self, table: &str, column: &str) -> Result<bool, DbErr> {
        existence::column(self, table, column).await
    }

    async fn index_exists(&self, table: &str, index: &str) -> Result<bool, DbErr> {
        existence::index(self, table, index).await
    }

    async fn create_hypertable(&self, hypertable: &Hypertable) -> Result<Step, DbErr> {
        hypertable::create(self, hypertable).await
    }

    async fn create_hypertable_table(
        &self,
        hypertable: &Hypertable,
        table: &TableCreateStatement,
    ) -> Result<Step, DbErr> {
        hypertable::create_table(self, hypertable, table).await
    }

    async fn drop_hypertable(&self, hypertable: &Hypertable) -> Result<(), DbErr> {
        let sql = hypertable.drop_table_sql(self.capability().await?);
        self.get_connection().execute_unprepared(&sql).await.map(drop)
    }

    async fn add_hash_dimension(&self, dimension: &HashDimension) -> Result<Step, DbErr> {
        let added = run_or_skip(self, dimension.table(), |server| dimension.add_sql(server)).await?;
        run_quietly(self, dimension.set_partitions_sql(self.capability().await?).map(|sql| vec![sql])).await?;
        Ok(added)
    }

    async fn set_chunk_interval(&self, interval: &ChunkInterval) -> Result<Step, DbErr> {
        run_or_skip(self, interval.table(), |server| interval.set_sql(server)).await
    }

    async fn change_hypertable_column(&self, change: &HypertableColumn) -> Result<(), DbErr> {
        hypertable::change_column(self, change).await
    }

    async fn create_index_per_chunk(&self, index: &PerChunkIndex) -> Result<(), DbErr> {
        hypertable::create_index(self, index).await
    }

    async fn drop_index_per_chunk(&self, index: &PerChunkIndex) -> Result<(), DbErr> {
        hypertable::drop_index(self, index).await
    }

    async fn is_hypertable(&self, table: &str) -> Result<bool, DbErr> {
        Ok(self.capability().await?.has_hypertables() && hypertable::is_hypertable(self, table).await?)
    }

    async fn enable_columnstore(&self, columnstore: &Columnstore) -> Result<Step, DbErr> {
        columnstore::enable(self, columnstore).await
    }

    async fn disable_columnstore(&self, columnstore: &Columnstore) -> Result<Step, DbErr> {
        columnstore::disable(self, columnstore).await
    }

    async fn reset_sparse_indexes(&self, columnstore: &Columnstore) -> Result<Step, DbErr> {
        columnstore::reset_sparse(self, columnstore).await
    }

    async fn compress_chunks(&self, chunks: &Chunks) -> Result<Step, DbErr> {
        columnstore::convert(self, chunks, Chunks::compress_sql).await
    }

    async fn recompress_chunks(&self, chunks: &Chunks) -> Result<Step, DbErr> {
        columnstore::convert(self, chunks, Chunks::recompress_sql).await
    }

    async fn decompress_chunks(&self, chunks: &Chunks) -> Result<Step, DbErr> {
        columnstore::convert(self, chunks, Chunks::decompress_sql).await
    }

    async fn add_columnstore_policy(&self, policy: &ColumnstorePolicy) -> Result<Step, DbErr> {
        policy::add_columnstore(self, policy).await
    }

    async fn remove_columnstore_policy(&self, policy: &ColumnstorePolicy) -> Result<Step, DbErr> {
        run_quietly(self, policy.remove_sql(self.capability().await?).map(|sql| vec![sql])).await
    }

    async fn add_reorder_policy(&self, policy: &ReorderPolicy) -> Result<Step, DbErr> {
        policy::add_reorder(self, policy).await
    }

    async fn remove_reorder_policy(&self, policy: &ReorderPolicy) -> Result<Step, DbErr> {
        run_quietly(self, policy.remove_sql(self.capability().await?).map(|sql| vec![sql])).await
    }

    async fn add_refresh_policy(&self, policy: &RefreshPolicy) -> Result<Step, DbErr> {
        policy::add_refresh(self, policy).await
    }

    async fn remove_refresh_policy(&self, policy: &RefreshPolicy) -> Result<Step, DbErr> {
        run_quietly(self, policy.remove_sql(self.capability().await?).map(|sql| vec![sql])).await
    }

    async fn add_retention_policy(&self, policy: &RetentionPolicy) -> Result<Step, DbErr> {
        policy::add_retention(self, policy).await
    }

    async fn remove_retention_policy(&self, policy: &RetentionPolicy) -> Result<Step, DbErr> {
        run_quietly(self, policy.remove_sql(self.capability().await?).map(|sql| vec![sql])).await
    }

    async fn add_archive_policy(&self, policy: &ArchivePolicy) -> Result<Step, DbErr> {
        policy::add_archive(self, policy).await
    }

    async fn remove_archive_policy(&self, policy: &ArchivePolicy) -> Result<Step, DbErr> {
        run_quietly(self, policy.remove_sql(self.capability().await?)).await
    }

    async fn add_job(&self, job: &Job) -> Result<Step, DbErr> {
        let rendered = job.add_sql(self.capability().await?).map(Vec::from).map_err(Into::into);
        run::run_all_or_skip(self, job.procedure(), rendered).await
    }

    async fn delete_job(&self, job: &Job) -> Result<Step, DbErr> {
        run_quietly(self, job.delete_sql(self.capability().await?).map(|sql| vec![sql])).await
    }

    async fn create_continuous_aggregate(&self, aggregate: &ContinuousAggregate) -> Result<Step, DbErr> {
        aggregate::create(self, aggregate).await
    }

    async fn drop_continuous_aggregate(&self, aggregate: &ContinuousAggregate) -> Result<Step, DbErr> {
        aggregate::drop_all(self, std::slice::from_ref(aggregate)).await
    }

    async fn drop_continuous_aggregates(&self, aggregates: &[ContinuousAggregate]) -> Result<Step, DbErr> {
        aggregate::drop_all(self, aggregates).await
    }

    async fn create_aggregate_index(&self, index: &AggregateIndex) -> Result<Step, DbErr> {
        aggregate::create_index(self, index).await
    }

    async fn drop_aggregate_index(&self, index: &AggregateIndex) -> Result<Step, DbErr> {
        aggregate::drop_index(self, index).await
    }

    async fn refresh_continuous_aggregate(
        &self,
        aggregate: &ContinuousAggregate,
        window: Window,
    ) -> Result<Step, DbErr> {
        aggregate::refresh(self, aggregate, window).await
    }

    async fn add_checks(&self, checks: &ChecksOnNewColumns) -> Result<(), DbErr> {
        checks::add(self, checks).await
    }

    async fn validate_checks(&self, checks: &ChecksOnNewColumns) -> Result<(), DbErr> {
        checks::validate(self, checks).await
    }

    async fn add_tenant_policy(&self, policy: &TenantPolicy) -> Result<Step, DbErr> {
        run::run_all_or_skip(self, policy.table(), policy.add_sql(self.capability().await?)).await
    }

    async fn remove_tenant_policy(&self, policy: &TenantPolicy) -> Result<(), DbErr> {
        if self.column_exists(policy.table(), TenantPolicy::COLUMN).await? {
            run::run(self, &policy.remove_sql()).await?;
        }
        Ok(())
    }
}
