//! Calls a revision.

use sea_orm::DbErr;
use sea_orm_migration::{MigrationTrait, SchemaManager};

use crate::{Direction, revision::caught::caught, session::interrupt};

/// Runs a revision one way. One that panics, or that is stopped by a signal, has failed.
pub(crate) async fn revision(
    revision: &dyn MigrationTrait,
    manager: &SchemaManager<'_>,
    direction: Direction,
) -> Result<(), DbErr> {
    or_panicked(interrupt::unless_told_to_stop(one_way(revision, manager, direction))).await
}

/// Runs a revision one way, wherever that leads.
pub(crate) async fn one_way(
    revision: &dyn MigrationTrait,
    manager: &SchemaManager<'_>,
    direction: Direction,
) -> Result<(), DbErr> {
    match direction {
        Direction::Up => revision.up(manager).await,
        Direction::Down => revision.down(manager).await,
    }
}

/// What a revision's own code gives, where a panic is an error like others.
pub(crate) async fn or_panicked(work: impl Future<Output = Result<(), DbErr>>) -> Result<(), DbErr> {
    caught(work).await.unwrap_or_else(|said| Err(DbErr::Migration(format!("it panicked: {said}"))))
}
