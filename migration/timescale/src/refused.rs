//! What TimescaleDB would refuse later, or take and get wrong: said before anything runs, with what works instead.

use sea_orm::DbErr;

use crate::{Interval, Unsupported};

/// Why an operation is not run. Each says what to do instead.
///
/// # How to add a refusal
///
/// A variant here, the check in the builder where its values tell, else in the manager's method with a question to the
/// catalogue, and a test that the server refuses it too or gets it wrong.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refused {
    /// A bucket without a length.
    #[error(
        "the continuous aggregate {aggregate} has a bucket of no length: give it a width such as Interval::hours(1)"
    )]
    NoBucket {
        /// The aggregate.
        aggregate: String,
    },
    /// Nothing is aggregated.
    #[error(
        "the continuous aggregate {aggregate} has no aggregate: add one, such as aggregate(\"readings\", \"count(*)\")"
    )]
    NoAggregates {
        /// The aggregate.
        aggregate: String,
    },
    /// Two columns of one name.
    #[error("the continuous aggregate {aggregate} has two columns {column}: give one of them another name")]
    DuplicateColumn {
        /// The aggregate.
        aggregate: String,
        /// The name.
        column: String,
    },
    /// A column that counts rows and is none of the aggregate's.
    #[error("the continuous aggregate {aggregate} is counted by {column}, which it does not have: name a column of it")]
    NoSuchCount {
        /// The aggregate.
        aggregate: String,
        /// The name.
        column: String,
    },
    /// Buckets that do not consist of whole buckets of the aggregate below.
    #[error(
        "the continuous aggregate {aggregate} has buckets of {width} on {source_name} with buckets of {source_width}: \
         choose a multiple of {source_width}"
    )]
    BucketIsNoMultiple {
        /// The aggregate.
        aggregate: String,
        /// The aggregate it reads.
        source_name: String,
        /// Its bucket.
        width: Interval,
        /// The bucket of what it reads.
        source_width: Interval,
    },
    /// A refresh policy over less than two buckets.
    #[error(
        "the refresh policy of {aggregate} covers {window}, which is less than two buckets of {width}: let start_offset be \
         at least end_offset plus two buckets"
    )]
    RefreshWindowTooSmall {
        /// The aggregate.
        aggregate: String,
        /// From start to end.
        window: Interval,
        /// Its bucket.
        width: Interval,
    },
    /// A schedule between two intervals that are none, or so long that runs leave a gap between them.
    #[error("the refresh policy of {aggregate} runs every {shortest} to {longest}, {reason}")]
    RefreshSchedule {
        /// The aggregate.
        aggregate: String,
        /// The shorter interval.
        shortest: Interval,
        /// The longer one.
        longest: Interval,
        /// What is wrong, and what to do.
        reason: &'static str,
    },
    /// A refresh that reaches back over what retention has dropped.
    #[error(
        "the refresh of {aggregate} reaches {reach} back, and {table} keeps its rows for {drop_after}: a refresh over \
         dropped rows deletes what the aggregate held of them, so keep start_offset shorter than drop_after"
    )]
    RetentionBeforeRefresh {
        /// The aggregate.
        aggregate: String,
        /// What it reads.
        table: String,
        /// How far back the policy looks: an interval, or all the way.
        reach: String,
        /// Age at which rows go.
        drop_after: String,
    },
    /// A columnstore policy that converts what is still refreshed.
    #[error(
        "the columnstore policy of {aggregate} converts chunks after {after}, and its refresh policy looks {reach} back: \
         TimescaleDB takes both, and unpacks and packs the same chunks at every refresh. Let the columnstore begin where \
         the refresh no longer looks"
    )]
    ColumnstoreWithinRefresh {
        /// The aggregate.
        aggregate: String,
        /// Age at which chunks are converted.
        after: String,
        /// How far back the refresh policy looks: an interval, or all the way.
        reach: String,
    },
    /// A columnstore policy of an aggregate that no policy refreshes.
    #[error(
        "the continuous aggregate {aggregate} has no refresh policy, and before TimescaleDB 2.28 its columnstore takes no \
         policy then: add the RefreshPolicy first"
    )]
    ColumnstoreBeforeRefreshPolicy {
        /// The aggregate.
        aggregate: String,
    },
    /// Retention of nothing or of everything.
    #[error("retention of {table} after {drop_after} would drop rows as they come in: give it an age above zero")]
    RetentionOfEverything {
        /// The table.
        table: String,
        /// The age.
        drop_after: Interval,
    },
    /// An archive that cannot work.
    #[error("the archive {archive} of {table} {reason}")]
    Archive {
        /// The table.
        table: String,
        /// Its archive.
        archive: String,
        /// What is wrong, and what to do.
        reason: &'static str,
    },
    /// A refresh inside a transaction.
    #[error(
        "a refresh of {aggregate} does not run inside a transaction: leave it to the refresh policy, or call it in a \
         revision with use_transaction() -> Some(false)"
    )]
    RefreshInTransaction {
        /// The aggregate.
        aggregate: String,
    },
    /// A unique key that the chunks of a hypertable cannot keep.
    #[error(
        "the hypertable {table} cannot have the unique key ({key}): every unique index, key and exclusion constraint of a hypertable has to \
         contain the columns it is partitioned by, here {column}. Add the time column to the key; where the shorter key \
         must be unique, keep it in a plain table beside it"
    )]
    UniqueWithoutTime {
        /// The table.
        table: String,
        /// Columns of the key, or which one it is.
        key: String,
        /// The column it is partitioned by.
        column: String,
    },
    /// A table that others reference.
    #[error(
        "{table} is referenced by a foreign key: one to a hypertable can be there, and then compression fails, and \
         retention on newer versions. Drop the constraint and keep its columns; or reference a plain table of the \
         identities"
    )]
    ReferencedTable {
        /// The table.
        table: String,
    },
    /// A unique index with a transaction per chunk.
    #[error(
        "the unique index {index} of {table} is not built with transaction_per_chunk: build it plainly, which keeps \
         writers waiting, in the revision that creates the table or at a quiet time"
    )]
    UniquePerChunk {
        /// The table.
        table: String,
        /// The index.
        index: String,
    },
    /// `CONCURRENTLY` on a hypertable.
    #[error(
        "the index {index} of {table} says CONCURRENTLY, and a hypertable takes no index built so: leave it out, it is \
         built with a transaction per chunk instead"
    )]
    ConcurrentIndex {
        /// The table.
        table: String,
        /// The index.
        index: String,
    },
    /// A column that references, generates or identifies, on a columnstore.
    #[error(
        "{table} has a columnstore, which takes no new column {column} that references a table, is a key, an identity or \
         generated: add a plain column (CHECK is allowed with it), and compute the value in a query or before it is \
         written"
    )]
    ConstrainedColumn {
        /// The table.
        table: String,
        /// The column.
        column: String,
    },
    /// A default that has to be computed, on a columnstore.
    #[error(
        "{table} has a columnstore, which takes no new column {column} whose default has to be computed: give a literal \
         without a cast, or add the column without a default, then SET DEFAULT: old rows are null, new ones have it"
    )]
    ComputedDefault {
        /// The table.
        table: String,
        /// The column.
        column: String,
    },
    /// `NOT NULL` without a default, on a columnstore.
    #[error(
        "{table} has a columnstore, which takes no new column {column} that is NOT NULL without a default: give it a \
         constant default, or add it nullable and fill it first"
    )]
    RequiredColumn {
        /// The table.
        table: String,
        /// The column.
        column: String,
    },
    /// Another type for a column of compressed rows.
    #[error(
        "the type of {table}.{column} cannot change while the hypertable has compressed chunks: add a column of the new \
         type and fill it for the time that matters, or decompress them first (Chunks::decompress_sql)"
    )]
    TypeOfCompressedColumn {
        /// The table.
        table: String,
        /// The column.
        column: String,
    },
    /// The column that a hypertable is partitioned by.
    #[error(
        "{table}.{column} cannot be dropped, because the hypertable is partitioned by it: create a new hypertable and copy \
         the rows"
    )]
    PartitionColumn {
        /// The table.
        table: String,
        /// The column.
        column: String,
    },
    /// A column that the columnstore is segmented or ordered by.
    #[error(
        "{table}.{column} cannot be dropped, because the columnstore is segmented or ordered by it: keep the column, or \
         rename it; chunks compressed with it need it for as long as they live"
    )]
    ColumnstoreColumn {
        /// The table.
        table: String,
        /// The column.
        column: String,
    },
    /// A column that a continuous aggregate reads.
    #[error(
        "{table}.{column} cannot be dropped, with CASCADE neither, because a continuous aggregate reads it: drop the \
         aggregate first and create it again without the column; its rows over dropped chunks are lost"
    )]
    AggregatedColumn {
        /// The table.
        table: String,
        /// The column.
        column: String,
    },
    /// Columnstore disabled over chunks that are in it.
    #[error(
        "the columnstore of {table} cannot be disabled while chunks are in it: bring them back first \
         (decompress_chunks(&Chunks::of(\"{table}\"))), which takes the space of all its rows"
    )]
    ChunksInColumnstore {
        /// The table.
        table: String,
    },
    /// Sparse indexes without an order.
    #[error(
        "the sparse indexes of {table} are set together with the order of its rows or not at all: say order_by as well, \
         with the columns it has now"
    )]
    SparseIndexWithoutOrder {
        /// The table.
        table: String,
    },
    /// A sparse index of a column that has one by itself.
    #[error(
        "{table}.{column} takes no sparse index, because the columnstore is segmented or ordered by it and finds its values \
         without one: leave it out"
    )]
    SparseIndexOfSegment {
        /// The table.
        table: String,
        /// The column.
        column: String,
    },
    /// Least and greatest values of an enum.
    #[error(
        "a minmax index of {table}.{column} is never used, because it is an enum: use SparseIndex::bloom, or segment by the \
         column"
    )]
    MinmaxOfEnum {
        /// The table.
        table: String,
        /// The column.
        column: String,
    },
    /// An aggregate of the same name that is another one.
    #[error(
        "the continuous aggregate {aggregate} is there with another {difference}: drop it in a revision of its own first, \
         its rows over dropped chunks are lost with it, or give the new one another name"
    )]
    AnotherAggregate {
        /// The aggregate.
        aggregate: String,
        /// What differs.
        difference: String,
    },
}

/// Why an operation has no SQL for a server.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RenderError {
    /// The server lacks the feature; a step of a revision is then skipped.
    #[error(transparent)]
    Unsupported(#[from] Unsupported),
    /// No server should run it.
    #[error(transparent)]
    Refused(#[from] Refused),
}

impl From<Refused> for DbErr {
    fn from(refused: Refused) -> Self {
        Self::Migration(refused.to_string())
    }
}

impl From<RenderError> for DbErr {
    fn from(error: RenderError) -> Self {
        Self::Migration(error.to_string())
    }
}
