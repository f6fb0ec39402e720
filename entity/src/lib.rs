//! SeaORM entities of the platform, one module per area.
//!
//! `<area>/generated` and `<area>/views` are written by `make entities` from the migrated schema and never edited by hand;
//! `make verify` fails when they are not up to date. What an area adds to its entities by hand stands in `<area>/ext`.
//! Entities of views and continuous aggregates can be read as any other; saving one is an error.

mod active_enum;
mod labels;
#[doc(hidden)]
pub mod read_only;
mod text_list;

pub mod alarms;
pub mod analytics;
pub mod plugins;
pub mod telemetry;
pub mod twin;
pub mod vision;

pub use labels::UnknownLabel;
pub use text_list::TextList;
