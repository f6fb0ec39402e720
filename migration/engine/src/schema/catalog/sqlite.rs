//! The catalogue of SQLite: its own `CREATE` statements, and columns and constraints for object by object comparison.

use sea_orm::{ConnectionTrait, DbErr};

use super::{Catalog, Kind, Object, is_no_schema};
use crate::sql::{line::one_line, quote, rows};

/// What may follow the type of a column and is in no pragma.
const EXTRAS: &[&str] = &["CHECK", "COLLATE", "REFERENCES", "GENERATED", "AS", "UNIQUE", "AUTOINCREMENT", "CONSTRAINT"];

pub(super) async fn read<C: ConnectionTrait>(db: &C, bookkeeping: &str) -> Result<Catalog, DbErr> {
    let mut objects = Vec::new();
    let mut statements = Vec::new();
    let master = rows(
        db,
        "SELECT type, name, tbl_name, sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' \
         ORDER BY CASE type WHEN 'table' THEN 0 ELSE 1 END, type, tbl_name, name",
    )
    .await?;
    for row in master {
        let (kind, name): (String, String) = (row.try_get("", "type")?, row.try_get("", "name")?);
        let (table, sql): (String, String) = (row.try_get("", "tbl_name")?, row.try_get("", "sql")?);
        if is_no_schema(&table, bookkeeping) {
            continue;
        }
        let parts = Parts::of(&sql);
        let (kind, definition) = match kind.as_str() {
            "table" => {
                statements.push(format!("{};", parts.one_a_line()));
                columns(db, &name, &mut objects).await?;
                constraints(&name, &parts, &mut objects);
                (Kind::Table, parts.around())
            }
            other => {
                statements.push(format!("{sql};"));
                let kind = match other {
                    "index" => Kind::Index,
                    "view" => Kind::View,
                    _ => Kind::Trigger,
                };
                (kind, sql)
            }
        };
        objects.push(Object { kind, name, table: Some(table), definition });
    }
    Ok(Catalog { objects, statements })
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
        if in_key > 0 {
            key.push((in_key, name.clone()));
        }
        let not_null = if not_null == 1 { " NOT NULL" } else { "" };
        let default = default.map(|text| format!(" DEFAULT {text}")).unwrap_or_default();
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
fn constraints(table: &str, parts: &Parts<'_>, into: &mut Vec<Object>) {
    for element in &parts.elements {
        let words = top_level_words(element);
        let Some((_, first)) = words.first() else { continue };
        let word = first.to_uppercase();
        let (name, definition) = match word.as_str() {
            "PRIMARY" => continue,
            "CONSTRAINT" => {
                let Some((at, name)) = words.get(1) else { continue };
                let rest = element[at + name.len()..].trim();
                if rest.to_uppercase().starts_with("PRIMARY") {
                    continue;
                }
                (name.trim_matches(['"', '`', '[', ']']).to_owned(), rest)
            }
            "CHECK" | "FOREIGN" | "UNIQUE" => (one_line(element), element.trim()),
            _ => {
                let extra = words.iter().skip(1).find(|(_, word)| {
                    let word = word.split('(').next().unwrap_or_default();
                    EXTRAS.iter().any(|extra| extra.eq_ignore_ascii_case(word))
                });
                let Some((at, _)) = extra else { continue };
                (first.trim_matches(['"', '`', '[', ']']).to_owned(), element[*at..].trim())
            }
        };
        into.push(Object {
            kind: Kind::Constraint,
            name: format!("{table}.{name}"),
            table: Some(table.to_owned()),
            definition: one_line(definition),
        });
    }
}

/// The words outside of parentheses and literals, with where they begin.
fn top_level_words(text: &str) -> Vec<(usize, &str)> {
    let mut words = Vec::new();
    let mut begin = None;
    for (at, c, depth, quoted) in levels(text) {
        let breaks = !quoted && (c.is_whitespace() || c == '(' && depth == 1);
        match (begin, breaks) {
            (Some(from), true) => {
                words.push((from, &text[from..at]));
                begin = None;
            }
            (None, false) if depth == 0 && c != ')' => begin = Some(at),
            _ => {}
        }
    }
    if let Some(from) = begin {
        words.push((from, &text[from..]));
    }
    words
}

/// Every character with where it is, how many parentheses are open after it, and whether it is inside quotes.
fn levels(text: &str) -> impl Iterator<Item = (usize, char, u32, bool)> {
    let (mut depth, mut open): (u32, Option<char>) = (0, None);
    text.char_indices().map(move |(at, c)| {
        match (open, c) {
            (Some(quote), _) if c == quote => open = None,
            (None, '\'' | '"' | '`') => open = Some(c),
            (None, '(') => depth += 1,
            (None, ')') => depth = depth.saturating_sub(1),
            _ => {}
        }
        (at, c, depth, open.is_some())
    })
}

/// A `CREATE TABLE` at its outer commas.
struct Parts<'a> {
    before: &'a str,
    elements: Vec<&'a str>,
    after: &'a str,
}

impl<'a> Parts<'a> {
    fn of(sql: &'a str) -> Self {
        let (mut from, mut end) = (sql.len(), sql.len());
        let mut elements = Vec::new();
        for (at, c, depth, quoted) in levels(sql) {
            if quoted || end < sql.len() {
                continue;
            }
            match (c, depth) {
                ('(', 1) if from == sql.len() => from = at + 1,
                (',', 1) => {
                    elements.push(&sql[from..at]);
                    from = at + 1;
                }
                (')', 0) => {
                    elements.push(&sql[from..at]);
                    end = at + 1;
                }
                _ => {}
            }
        }
        let before = sql.split('(').next().unwrap_or(sql);
        Self { before, elements, after: &sql[end..] }
    }

    /// SQLite keeps `CREATE TABLE` as it was written, often on one line.
    fn one_a_line(&self) -> String {
        if self.elements.is_empty() {
            return self.before.to_owned();
        }
        let elements: Vec<String> = self.elements.iter().map(|element| format!("    {}", element.trim())).collect();
        format!("{}(\n{}\n){}", self.before, elements.join(",\n"), self.after)
    }

    /// What concerns the table as a whole: a module with its arguments, or options such as `STRICT`.
    fn around(&self) -> String {
        if self.before.to_uppercase().starts_with("CREATE VIRTUAL") {
            return one_line(&format!("{}({}){}", self.before, self.elements.join(","), self.after));
        }
        one_line(self.after)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_break_between_columns_only() {
        let sql = "CREATE TABLE \"a\" ( \"x\" text CHECK (x IN ('(', ',')), \"y\" decimal(5, 2) )";
        let broken = "CREATE TABLE \"a\" (\n    \"x\" text CHECK (x IN ('(', ',')),\n    \"y\" decimal(5, 2)\n)";
        assert_eq!(Parts::of(sql).one_a_line(), broken);
    }

    #[test]
    fn constraints_are_found_in_the_text() {
        let sql = "CREATE TABLE t (\"x\" text NOT NULL CHECK (x IN ('CHECK', ',')), y int DEFAULT (1) REFERENCES o (id), z varchar(5) DEFAULT 'as', \
                   PRIMARY KEY (x), CONSTRAINT \"c\" CHECK (y > 0), CHECK(y<9), CONSTRAINT k PRIMARY KEY (y)) STRICT";
        let parts = Parts::of(sql);
        let mut objects = Vec::new();
        constraints("t", &parts, &mut objects);
        let found: Vec<String> =
            objects.iter().map(|object| format!("{} = {}", object.name, object.definition)).collect();
        assert_eq!(
            found,
            [
                "t.x = CHECK (x IN ('CHECK', ','))",
                "t.y = REFERENCES o (id)",
                "t.c = CHECK (y > 0)",
                "t.CHECK(y<9) = CHECK(y<9)",
            ]
        );
        assert_eq!(parts.around(), "STRICT");
    }
}
