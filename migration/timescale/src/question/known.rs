//! What answers in place of a database.

use std::{
    future::Future,
    sync::{Arc, Mutex, PoisonError},
};

use sea_orm::DbErr;

use super::PolicyKind;
use crate::Capability;

/// What stands in for a database.
pub trait Known: Send {
    /// What the database can do.
    fn server(&self) -> Capability;
    /// Whether tables may have rows: not in a schema that is being made.
    fn may_hold_rows(&self) -> bool;
    /// The schema at this moment.
    fn schema(&mut self) -> &dyn KnownSchema;
    /// Told of every question, and of whoever wants to know whether there is a database: what is done then may be another
    /// thing on one.
    fn asked(&mut self);
    /// An error while nothing can be asked, as in a transaction after a statement that failed.
    fn refuse(&self) -> Result<(), DbErr>;
}

/// A schema that is known without a database. Names are without quotes and schema.
pub trait KnownSchema {
    /// Whether the table is there.
    fn has_table(&self, table: &str) -> bool;
    /// Whether the table has the column.
    fn has_column(&self, table: &str, column: &str) -> bool;
    /// Whether the table has the index.
    fn has_index(&self, table: &str, index: &str) -> bool;
    /// Whether any table has the index.
    fn has_any_index(&self, index: &str) -> bool;
    /// Whether the type is there.
    fn has_type(&self, name: &str) -> bool;
    /// Whether the enum has the label.
    fn has_label(&self, name: &str, label: &str) -> bool;
    /// Whether the type of the column is an enum.
    fn has_enum_column(&self, table: &str, column: &str) -> bool;
    /// Columns of a unique key of the table that lacks the column, in quotes.
    fn unique_key_without(&self, table: &str, column: &str) -> Option<String>;
    /// Whether the table is a hypertable.
    fn is_hypertable(&self, table: &str) -> bool;
    /// Whether the hypertable is partitioned by the column.
    fn has_dimension(&self, table: &str, column: &str) -> bool;
    /// Whether the hypertable has its columnstore enabled.
    fn has_columnstore(&self, table: &str) -> bool;
    /// Whether the columnstore is segmented or ordered by the column.
    fn stores_by(&self, table: &str, column: &str) -> bool;
    /// Whether a continuous aggregate reads the column of the table.
    fn is_aggregated(&self, table: &str, column: &str) -> bool;
    /// Whether the continuous aggregate shows nothing but what is materialised; `None` when it is not there.
    fn is_materialized_only(&self, aggregate: &str) -> Option<bool>;
    /// The settings of a policy of the hypertable or aggregate, in the order in which the kind names them.
    fn policy(&self, kind: PolicyKind, table: &str) -> Option<Vec<String>>;
}

tokio::task_local! {
    static KNOWN: Arc<Mutex<dyn Known>>;
}

/// Awaits `work`, in which every [`Question`](super::Question) is answered by `known` and no database is asked.
pub async fn answered_by<F: Future>(known: Arc<Mutex<dyn Known>>, work: F) -> F::Output {
    KNOWN.scope(known, work).await
}

/// Whether questions are answered without a database at this moment: nothing of what runs now reaches one.
pub fn is_answered() -> bool {
    let Some(place) = current() else { return false };
    place.lock().unwrap_or_else(PoisonError::into_inner).asked();
    true
}

/// What stands in for the database at this moment.
pub(super) fn current() -> Option<Arc<Mutex<dyn Known>>> {
    KNOWN.try_with(Arc::clone).ok()
}
