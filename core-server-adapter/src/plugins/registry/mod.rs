//! The registry: which plugins there are, in which version, and whether they run.
//!
//! # How to add a query
//!
//! A method of [`PluginRepository`] in the file of its purpose: `change.rs` registers and changes, `read.rs` reads.

mod change;
mod filter;
mod new_plugin;
mod read;

#[doc(inline)]
pub use entity::plugins::Plugin;
pub use filter::PluginFilter;
pub use new_plugin::NewPlugin;

use crate::{error::Place, repository::repository};

/// For errors.
const PLACE: Place = Place { area: super::AREA, table: "plugins" };

repository! {
    /// The plugins of a database, over a pool or within a transaction.
    PluginRepository
}
