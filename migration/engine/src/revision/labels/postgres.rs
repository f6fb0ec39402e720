//! Labels of a type.

use migration_timescale::{Question, identifier, literal};
use sea_orm::{ConnectionTrait, DbErr};
use sea_orm_migration::SchemaManager;

use super::set_aside;

const HAS_LABEL: &str = "SELECT count(*) > 0 FROM pg_enum e JOIN pg_type t ON t.oid = e.enumtypid \
     WHERE t.typnamespace = quote_ident(current_schema())::regnamespace AND t.typname = $1 AND e.enumlabel = $2";

pub(super) async fn has_label(manager: &SchemaManager<'_>, name: &str, label: &str) -> Result<bool, DbErr> {
    let question = Question::new(HAS_LABEL, [name, label], |known| known.schema().has_label(name, label));
    question.ask(manager.get_connection()).await
}

/// Adds the label that stands in `labels` behind the one before it, or gives one that went its name back.
pub(super) async fn arrive(
    manager: &SchemaManager<'_>,
    name: &str,
    label: &str,
    labels: &[String],
) -> Result<(), DbErr> {
    if has_label(manager, name, label).await? {
        return Ok(());
    }
    if has_label(manager, name, &set_aside(label)).await? {
        return rename(manager, name, &set_aside(label), label).await;
    }
    let place = labels.iter().position(|one| one == label).unwrap_or(0);
    let place = match (place.checked_sub(1).and_then(|before| labels.get(before)), labels.get(place + 1)) {
        (Some(before), _) => format!(" AFTER {}", literal(before)),
        (None, Some(next)) => format!(" BEFORE {}", literal(next)),
        (None, None) => String::new(),
    };
    run(manager, &format!("ALTER TYPE {} ADD VALUE {}{place}", identifier(name), literal(label))).await
}

pub(super) async fn rename(manager: &SchemaManager<'_>, name: &str, from: &str, to: &str) -> Result<(), DbErr> {
    run(manager, &format!("ALTER TYPE {} RENAME VALUE {} TO {}", identifier(name), literal(from), literal(to))).await
}

async fn run(manager: &SchemaManager<'_>, sql: &str) -> Result<(), DbErr> {
    manager.get_connection().execute_unprepared(sql).await.map(drop)
}
