//! The catalogue of MySQL and MariaDB.
//!
//! Tables are taken apart line by line from `SHOW CREATE TABLE`, which says more than `information_schema` does and says
//! it on both: prefixes, expressions and order of index columns, generated columns, character sets, checks.

use sea_orm::{ConnectionTrait, DbBackend, DbErr};
use sqlparser::{
    dialect::MySqlDialect,
    tokenizer::{Token, Tokenizer},
};

use super::{Catalog, Kind, Object, is_no_schema};
use crate::sql::{quote, rows};

/// Objects that are no tables. Each query gives `name`, `owner` (the table, or null) and `definition`.
const QUERIES: &[(Kind, &str)] = &[
    (
        Kind::View,
        "SELECT TABLE_NAME AS name, TABLE_NAME AS owner, CONCAT('CREATE VIEW ', TABLE_NAME, ' AS\\n', VIEW_DEFINITION, \
         IF(CHECK_OPTION = 'NONE', '', CONCAT(' WITH ', CHECK_OPTION, ' CHECK OPTION')), IF(SECURITY_TYPE = 'DEFINER', '', ' SQL SECURITY INVOKER')) AS definition \
         FROM information_schema.VIEWS WHERE TABLE_SCHEMA = DATABASE() ORDER BY name",
    ),
    (
        Kind::Function,
        "SELECT CONCAT(LOWER(r.ROUTINE_TYPE), ' ', r.ROUTINE_NAME) AS name, NULL AS owner, CONCAT('CREATE ', r.ROUTINE_TYPE, ' ', r.ROUTINE_NAME, '(', \
         IFNULL((SELECT GROUP_CONCAT(CONCAT_WS(' ', p.PARAMETER_MODE, p.PARAMETER_NAME, p.DTD_IDENTIFIER) ORDER BY p.ORDINAL_POSITION SEPARATOR ', ') \
          FROM information_schema.PARAMETERS p WHERE p.SPECIFIC_SCHEMA = r.ROUTINE_SCHEMA AND p.SPECIFIC_NAME = r.SPECIFIC_NAME AND p.ROUTINE_TYPE = r.ROUTINE_TYPE AND p.ORDINAL_POSITION > 0), ''), \
         ')', IF(r.DTD_IDENTIFIER IS NULL, '', CONCAT(' RETURNS ', r.DTD_IDENTIFIER)), IF(r.IS_DETERMINISTIC = 'YES', ' DETERMINISTIC', ''), ' ', r.SQL_DATA_ACCESS, \
         ' SQL SECURITY ', r.SECURITY_TYPE, '\\n', IFNULL(r.ROUTINE_DEFINITION, 'a body this user may not see')) AS definition \
         FROM information_schema.ROUTINES r WHERE r.ROUTINE_SCHEMA = DATABASE() ORDER BY name",
    ),
    (
        Kind::Trigger,
        "SELECT CONCAT(EVENT_OBJECT_TABLE, '.', TRIGGER_NAME) AS name, EVENT_OBJECT_TABLE AS owner, CONCAT('CREATE TRIGGER ', TRIGGER_NAME, ' ', ACTION_TIMING, ' ', \
         EVENT_MANIPULATION, ' ON ', EVENT_OBJECT_TABLE, ' FOR EACH ', ACTION_ORIENTATION, ' (number ', ACTION_ORDER, ')\\n', ACTION_STATEMENT) AS definition \
         FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA = DATABASE() ORDER BY name",
    ),
    (
        Kind::Event,
        "SELECT EVENT_NAME AS name, NULL AS owner, CONCAT_WS(' ', 'CREATE EVENT', EVENT_NAME, EVENT_TYPE, INTERVAL_VALUE, INTERVAL_FIELD, STATUS, ON_COMPLETION, 'DO', EVENT_DEFINITION) AS definition \
         FROM information_schema.EVENTS WHERE EVENT_SCHEMA = DATABASE() ORDER BY name",
    ),
];

pub(super) async fn read<C: ConnectionTrait>(db: &C, bookkeeping: &str) -> Result<Catalog, DbErr> {
    let mut objects = Vec::new();
    let mut statements = Vec::new();
    let tables = rows(
        db,
        "SELECT TABLE_NAME AS name, TABLE_TYPE AS kind, DATABASE() AS home, COALESCE(ROW_FORMAT, '') AS row_format FROM information_schema.TABLES \
         WHERE TABLE_SCHEMA = DATABASE() ORDER BY TABLE_TYPE, TABLE_NAME",
    )
    .await?;
    let mut home = None;
    for row in tables {
        let (name, kind): (String, String) = (row.try_get("", "name")?, row.try_get("", "kind")?);
        home = Some(row.try_get::<String>("", "home")?);
        if kind == "VIEW" || is_no_schema(&name, bookkeeping) {
            continue;
        }
        // MariaDB has sequences; they answer to a word of their own.
        let (kind, word) = if kind == "SEQUENCE" { (Kind::Sequence, "SEQUENCE") } else { (Kind::Table, "TABLE") };
        let create = rows(db, &format!("SHOW CREATE {word} {}", quote(DbBackend::MySql, &name))).await?;
        let Some(create) = create.first() else { continue };
        let sql = without_counter(&create.try_get_by_index::<String>(1)?);
        let sql = with_row_format(&sql, &row.try_get::<String>("", "row_format")?);
        statements.push(format!("{sql};"));
        if kind == Kind::Table {
            take_apart(&name, &sql, &mut objects);
        } else {
            objects.push(Object { kind, name: name.clone(), table: Some(name), definition: sql });
        }
    }
    for (kind, query) in QUERIES {
        let mut found = Vec::new();
        for row in rows(db, query).await? {
            let definition: String = row.try_get("", "definition")?;
            // The text of a view names the database it was made in.
            let definition = match &home {
                Some(home) if *kind == Kind::View => {
                    definition.replace(&format!("{}.", quote(DbBackend::MySql, home)), "")
                }
                _ => definition,
            };
            found.push(Object {
                kind: *kind,
                name: row.try_get("", "name")?,
                table: row.try_get("", "owner")?,
                definition,
            });
        }
        if *kind == Kind::View {
            found = sources_first(found);
        }
        statements.extend(found.iter().map(|object| format!("{};", object.definition)));
        objects.extend(found);
    }
    Ok(Catalog { objects, statements })
}

/// Views, each after those that it reads from: the server lists them in no order of its own. A name in a definition that
/// the server has written is always quoted.
fn sources_first(mut waiting: Vec<Object>) -> Vec<Object> {
    let quoted_names = |sql: &str| -> Vec<String> {
        let tokens = Tokenizer::new(&MySqlDialect {}, sql).tokenize().unwrap_or_default();
        let name = |token| match token {
            Token::Word(word) if word.quote_style.is_some() => Some(word.value),
            _ => None,
        };
        tokens.into_iter().filter_map(name).collect()
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

/// One object for each line of `CREATE TABLE`: the options on the last one are the table's.
fn take_apart(table: &str, sql: &str, into: &mut Vec<Object>) {
    let mut position = 0;
    for line in sql.lines().skip(1) {
        let (kind, name, definition) = if let Some(options) = line.strip_prefix(')') {
            (Kind::Table, table.to_owned(), options.trim().to_owned())
        } else {
            let line = line.trim().trim_end_matches(',');
            let named = name_in(line);
            match named {
                Some(name) if line.starts_with('`') => {
                    position += 1;
                    let rest = line.split_once("` ").map_or("", |(_, rest)| rest);
                    (Kind::Column, format!("{table}.{name}"), format!("{position} {rest}"))
                }
                _ if line.starts_with("PRIMARY KEY") => (Kind::PrimaryKey, table.to_owned(), key(line)),
                Some(name) if line.starts_with("CONSTRAINT") => {
                    let rest = line.split_once("` ").map_or("", |(_, rest)| rest);
                    (Kind::Constraint, format!("{table}.{name}"), rest.to_owned())
                }
                Some(name) if line.contains("KEY `") => {
                    let index = line.replacen(&format!("KEY `{name}`"), "INDEX", 1);
                    (Kind::Index, format!("{table}.{name}"), key(&index))
                }
                // Partitions, over several lines, and whatever a later version adds.
                _ => (Kind::Constraint, format!("{table}.{line}"), line.to_owned()),
            }
        };
        into.push(Object { kind, name, table: Some(table.to_owned()), definition });
    }
}

/// The first quoted name of a line.
fn name_in(line: &str) -> Option<&str> {
    line.split('`').nth(1)
}

/// A list of columns without quotes, as other backends show it.
fn key(line: &str) -> String {
    line.replace("`,`", ", ").replace('`', "")
}

/// `SHOW CREATE TABLE` repeats the next value of the counter, which is data.
fn without_counter(sql: &str) -> String {
    sql.split(' ').filter(|word| !word.starts_with("AUTO_INCREMENT=")).collect::<Vec<_>>().join(" ")
}

/// `SHOW CREATE TABLE` repeats the row format that was asked for, and none where the server's default was taken. It is
/// shown where it is not the usual one, whoever chose it.
fn with_row_format(sql: &str, actual: &str) -> String {
    let (columns, options) = sql.rsplit_once('\n').unwrap_or_default();
    if columns.is_empty() {
        return sql.to_owned();
    }
    let options = options.split(' ').filter(|word| !word.starts_with("ROW_FORMAT=")).collect::<Vec<_>>().join(" ");
    let unusual = if actual.is_empty() || actual.eq_ignore_ascii_case("dynamic") {
        String::new()
    } else {
        format!(" ROW_FORMAT={}", actual.to_ascii_uppercase())
    };
    format!("{columns}\n{options}{unusual}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_row_format_is_shown_where_it_is_unusual() {
        let asked = "CREATE TABLE `t` (\n  `a` int(11)\n) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 ROW_FORMAT=DYNAMIC";
        let plain = "CREATE TABLE `t` (\n  `a` int(11)\n) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4";
        assert_eq!(with_row_format(asked, "Dynamic"), plain);
        assert_eq!(with_row_format(plain, "Dynamic"), plain);
        assert_eq!(with_row_format(plain, "Compact"), format!("{plain} ROW_FORMAT=COMPACT"));
    }

    #[test]
    fn a_table_is_taken_apart() {
        let sql = "CREATE TABLE `t` (\n  `id` int(11) NOT NULL,\n  `a` varchar(9) DEFAULT 'x, y',\n  PRIMARY KEY (`id`,`a`),\n  \
                   UNIQUE KEY `u` (`a`(3) DESC),\n  CONSTRAINT `c` CHECK (`a` <> ''),\n  CONSTRAINT `f` FOREIGN KEY (`id`) REFERENCES `o` (`id`)\n) ENGINE=InnoDB";
        let mut objects = Vec::new();
        take_apart("t", sql, &mut objects);
        let found: Vec<String> = objects.iter().map(|o| format!("{} {} = {}", o.kind, o.name, o.definition)).collect();
        assert_eq!(
            found,
            [
                "column t.id = 1 int(11) NOT NULL",
                "column t.a = 2 varchar(9) DEFAULT 'x, y'",
                "primary key of t = PRIMARY KEY (id, a)",
                "index t.u = UNIQUE INDEX (a(3) DESC)",
                "constraint t.c = CHECK (`a` <> '')",
                "constraint t.f = FOREIGN KEY (`id`) REFERENCES `o` (`id`)",
                "table t = ENGINE=InnoDB",
            ]
        );
    }
}
