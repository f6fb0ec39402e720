//! Policies: work that is done again and again, by jobs of TimescaleDB or by a command run from cron.

mod archive;
mod columnstore;
mod job;
mod maintenance;
mod refresh;
mod reorder;
mod retention;

pub use crate::question::PolicyKind;
pub use archive::ArchivePolicy;
pub use columnstore::ColumnstorePolicy;
pub use job::Job;
pub use maintenance::Maintenance;
pub use refresh::RefreshPolicy;
pub use reorder::ReorderPolicy;
pub use retention::RetentionPolicy;
