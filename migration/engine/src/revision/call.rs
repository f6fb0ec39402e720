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
    use_transaction(revision).await?;
    let done = match direction {
        Direction::Up => revision.up(manager).await,
        Direction::Down => revision.down(manager).await,
    };
    done.map_err(|error| if stands_in(&error) { unwritten(direction) } else { error })
}

/// What a revision says about transactions. One that panics there has failed.
pub(crate) async fn use_transaction(revision: &dyn MigrationTrait) -> Result<Option<bool>, DbErr> {
    let said = caught(async { revision.use_transaction() }).await;
    said.map_err(|said| DbErr::Migration(format!("its use_transaction() panicked: {said}")))
}

/// Whether nobody has written that way of a revision, as [`one_way`] says it.
pub(crate) fn is_unwritten(error: &DbErr) -> bool {
    [Direction::Up, Direction::Down].into_iter().any(|direction| *error == unwritten(direction))
}

fn unwritten(direction: Direction) -> DbErr {
    DbErr::Migration(format!("its {direction}() is not written"))
}

/// What SeaORM's trait says in place of a method, and what the template of a new revision says.
fn stands_in(error: &DbErr) -> bool {
    match error {
        DbErr::Migration(text) => {
            matches!(text.as_str(), "We Don't Do That Here" | "up() is not written yet" | "down() is not written yet")
        }
        _ => false,
    }
}

/// What a revision's own code gives, where a panic is an error like others.
pub(crate) async fn or_panicked(work: impl Future<Output = Result<(), DbErr>>) -> Result<(), DbErr> {
    caught(work).await.unwrap_or_else(|said| Err(DbErr::Migration(format!("it panicked: {said}"))))
}
