//! Events: what a model made of detections that belong together.
//!
//! # How to add a query
//!
//! A method of [`EventRepository`] in the file of its purpose: `record.rs` writes, `change.rs` changes, `list.rs` reads,
//! `search.rs` looks for words.

mod change;
mod filter;
mod list;
mod new_event;
mod record;
mod search;

#[doc(inline)]
pub use entity::vision::Event;
pub use filter::EventFilter;
pub use new_event::NewEvent;
pub use search::Found;

use crate::{error::Place, repository::repository};

/// For errors.
const PLACE: Place = Place { area: super::AREA, table: "events" };

repository! {
    /// The events of a database, over a pool or within a transaction.
    EventRepository
}
