//! Policies: work that is done again and again, by jobs of TimescaleDB or by a command run from cron.

mod columnstore;
mod job;
mod kind;
mod maintenance;
mod refresh;
mod reorder;
mod retention;

pub use columnstore::ColumnstorePolicy;
pub use job::Job;
pub use kind::PolicyKind;
pub use maintenance::Maintenance;
pub use refresh::RefreshPolicy;
pub use reorder::ReorderPolicy;
pub use retention::RetentionPolicy;
