//! Labels of an `ENUM` column. A change states the whole column, so what the column has beyond that is looked up first.

use migration_timescale::question::is_answered;
use sea_orm::{ConnectionTrait, DbBackend, DbErr, QueryResult, Statement};
use sea_orm_migration::SchemaManager;
use sqlparser::tokenizer::Token;

use super::{EnumColumn, is_done, list, other_labels, text};
use crate::sql::{parsed, quote};

const COLUMN: &str = include_str!("mysql_column.sql");
const USES: &str = include_str!("mysql_uses.sql");
const BACKEND: DbBackend = DbBackend::MySql;

pub(super) async fn takes(manager: &SchemaManager<'_>, column: &EnumColumn, labels: &[String]) -> Result<bool, DbErr> {
    if is_answered() {
        return Ok(false);
    }
    Ok(live(manager, column).await?.try_get::<String>("", "type")? == definition(labels))
}

pub(super) async fn take(
    manager: &SchemaManager<'_>,
    column: &EnumColumn,
    from: &[String],
    to: &[String],
) -> Result<(), DbErr> {
    if !is_answered() {
        let live = live(manager, column).await?;
        let found: String = live.try_get("", "type")?;
        if is_done(&labels(&found), from, to) {
            return Ok(());
        }
        if found != definition(from) {
            return Err(other_labels(column, from, &found));
        }
        refuse_more(column, &live)?;
    }
    let null = if column.is_nullable { "NULL" } else { "NOT NULL" };
    let default = column.default.as_ref().map(|label| format!(" DEFAULT {}", text(BACKEND, label))).unwrap_or_default();
    let comment = column.comment.as_ref().map(|said| format!(" COMMENT {}", text(BACKEND, said))).unwrap_or_default();
    let sql = format!(
        "ALTER TABLE {} MODIFY COLUMN {} {} {null}{default}{comment}",
        quote(BACKEND, &column.table),
        quote(BACKEND, &column.column),
        definition(to)
    );
    manager.get_connection().execute_unprepared(&sql).await.map(drop)
}

/// Whether a check, a generated column, a view or a trigger has the label as a text.
pub(super) async fn is_used_elsewhere(
    manager: &SchemaManager<'_>,
    _column: &EnumColumn,
    label: &str,
) -> Result<bool, DbErr> {
    if is_answered() {
        return Ok(false);
    }
    for row in crate::sql::rows(manager.get_connection(), USES).await? {
        let is_label = |token: &Token| matches!(token, Token::SingleQuotedString(text) if text == label);
        if parsed::tokens(BACKEND, &row.try_get::<String>("", "definition")?).iter().any(is_label) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Of a definition.
fn labels(definition: &str) -> Vec<String> {
    let labels = parsed::tokens(BACKEND, definition).into_iter().filter_map(|token| match token {
        Token::SingleQuotedString(label) => Some(label),
        _ => None,
    });
    labels.collect()
}

/// As the server spells it.
fn definition(labels: &[String]) -> String {
    format!("enum({})", list(BACKEND, labels, ","))
}

async fn live(manager: &SchemaManager<'_>, column: &EnumColumn) -> Result<QueryResult, DbErr> {
    let names = [column.table.as_str().into(), column.column.as_str().into()];
    let found = manager.get_connection().query_one_raw(Statement::from_sql_and_values(BACKEND, COLUMN, names)).await?;
    found.ok_or_else(|| DbErr::Migration(format!("there is no column {}.{}", column.table, column.column)))
}

/// An error when the column is not what the revision says of it: the rest would be lost.
fn refuse_more(column: &EnumColumn, live: &QueryResult) -> Result<(), DbErr> {
    let is_nullable: String = live.try_get("", "is_nullable")?;
    let default: Option<String> = live.try_get("", "preset")?;
    let default = default.filter(|default| default != "NULL").map(|default| default.trim_matches('\'').to_owned());
    let comment: String = live.try_get("", "comment")?;
    let more: String = live.try_get("", "more")?;
    let mut differs = Vec::new();
    if (is_nullable == "YES") != column.is_nullable {
        differs.push(if column.is_nullable { "it is not null" } else { "it may be null: say nullable()" }.to_owned());
    }
    if default != column.default {
        differs.push(match default {
            Some(default) => format!("its default is '{default}': say default({default:?})"),
            None => "it has no default".to_owned(),
        });
    }
    if comment != column.comment.as_deref().unwrap_or_default() {
        differs.push(format!("its comment is '{comment}': say comment({comment:?})"));
    }
    if !more.is_empty() {
        differs.push(more);
    }
    if differs.is_empty() {
        return Ok(());
    }
    let (table, name) = (&column.table, &column.column);
    Err(DbErr::Migration(format!("{table}.{name} is not what the revision says of it: {}", differs.join("; "))))
}
