//! Labels in a check of a text column, `severity IN ('info', 'warning')`.
//!
//! SQLite changes no check. Its documentation has two ways: to copy the table, or, where what is stored stays valid, to
//! change the text of the table in `sqlite_schema`. This is the second: no row is read or written.

use std::ops::Range;

use migration_timescale::question::is_answered;
use sea_orm::{ConnectionTrait, DbBackend, DbErr, Statement};
use sea_orm_migration::SchemaManager;
use sqlparser::tokenizer::Token;

use super::{EnumColumn, is_done, list, other_labels};
use crate::{
    revision::sqlite_table::{self, literal},
    sql::{
        parsed::{self, is_word},
        quote,
    },
};

const BACKEND: DbBackend = DbBackend::Sqlite;

pub(super) async fn takes(manager: &SchemaManager<'_>, column: &EnumColumn, labels: &[String]) -> Result<bool, DbErr> {
    if is_answered() {
        return Ok(false);
    }
    Ok(live(manager, column).await?.labels == labels)
}

pub(super) async fn take(
    manager: &SchemaManager<'_>,
    column: &EnumColumn,
    from: &[String],
    to: &[String],
) -> Result<(), DbErr> {
    if is_answered() {
        // Written with quotes or without.
        let check = |name: &str, labels| literal(&format!("{name} IN ({})", list(BACKEND, labels, ", ")));
        let names = [column.column.clone(), quote(BACKEND, &column.column)];
        let replaced = names
            .iter()
            .fold("sql".to_owned(), |sql, name| format!("replace({sql}, {}, {})", check(name, from), check(name, to)));
        return sqlite_table::write(manager, &column.table, &replaced).await;
    }
    let (old, new) = {
        let live = live(manager, column).await?;
        if is_done(&live.labels, from, to) {
            return Ok(());
        }
        if live.labels != from {
            return Err(other_labels(column, from, &live.labels.join(", ")));
        }
        let new = format!("{}{}{}", live.before, list(BACKEND, to, &live.separator), live.after);
        (format!("{}{}{}", live.before, live.list, live.after), new)
    };
    let replaced = format!("replace(sql, {}, {})", literal(&old), literal(&new));
    sqlite_table::write(manager, &column.table, &replaced).await
}

/// Whether the label is a text in a view, in an index or a trigger of the table, or in the table beside the lists of labels
/// that its columns have: another column may have the same enum.
pub(super) async fn is_used_elsewhere(
    manager: &SchemaManager<'_>,
    column: &EnumColumn,
    label: &str,
) -> Result<bool, DbErr> {
    if is_answered() {
        return Ok(false);
    }
    let asked = Statement::from_sql_and_values(
        BACKEND,
        "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL AND (type = 'view' OR lower(tbl_name) = lower(?))",
        [column.table.as_str().into()],
    );
    for row in manager.get_connection().query_all_raw(asked).await? {
        let sql: String = row.try_get("", "sql")?;
        let tokens = parsed::tokens(BACKEND, &sql);
        let found = tokens.iter().filter(|token| matches!(token, Token::SingleQuotedString(text) if text == label));
        let columns = sqlite_table::Text::read(&sql).map(|text| text.columns()).unwrap_or_default();
        let listed = columns.iter().filter_map(|name| labels_in(&sql, name)).flatten().filter(|one| one == label);
        if found.count() > listed.count() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// A list of labels in the text of a table.
struct Found {
    labels: Vec<String>,
    /// The text from the column to the first label, that of the labels, and what is behind them up to the bracket.
    before: String,
    list: String,
    after: String,
    /// What is between two labels.
    separator: String,
}

async fn live(manager: &SchemaManager<'_>, column: &EnumColumn) -> Result<Found, DbErr> {
    let EnumColumn { table, column, .. } = column;
    let asked = Statement::from_sql_and_values(
        BACKEND,
        "SELECT sql FROM sqlite_schema WHERE type = 'table' AND name = ?",
        [table.as_str().into()],
    );
    let row = manager.get_connection().query_one_raw(asked).await?;
    let row = row.ok_or_else(|| DbErr::Migration(format!("there is no table {table}")))?;
    let sql: String = row.try_get("", "sql")?;
    let mut lists = lists(&sql, column);
    match (lists.pop(), lists.is_empty()) {
        (Some(found), true) if sql.matches(&format!("{}{}{}", found.before, found.list, found.after)).count() == 1 => {
            Ok(found)
        }
        _ => Err(DbErr::Migration(format!(
            "table {table} has no check, or several, of the form `{column} IN ('…', '…')`, so its labels cannot be changed; \
             give it one, or copy the table"
        ))),
    }
}

fn lists(sql: &str, column: &str) -> Vec<Found> {
    let tokens: Vec<(Token, Range<usize>)> = parsed::placed(BACKEND, sql);
    let names_it = |token: &Token| matches!(token, Token::Word(word) if word.value.eq_ignore_ascii_case(column));
    let starts = tokens
        .windows(3)
        .enumerate()
        .filter(|(_, three)| names_it(&three[0].0) && is_word(&three[1].0, "IN") && three[2].0 == Token::LParen);
    starts
        .filter_map(|(at, three)| {
            let rest = &tokens[at + 3..];
            let end = rest.iter().position(|(token, _)| *token == Token::RParen)?;
            let found: Vec<_> = rest[..end].iter().filter(|(token, _)| *token != Token::Comma).collect();
            let labels = found.iter().map(|(token, _)| match token {
                Token::SingleQuotedString(text) => Some(text.clone()),
                _ => None,
            });
            let ((_, first), (_, last)) = (found.first()?, found.last()?);
            let second = found.get(1).map(|(_, second)| sql[first.end..second.start].to_owned());
            Some(Found {
                labels: labels.collect::<Option<_>>()?,
                before: sql[three[0].1.start..first.start].to_owned(),
                list: sql[first.start..last.end].to_owned(),
                after: sql[last.end..rest[end].1.end].to_owned(),
                separator: second.unwrap_or_else(|| ", ".to_owned()),
            })
        })
        .collect()
}

/// The labels of a column in the text of its table, where one check lists them.
pub(crate) fn labels_in(sql: &str, column: &str) -> Option<Vec<String>> {
    let mut lists = lists(sql, column);
    if lists.len() == 1 { lists.pop().map(|list| list.labels) } else { None }
}
