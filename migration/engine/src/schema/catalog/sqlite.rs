//! The catalogue of SQLite: its own `CREATE` statements, and columns and constraints for object by object comparison.
//! Comments and space are no schema.

use sea_orm::{ConnectionTrait, DbBackend, DbErr};

use super::{Kind, Object, is_no_schema};
use crate::sql::{
    lexed::{Lexed, Parts, canonical, outer, slice},
    quote, rows,
};

/// What may follow the type of a column and is in no pragma.
const EXTRAS: &[&str] = &["CHECK", "COLLATE", "REFERENCES", "GENERATED", "AS", "UNIQUE", "AUTOINCREMENT", "CONSTRAINT"];

/// The list of tables is read once: for each object it would be as many questions as there are objects, squared.
const OBJECTS: &str = include_str!("sqlite_objects.sql");

/// The objects, and the statements that make them.
pub(super) async fn read<C: ConnectionTrait>(db: &C, bookkeeping: &str) -> Result<(Vec<Object>, Vec<String>), DbErr> {
    let mut objects = Vec::new();
    let mut statements = Vec::new();
    for row in rows(db, OBJECTS).await? {
        let (kind, name): (String, String) = (row.try_get("", "type")?, row.try_get("", "name")?);
        let (table, sql): (String, String) = (row.try_get("", "tbl_name")?, row.try_get("", "sql")?);
        let is_virtual = row.try_get::<i64>("", "is_virtual")? == 1;
        if is_no_schema(&table, bookkeeping) {
            continue;
        }
        let mut written = None;
        let (kind, definition) = match kind.as_str() {
            "table" => {
                columns(db, &name, &mut objects).await?;
                let parts = if is_virtual { None } else { Parts::of(DbBackend::Sqlite, &sql) };
                let definition = match parts {
                    Some(parts) => {
                        constraints(&name, &sql, &parts, &mut objects);
                        written = one_a_line(&sql, &parts);
                        canonical(DbBackend::Sqlite, slice(&sql, &parts.after))
                    }
                    None => canonical(DbBackend::Sqlite, &sql),
                };
                (Kind::Table, definition)
            }
            "index" => (Kind::Index, canonical(DbBackend::Sqlite, &sql)),
            "view" => (Kind::View, canonical(DbBackend::Sqlite, &sql)),
            _ => (Kind::Trigger, canonical(DbBackend::Sqlite, &sql)),
        };
        statements.push(written.unwrap_or(sql));
        objects.push(Object { kind, name, table: Some(table), definition });
    }
    Ok((objects, statements))
}

async fn columns<C: ConnectionTrait>(db: &C, table: &str, into: &mut Vec<Object>) -> Result<(), DbErr> {
    let mut key: Vec<(i64, String)> = Vec::new();
    let backend = db.get_database_backend();
    for row in rows(db, &format!("PRAGMA table_xinfo({})", quote(backend, table))).await? {
        let name: String = row.try_get("", "name")?;
        let position: i64 = row.try_get("", "cid")?;
        let kind: String = row.try_get("", "type")?;
        let not_null: i64 = row.try_get("", "notnull")?;
        let default: Option<String> = row.try_get("", "dflt_value")?;
        let in_key: i64 = row.try_get("", "pk")?;
        if row.try_get::<i64>("", "hidden")? == 1 {
            // Of a module's own: nobody made it.
            continue;
        }
        if in_key > 0 {
            key.push((in_key, name.clone()));
        }
        let not_null = if not_null == 1 { " NOT NULL" } else { "" };
        let default = default.map(|text| format!(" DEFAULT {}", canonical(backend, &text))).unwrap_or_default();
        into.push(Object {
            kind: Kind::Column,
            name: format!("{table}.{name}"),
            table: Some(table.to_owned()),
            definition: format!("{} {}{not_null}{default}", position + 1, kind.to_lowercase()),
        });
    }
    if !key.is_empty() {
        key.sort();
        let columns: Vec<String> = key.into_iter().map(|(_, name)| name).collect();
        into.push(Object {
            kind: Kind::PrimaryKey,
            name: table.to_owned(),
            table: Some(table.to_owned()),
            definition: format!("PRIMARY KEY ({})", columns.join(", ")),
        });
    }
    Ok(())
}

/// Checks, foreign keys, collations and what else only the text of the table says. Names are those of the constraint, or
/// of the column it stands with.
fn constraints(table: &str, sql: &str, parts: &Parts<'_>, into: &mut Vec<Object>) {
    for element in &parts.elements {
        let Some(first) = element.first() else { continue };
        let said = |from: usize| canonical(DbBackend::Sqlite, slice(sql, &element[from..]));
        let is_at =
            |at: usize, words: &[&str]| element.get(at).is_some_and(|token| words.iter().any(|word| token.is(word)));
        let (name, definition) = if is_at(0, &["PRIMARY"]) {
            continue;
        } else if is_at(0, &["CONSTRAINT"]) {
            let Some(name) = element.get(1).and_then(Lexed::name) else { continue };
            if is_at(2, &["PRIMARY"]) {
                continue;
            }
            (name, said(2))
        } else if is_at(0, &["CHECK", "FOREIGN", "UNIQUE"]) {
            (said(0), said(0))
        } else {
            let extra = outer(element).skip(1).find(|(_, token)| EXTRAS.iter().any(|extra| token.is(extra)));
            let (Some((from, _)), Some(name)) = (extra, first.name()) else { continue };
            (name, said(from))
        };
        into.push(Object {
            kind: Kind::Constraint,
            name: format!("{table}.{name}"),
            table: Some(table.to_owned()),
            definition,
        });
    }
}

/// SQLite keeps `CREATE TABLE` as it was written, often on one line. What is on several already stays as it is.
fn one_a_line(sql: &str, parts: &Parts<'_>) -> Option<String> {
    if sql.contains('\n') || sql.contains("/*") || parts.elements.is_empty() {
        return None;
    }
    let elements: Vec<String> = parts.elements.iter().map(|element| format!("    {}", slice(sql, element))).collect();
    let after = slice(sql, &parts.after);
    let apart = if after.is_empty() { "" } else { " " };
    Some(format!("{}(\n{}\n){apart}{after}", parts.before, elements.join(",\n")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_break_between_columns_only() {
        let sql = "CREATE TABLE \"a\" ( \"x\" text CHECK (x IN ('(', ',')), \"y\" decimal(5, 2) )";
        let broken = "CREATE TABLE \"a\" (\n    \"x\" text CHECK (x IN ('(', ',')),\n    \"y\" decimal(5, 2)\n)";
        let on_lines = |sql| one_a_line(sql, &Parts::of(DbBackend::Sqlite, sql).unwrap());
        assert_eq!(on_lines(sql).as_deref(), Some(broken));
        assert_eq!(on_lines("CREATE TABLE a (b) STRICT").as_deref(), Some("CREATE TABLE a (\n    b\n) STRICT"));
        assert_eq!(on_lines(broken), None);
    }

    #[test]
    fn constraints_are_found_in_the_text() {
        let sql = "CREATE TABLE t (\"x\" text NOT NULL CHECK (x IN ('CHECK', ',')), y int DEFAULT (1) REFERENCES o (id), z varchar(5) DEFAULT 'as', \
                   PRIMARY KEY (x), CONSTRAINT \"c\" CHECK (y > 0), CHECK(y<9), CONSTRAINT k PRIMARY KEY (y)) STRICT";
        let mut objects = Vec::new();
        constraints("t", sql, &Parts::of(DbBackend::Sqlite, sql).unwrap(), &mut objects);
        let found: Vec<String> =
            objects.iter().map(|object| format!("{} = {}", object.name, object.definition)).collect();
        assert_eq!(
            found,
            [
                "t.x = CHECK (x IN ('CHECK', ','))",
                "t.y = REFERENCES o (id)",
                "t.c = CHECK (y > 0)",
                "t.CHECK (y < 9) = CHECK (y < 9)",
            ]
        );
    }
}
