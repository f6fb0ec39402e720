//! The engine: what it does around any project's revisions, and the command line that does it.

mod adopted;
mod areas;
mod batch;
mod branches;
mod cli;
mod cli_errors;
mod destroy;
mod doctor;
mod drift;
mod invalid_index;
pub mod killed;
mod lint;
pub mod maintain;
mod offline;
mod records;
mod report;
mod runners;
pub mod schema;
mod schema_names;
mod secrets;
mod server_version;
mod session;
mod stamp;
mod upgrade;
pub mod verify;
