//! Machine-learning models: what they are, which one is active, and their bytes.
//!
//! The bytes of a model are never held whole, neither here nor in one value of the database: they are in the table
//! `ml_model_parts`, a piece a row. What other programs have put into `ml_models.model_data` is read as well, piece by piece.
//!
//! # How to add a query
//!
//! A method of [`ModelRepository`] in the file of its purpose: `repository.rs` registers and reads, `active.rs` decides
//! which one works, `bytes.rs` has the bytes.

mod active;
mod bytes;
mod new_model;
mod repository;

pub use bytes::PIECE;
#[doc(inline)]
pub use entity::analytics::MlModelStatus;
pub use new_model::NewModel;
pub use repository::Model;

use crate::{error::Place, repository::repository};

/// For errors.
const PLACE: Place = Place { area: super::AREA, table: "ml_models" };

repository! {
    /// The machine-learning models of a database, over a pool or within a transaction.
    ModelRepository
}
