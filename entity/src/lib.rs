//! SeaORM entities of the platform, one module per area.
//!
//! `<area>/generated` is written by `make entities` from the migrated schema and never edited by hand; `make verify` fails
//! when it is not up to date. What an area adds to its entities by hand stands in `<area>/ext`.

pub mod alarms;
