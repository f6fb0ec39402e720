//! Schemas: what a database has, and what revisions make.

pub mod catalog;
pub(crate) mod destroy;
pub mod drift;
pub(crate) mod foreign_keys;
mod live;
pub(crate) mod outside;
pub(crate) mod relations;
pub mod scratch;
pub mod stamp;
pub mod verify;
