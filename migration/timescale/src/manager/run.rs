//! Running what was rendered.

use sea_orm::{ConnectionTrait, DbErr, TransactionTrait};
use sea_orm_migration::{SchemaManager, SchemaManagerConnection};

use super::{Step, TimescaleManager, skipped};
use crate::{Capability, RenderError};

/// Renders a step for the connected server and runs it; what the server cannot do is logged once and skipped.
///
/// `about` is the table the line names.
pub async fn run_or_skip<E: Into<RenderError>>(
    manager: &SchemaManager<'_>,
    about: &str,
    render: impl FnOnce(Capability) -> Result<String, E> + Send,
) -> Result<Step, DbErr> {
    let rendered = render(manager.capability().await?).map(|sql| vec![sql]).map_err(Into::into);
    run_all_or_skip(manager, about, rendered).await
}

/// Like [`run_or_skip`], of several statements.
pub(super) async fn run_all_or_skip(
    manager: &SchemaManager<'_>,
    about: &str,
    rendered: Result<Vec<String>, RenderError>,
) -> Result<Step, DbErr> {
    let step = run_quietly(manager, rendered).await?;
    if let Step::Skipped(unsupported) = &step {
        skipped::note(about, unsupported);
        tracing::info!("skipped on {about}: {unsupported}");
    }
    Ok(step)
}

/// Like [`run_all_or_skip`], for what a command does where there are no jobs.
pub(super) async fn run_or_leave_to_command(
    manager: &SchemaManager<'_>,
    about: &str,
    rendered: Result<Vec<String>, RenderError>,
) -> Result<Step, DbErr> {
    let step = run_quietly(manager, rendered).await?;
    if let Step::Skipped(unsupported) = &step {
        skipped::note(about, unsupported);
        tracing::info!("skipped on {about}: {unsupported}; `migration maintain` does its work, from cron for example");
    }
    Ok(step)
}

/// Like [`run_all_or_skip`], without a line on the log: reverting what was skipped is nothing to tell.
pub(super) async fn run_quietly<E: Into<RenderError>>(
    manager: &SchemaManager<'_>,
    rendered: Result<Vec<String>, E>,
) -> Result<Step, DbErr> {
    match rendered.map_err(Into::into) {
        Ok(statements) => {
            run(manager, &statements).await?;
            Ok(Step::Applied)
        }
        Err(RenderError::Unsupported(unsupported)) => Ok(Step::Skipped(unsupported)),
        Err(RenderError::Refused(refused)) => Err(refused.into()),
    }
}

/// Runs statements one after the other. Not in a savepoint: MySQL commits with every one of them, and each of this
/// crate's can be said again.
pub(super) async fn run(manager: &SchemaManager<'_>, statements: &[String]) -> Result<(), DbErr> {
    for sql in statements {
        manager.get_connection().execute_unprepared(sql).await?;
    }
    Ok(())
}

/// Runs statements that change rows in one transaction, in a savepoint of the one that is open.
pub(super) async fn run_together(manager: &SchemaManager<'_>, statements: &[String]) -> Result<(), DbErr> {
    let work = manager.get_connection().begin().await?;
    for sql in statements {
        work.execute_unprepared(sql).await?;
    }
    work.commit().await
}

/// Whether the revision runs inside a transaction.
pub(super) fn is_in_transaction(manager: &SchemaManager<'_>) -> bool {
    !matches!(manager.get_connection(), SchemaManagerConnection::Connection(_))
}
