//! What an operator asks of a live database, and has done in it.

pub mod doctor;
pub mod inspect;
pub mod maintain;
pub mod roles;
pub mod setup;
