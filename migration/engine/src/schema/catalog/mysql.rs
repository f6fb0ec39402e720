//! The catalogue of MySQL and MariaDB.
//!
//! Tables are taken apart from `SHOW CREATE TABLE`, which says more than `information_schema` does and says it on both:
//! prefixes, expressions and order of index columns, generated columns, character sets, checks. Comments in the bodies of
//! routines, triggers and events are no schema: the client leaves them out, or not.

use sea_orm::{ConnectionTrait, DbBackend, DbErr, QueryResult};
use sqlparser::tokenizer::Token;

use super::{Kind, Object, is_no_schema};
use crate::sql::{
    lexed::{Lexed, Parts, canonical, lexed, outer, slice, without_schema},
    quote, rows,
};

const TABLES: &str = "SELECT TABLE_NAME AS name, TABLE_TYPE AS kind, DATABASE() AS home, COALESCE(ROW_FORMAT, '') AS row_format FROM information_schema.TABLES \
     WHERE TABLE_SCHEMA = DATABASE() ORDER BY TABLE_TYPE = 'SEQUENCE' DESC, TABLE_TYPE, TABLE_NAME";
const VIEWS: &str = "SELECT * FROM information_schema.VIEWS WHERE TABLE_SCHEMA = DATABASE() ORDER BY TABLE_NAME";
const ROUTINES: &str = "SELECT ROUTINE_TYPE AS kind, ROUTINE_NAME AS name FROM information_schema.ROUTINES WHERE ROUTINE_SCHEMA = DATABASE() ORDER BY ROUTINE_TYPE, ROUTINE_NAME";
const TRIGGERS: &str = include_str!("mysql/triggers.sql");
const EVENTS: &str = include_str!("mysql/events.sql");

/// The objects, and the statements that make them.
pub(super) async fn read<C: ConnectionTrait>(db: &C, bookkeeping: &str) -> Result<(Vec<Object>, Vec<String>), DbErr> {
    let (mut objects, mut statements, mut home) = (Vec::new(), Vec::new(), String::new());
    for row in rows(db, TABLES).await? {
        let (name, kind): (String, String) = (row.try_get("", "name")?, row.try_get("", "kind")?);
        home = row.try_get("", "home")?;
        if is_no_schema(&name, bookkeeping) {
            continue;
        }
        let (kind, word) = match kind.as_str() {
            "VIEW" => continue,
            // MariaDB has sequences; they answer to a word of their own.
            "SEQUENCE" => (Kind::Sequence, "SEQUENCE"),
            _ => (Kind::Table, "TABLE"),
        };
        let Some(sql) = shown(db, &format!("{word} {}", quote(DbBackend::MySql, &name)), 1, &home).await? else {
            continue;
        };
        if kind == Kind::Table {
            let sql = without_counter(&sql, &row.try_get::<String>("", "row_format")?);
            take_apart(&name, &sql, &mut objects);
            statements.push(sql);
        } else {
            statements.push(sql.clone());
            objects.push(Object { kind, name: name.clone(), table: Some(name), definition: sql });
        }
    }
    // What a view calls is there before it.
    let mut made = routines(db, &home).await?;
    made.extend(views(db, &home).await?.into_iter().map(|view| (view.definition.clone(), view)));
    for (kind, query) in [(Kind::Trigger, TRIGGERS), (Kind::Event, EVENTS)] {
        for row in rows(db, query).await? {
            let (head, body): (String, String) = (row.try_get("", "head")?, row.try_get("", "body")?);
            let name = row.try_get("", "name")?;
            let definition = format!("{head}\n{}", canonical(DbBackend::MySql, &body));
            let head: String = row.try_get("", "sql")?;
            made.push((format!("{head}\n{body}"), Object { kind, name, table: row.try_get("", "owner")?, definition }));
        }
    }
    for (sql, object) in made {
        statements.push(sql);
        objects.push(object);
    }
    Ok((objects, statements))
}

/// What `SHOW CREATE` says in one of its columns, without whose it is and the database it is in.
async fn shown<C: ConnectionTrait>(db: &C, what: &str, column: usize, home: &str) -> Result<Option<String>, DbErr> {
    let found = rows(db, &format!("SHOW CREATE {what}")).await?;
    let sql = found.first().map(|row: &QueryResult| row.try_get_by_index::<Option<String>>(column)).transpose()?;
    Ok(sql.flatten().map(|sql| without_schema(DbBackend::MySql, &without_definer(&sql), home)))
}

/// Functions and procedures.
async fn routines<C: ConnectionTrait>(db: &C, home: &str) -> Result<Vec<(String, Object)>, DbErr> {
    let mut made = Vec::new();
    for row in rows(db, ROUTINES).await? {
        let (kind, name): (String, String) = (row.try_get("", "kind")?, row.try_get("", "name")?);
        let sql = shown(db, &format!("{kind} {}", quote(DbBackend::MySql, &name)), 2, home).await?;
        let unseen = || format!("CREATE {kind} {}: a body this user may not see", quote(DbBackend::MySql, &name));
        let sql = sql.unwrap_or_else(unseen);
        made.push((
            sql.clone(),
            Object {
                kind: Kind::Function,
                name: format!("{} {name}", kind.to_lowercase()),
                table: None,
                definition: canonical(DbBackend::MySql, &sql),
            },
        ));
    }
    Ok(made)
}

/// Views. `SHOW CREATE VIEW` in a prepared statement says what it said when it was prepared.
async fn views<C: ConnectionTrait>(db: &C, home: &str) -> Result<Vec<Object>, DbErr> {
    let mut views = Vec::new();
    for row in rows(db, VIEWS).await? {
        let name: String = row.try_get("", "TABLE_NAME")?;
        let mut head = "CREATE ".to_owned();
        // Of MariaDB alone.
        let algorithm = row.try_get::<String>("", "ALGORITHM").unwrap_or_default();
        if !matches!(algorithm.as_str(), "" | "UNDEFINED") {
            head = format!("{head}ALGORITHM = {algorithm} ");
        }
        if row.try_get::<String>("", "SECURITY_TYPE")? != "DEFINER" {
            head += "SQL SECURITY INVOKER ";
        }
        let query = without_schema(DbBackend::MySql, &row.try_get::<String>("", "VIEW_DEFINITION")?, home);
        let check = match row.try_get::<String>("", "CHECK_OPTION")? {
            none if none == "NONE" => String::new(),
            check => format!(" WITH {check} CHECK OPTION"),
        };
        let definition = format!("{head}VIEW {} AS\n{query}{check}", quote(DbBackend::MySql, &name));
        views.push(Object { kind: Kind::View, name: name.clone(), table: Some(name), definition });
    }
    Ok(sources_first(views))
}

/// Without `DEFINER=…`: whoever runs the statement.
fn without_definer(sql: &str) -> String {
    let tokens = lexed(DbBackend::MySql, sql).unwrap_or_default();
    let begins = tokens.iter().take(8).position(|token| token.is("DEFINER"));
    let Some(begin) = begins.filter(|at| tokens.get(at + 1).is_some_and(|next| next.token == Token::Eq)) else {
        return sql.to_owned();
    };
    // A name, and its host with the sign before it.
    let words = ["SQL", "VIEW", "FUNCTION", "PROCEDURE", "AGGREGATE", "PACKAGE", "EVENT", "TRIGGER"];
    let ends = tokens[begin..].iter().find(|token| words.iter().any(|word| token.is(word)));
    ends.map_or_else(|| sql.to_owned(), |end| format!("{}{}", &sql[..tokens[begin].at], &sql[end.at..]))
}

/// Views, each after those that it reads from: the server lists them in no order of its own. A name in a definition that
/// the server has written is always quoted.
fn sources_first(mut waiting: Vec<Object>) -> Vec<Object> {
    let quoted_names = |sql: &str| -> Vec<String> {
        let tokens = lexed(DbBackend::MySql, sql).unwrap_or_default();
        let is_quoted = |token: &&Lexed<'_>| token.text.starts_with('`');
        tokens.iter().filter(is_quoted).filter_map(Lexed::name).collect()
    };
    let mut ordered = Vec::new();
    while !waiting.is_empty() {
        let ready = |view: &Object| {
            let reads = quoted_names(&view.definition);
            !waiting.iter().any(|other| other.name != view.name && reads.contains(&other.name))
        };
        // A circle cannot be made; whatever looks like one keeps its order.
        let next = waiting.iter().position(ready).unwrap_or(0);
        ordered.push(waiting.remove(next));
    }
    ordered
}

/// One object for each column and constraint of `CREATE TABLE`, and the table's options.
fn take_apart(table: &str, sql: &str, into: &mut Vec<Object>) {
    let mut add = |kind, name, definition| {
        into.push(Object { kind, name, table: Some(table.to_owned()), definition });
    };
    let Some(parts) = Parts::of(DbBackend::MySql, sql) else {
        return add(Kind::Table, table.to_owned(), sql.to_owned());
    };
    let mut position = 0;
    for element in &parts.elements {
        let rest = |from: usize| slice(sql, &element[from.min(element.len())..]).to_owned();
        let name_at = |at: usize| element.get(at).and_then(Lexed::name).unwrap_or_default();
        let Some(first) = element.first() else { continue };
        let key_at = outer(element).map(|(at, _)| at).take(3).find(|at| element[*at].is("KEY"));
        match key_at {
            _ if first.text.starts_with('`') => {
                position += 1;
                add(
                    Kind::Column,
                    format!("{table}.{}", name_at(0)),
                    format!("{position} {}", column(sql, &element[1..])),
                );
            }
            _ if first.is("CONSTRAINT") => add(Kind::Constraint, format!("{table}.{}", name_at(1)), rest(2)),
            Some(_) if first.is("PRIMARY") => add(Kind::PrimaryKey, table.to_owned(), key(sql, element)),
            Some(at) if element.len() > at + 1 => {
                let kind = slice(sql, &element[..at]);
                let apart = if kind.is_empty() { "" } else { " " };
                let definition = format!("{kind}{apart}INDEX {}", key(sql, &element[at + 2..]));
                add(Kind::Index, format!("{table}.{}", name_at(at + 1)), definition);
            }
            // Whatever a later version adds.
            _ => add(Kind::Constraint, format!("{table}.{}", rest(0)), rest(0)),
        }
    }
    add(Kind::Table, table.to_owned(), slice(sql, &parts.after).to_owned());
}

/// A column behind its name. One that is nullable has NULL for a default, said or not: a table that is made from a query
/// says it in no way that could be repeated.
fn column(sql: &str, tokens: &[Lexed<'_>]) -> String {
    let is_null = |pair: &[Lexed<'_>]| pair[0].is("DEFAULT") && pair[1].is("NULL");
    match tokens.windows(2).position(is_null) {
        None => slice(sql, tokens).to_owned(),
        Some(at) => [slice(sql, &tokens[..at]), slice(sql, &tokens[at + 2..])].join(" ").trim_end().to_owned(),
    }
}

/// A list of columns without quotes where they need none, as other backends show it.
fn key(sql: &str, tokens: &[Lexed<'_>]) -> String {
    let mut text = String::new();
    let mut end = tokens.first().map_or(0, |first| first.at);
    for token in tokens {
        text.push_str(&sql[end..token.at]);
        end = token.end();
        let plain = |name: &String| name.chars().all(|letter| letter.is_alphanumeric() || letter == '_');
        match token.name().filter(|_| token.text.starts_with('`')).filter(plain) {
            Some(name) => text.push_str(&name),
            None if token.token == Token::Comma => text.push_str(", "),
            None => text.push_str(token.text),
        }
    }
    text
}

/// `SHOW CREATE TABLE` repeats the next value of the counter, which is data, and the row format that was asked for, and
/// none where the server's default was taken. It is shown where it is not the usual one, whoever chose it.
fn without_counter(sql: &str, row_format: &str) -> String {
    let Some(parts) = Parts::of(DbBackend::MySql, sql) else { return sql.to_owned() };
    let after = &parts.after;
    let Some(first) = after.first() else { return sql.to_owned() };
    let (mut text, mut copied) = (sql[..first.at].to_owned(), first.at);
    let options = after.iter().take_while(|token| !token.is("PARTITION"));
    for (at, token) in options.clone().enumerate() {
        let value = after.get(at + 2).filter(|_| after[at + 1].token == Token::Eq);
        let is_left_out = token.is("AUTO_INCREMENT") || token.is("ROW_FORMAT");
        if let Some(value) = value.filter(|_| is_left_out) {
            text.push_str(&sql[copied..token.at]);
            copied =
                after.get(at + 3).map_or(sql.len(), |next| if next.is("PARTITION") { value.end() } else { next.at });
        }
    }
    let end = options.last().map_or(first.at, Lexed::end).max(copied);
    text.push_str(&sql[copied..end]);
    text.truncate(text.trim_end().len());
    if !row_format.is_empty() && !row_format.eq_ignore_ascii_case("dynamic") {
        text = format!("{text} ROW_FORMAT={}", row_format.to_ascii_uppercase());
    }
    text + &sql[end..]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_row_format_is_shown_where_it_is_unusual() {
        let asked = "CREATE TABLE `t` (\n  `a` int(11)\n) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 ROW_FORMAT=DYNAMIC";
        let plain = "CREATE TABLE `t` (\n  `a` int(11)\n) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4";
        assert_eq!(without_counter(asked, "Dynamic"), plain);
        assert_eq!(without_counter(plain, "Dynamic"), plain);
        assert_eq!(without_counter(plain, "Compact"), format!("{plain} ROW_FORMAT=COMPACT"));
    }

    #[test]
    fn the_counter_goes_and_what_looks_like_one_stays() {
        let sql = "CREATE TABLE `t` (\n  `a` int(11) COMMENT ' AUTO_INCREMENT=5'\n) ENGINE=InnoDB AUTO_INCREMENT=7 \
                   DEFAULT CHARSET=utf8mb4 COMMENT='it''s  AUTO_INCREMENT=5 ROW_FORMAT=x'\n PARTITION BY HASH (`a`)\nPARTITIONS 2";
        assert_eq!(without_counter(sql, "Dynamic"), sql.replace("AUTO_INCREMENT=7 ", ""));
        let compact = without_counter(sql, "Compact");
        assert!(compact.contains("ROW_FORMAT=x' ROW_FORMAT=COMPACT\n PARTITION BY"), "{compact}");
    }

    #[test]
    fn a_table_is_taken_apart() {
        let sql = "CREATE TABLE `t` (\n  `id` int(11) NOT NULL,\n  `a``, (b` varchar(9) DEFAULT 'x, y' COMMENT 'KEY `c`',\n  PRIMARY KEY (`id`,`a``, (b`),\n  \
                   UNIQUE KEY `u` (`a``, (b`(3) DESC),\n  KEY `i` (`id`,`id`),\n  `n` double DEFAULT NULL COMMENT 'x',\n  CONSTRAINT `c` CHECK (`id` <> ''),\n  CONSTRAINT `f` FOREIGN KEY (`id`) REFERENCES `o` (`id`)\n) ENGINE=InnoDB";
        let mut objects = Vec::new();
        take_apart("t", sql, &mut objects);
        let found: Vec<String> = objects.iter().map(|o| format!("{} {} = {}", o.kind, o.name, o.definition)).collect();
        assert_eq!(
            found,
            [
                "column t.id = 1 int(11) NOT NULL",
                "column t.a`, (b = 2 varchar(9) DEFAULT 'x, y' COMMENT 'KEY `c`'",
                "primary key of t = PRIMARY KEY (id, `a``, (b`)",
                "index t.u = UNIQUE INDEX (`a``, (b`(3) DESC)",
                "index t.i = INDEX (id, id)",
                "column t.n = 3 double COMMENT 'x'",
                "constraint t.c = CHECK (`id` <> '')",
                "constraint t.f = FOREIGN KEY (`id`) REFERENCES `o` (`id`)",
                "table t = ENGINE=InnoDB",
            ]
        );
    }

    #[test]
    fn a_routine_is_whoever_makes_it() {
        let sql = "CREATE DEFINER=`a`@`%` PROCEDURE `DEFINER`(IN n int)\nSELECT 1";
        assert_eq!(without_definer(sql), "CREATE PROCEDURE `DEFINER`(IN n int)\nSELECT 1");
        assert_eq!(without_definer("CREATE TABLE `t` (`a` int)"), "CREATE TABLE `t` (`a` int)");
    }
}
