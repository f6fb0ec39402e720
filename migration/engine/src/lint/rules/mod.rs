//! The rules of this engine, one file each.
//!
//! # How to add a rule
//!
//! 1. Look at what the server does with the statement, in psql, on a database of its own.
//! 2. Write `rules/<name>.rs` with a `RULE`: its name, one sentence, its backend, the SQLSTATE, what to do instead, a check, and at
//!    least one [`Example`](super::rule::Example) with a script that is flagged and one that is not.
//! 3. Declare the module below and put its `RULE` at the end of [`RULES`], at the marker.
//!
//! The examples are the tests: without a server, that the rule flags what it should; in tests/suite/lint.rs, that
//! TimescaleDB, SQLite or MariaDB really refuses the one script and takes the other, on every version that the rule says it
//! holds for. [`HARMLESS`] has what no rule may flag.

mod aggregate_with_data_in_transaction;
mod blocking_index;
mod column_cannot_change;
mod column_type_on_columnstore;
mod columnstore_within_refresh;
mod concurrent_index_on_hypertable;
mod concurrently_in_transaction;
mod constrained_column_on_columnstore;
mod drop_aggregated_column;
mod drop_columnstore_column;
mod drop_time_column;
mod enum_value_in_transaction;
mod foreign_key_to_hypertable;
mod foreign_keys_in_transaction;
mod harmless;
mod hypertable_of_filled_table;
mod implicit_commit;
mod index_if_not_exists;
mod lock_rows_of_columnstore;
mod not_valid_on_columnstore;
mod per_chunk_index_in_transaction;
mod per_chunk_index_on_plain_table;
mod per_chunk_unique_index;
mod rebuild_sparse_index;
mod rebuild_with_foreign_keys;
mod refresh_in_transaction;
mod refresh_window_too_small;
mod reindex_of_hypertable;
mod required_column_without_default;
mod retention_before_refresh;
mod row_security_on_columnstore;
mod setups;
mod table_copy;
mod unbounded_change_of_columnstore;
mod unique_without_time;
mod validate_on_columnstore;
mod volatile_default_on_columnstore;

pub use foreign_key_to_hypertable::refers_to_hypertable;
pub use harmless::HARMLESS;

use super::rule::Rule;

/// Every rule of this engine.
pub const RULES: &[Rule] = &[
    aggregate_with_data_in_transaction::RULE,
    blocking_index::RULE,
    column_type_on_columnstore::RULE,
    columnstore_within_refresh::RULE,
    concurrent_index_on_hypertable::RULE,
    concurrently_in_transaction::RULE,
    constrained_column_on_columnstore::RULE,
    drop_aggregated_column::RULE,
    drop_columnstore_column::RULE,
    drop_time_column::RULE,
    enum_value_in_transaction::RULE,
    foreign_key_to_hypertable::RULE,
    hypertable_of_filled_table::RULE,
    index_if_not_exists::RULE,
    lock_rows_of_columnstore::RULE,
    not_valid_on_columnstore::RULE,
    per_chunk_index_in_transaction::RULE,
    per_chunk_index_on_plain_table::RULE,
    per_chunk_unique_index::RULE,
    rebuild_sparse_index::RULE,
    refresh_in_transaction::RULE,
    refresh_window_too_small::RULE,
    reindex_of_hypertable::RULE,
    required_column_without_default::RULE,
    retention_before_refresh::RULE,
    row_security_on_columnstore::RULE,
    unbounded_change_of_columnstore::RULE,
    unique_without_time::RULE,
    validate_on_columnstore::RULE,
    volatile_default_on_columnstore::RULE,
    // SQLite
    column_cannot_change::RULE,
    foreign_keys_in_transaction::RULE,
    rebuild_with_foreign_keys::RULE,
    // MySQL and MariaDB
    implicit_commit::RULE,
    table_copy::RULE,
    // The next rule goes here.
];

/// What every rule uses.
mod prelude {
    pub use migration_timescale::Dialect;
    pub use sqlparser::tokenizer::Token;

    pub use super::setups::{COLUMNSTORE, HOURLY, HYPERTABLE, PLAIN, SITES, SITES_OF_MYSQL};
    pub(crate) use crate::{
        lint::{
            context::{Context, NAMES, added_columns, alterations, created_index, dropped_columns, is_per_chunk},
            rule::{Example, Proof, Rule, Servers, Sql, Versions},
        },
        recording::model::{Table, excluded_columns, index_columns},
        sql::{
            line::shorten,
            parsed::{Parsed, is_word},
            text::switches_foreign_keys,
        },
    };
}
