//! What the author of a revision calls, and how a revision is called.
//!
//! - [`columns`] and foreign keys ([`references`]) of tables in use, on every backend;
//! - indexes built while others write ([`index`]), [`constraints`] on columns with values, updates in steps ([`batch`]), their [`progress`];
//! - columns that leave with `down` and come back with the next `up` ([`kept`]), [`labels`] of enums in use, and [`consent`]
//!   before rows go;
//! - what a revision does that stands in place of others ([`squashed`]).

pub mod batch;
pub(crate) mod call;
pub(crate) mod cascades;
pub(crate) mod caught;
pub mod columns;
pub mod consent;
pub mod constraints;
mod event;
pub mod index;
mod index_progress;
pub mod kept;
pub mod labels;
pub mod progress;
pub mod references;
pub(crate) mod sqlite_table;
pub mod squashed;
mod stretches;
pub mod tables;

pub use event::Event;
