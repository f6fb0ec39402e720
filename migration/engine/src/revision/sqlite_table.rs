//! The text of an SQLite table, taken apart and changed where what is stored stays valid.

use std::ops::Range;

use migration_timescale::{Dialect, question::is_answered};
use sea_orm::{ConnectionTrait, DbBackend, DbErr, Statement, sea_query::TableForeignKey};
use sea_orm_migration::SchemaManager;
use sqlparser::tokenizer::Token;

use super::references::table_name;
use crate::sql::parsed::{self, is_word};

const BACKEND: DbBackend = DbBackend::Sqlite;
/// A table that lives for a moment.
const CHANGED: &str = "_kept_labels";
/// What a clause of a column begins with.
const CLAUSES: [&str; 11] =
    ["CONSTRAINT", "PRIMARY", "NOT", "NULL", "UNIQUE", "CHECK", "DEFAULT", "COLLATE", "REFERENCES", "GENERATED", "AS"];
/// What an element that is no column begins with.
const CONSTRAINTS: [&str; 5] = ["CONSTRAINT", "PRIMARY", "UNIQUE", "CHECK", "FOREIGN"];

/// A `CREATE TABLE`.
pub(crate) struct Text {
    sql: String,
    elements: Vec<Element>,
    /// Where the list of elements ends.
    end: usize,
}

/// A column or a constraint of the table.
struct Element {
    tokens: Vec<(Token, Range<usize>)>,
}

/// What a column is to be.
pub(super) struct Column {
    pub name: String,
    pub data_type: String,
    pub is_required: bool,
    pub default: Option<String>,
}

/// Changes the text of a table. Where it cannot be asked, the first text of `expected` gives way to the second.
pub(super) async fn change(
    manager: &SchemaManager<'_>,
    table: &str,
    (old, new): (&str, &str),
    edit: impl FnOnce(&Text) -> Result<Option<String>, DbErr> + Send,
) -> Result<(), DbErr> {
    if is_answered() {
        let replaced = if old == ")" {
            // The last bracket.
            format!("substr(rtrim(sql), 1, length(rtrim(sql)) - 1) || {}", literal(&format!("{new})")))
        } else {
            format!("replace(sql, {}, {})", literal(old), literal(new))
        };
        return write(manager, table, &replaced).await;
    }
    let asked = Statement::from_sql_and_values(
        BACKEND,
        "SELECT sql FROM sqlite_schema WHERE type = 'table' AND lower(name) = lower(?)",
        [table.into()],
    );
    let row = manager.get_connection().query_one_raw(asked).await?;
    let row = row.ok_or_else(|| DbErr::Migration(format!("there is no table {table}")))?;
    let sql: String = row.try_get("", "sql")?;
    let text = Text::read(&sql)
        .ok_or_else(|| DbErr::Migration(format!("the text of table {table} cannot be read; copy the table instead")))?;
    match edit(&text)? {
        Some(new) if new != sql => write(manager, table, &literal(&new)).await,
        _ => Ok(()),
    }
}

/// Sets the text of a table to an expression over the column `sql`.
pub(super) async fn write(manager: &SchemaManager<'_>, table: &str, expression: &str) -> Result<(), DbErr> {
    let changed = Dialect::Sqlite.quote(CHANGED);
    let statements = [
        "PRAGMA writable_schema = ON".to_owned(),
        format!("UPDATE sqlite_schema SET sql = {expression} WHERE type = 'table' AND name = {}", literal(table)),
        // Every change of an object tells other connections to read the schema anew.
        format!("CREATE TABLE {changed} (a)"),
        format!("DROP TABLE {changed}"),
        "PRAGMA writable_schema = RESET".to_owned(),
    ];
    let work = manager.begin().await?;
    for sql in statements {
        work.get_connection().execute_unprepared(&sql).await?;
    }
    work.commit().await
}

pub(super) fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

impl Text {
    /// `None` when it is none that can be read.
    pub(crate) fn read(sql: &str) -> Option<Self> {
        let tokens = parsed::placed(BACKEND, sql);
        let open = tokens.iter().position(|(token, _)| *token == Token::LParen)?;
        let (mut depth, mut elements, mut current) = (0_usize, Vec::new(), Vec::new());
        for (token, place) in tokens.into_iter().skip(open + 1) {
            match token {
                Token::RParen if depth == 0 => {
                    elements.push(Element { tokens: current });
                    return Some(Self { sql: sql.to_owned(), elements, end: place.start });
                }
                Token::Comma if depth == 0 => {
                    elements.push(Element { tokens: std::mem::take(&mut current) });
                    continue;
                }
                Token::LParen => depth += 1,
                Token::RParen => depth -= 1,
                _ => {}
            }
            current.push((token, place));
        }
        None
    }

    /// The names of its columns.
    pub(super) fn columns(&self) -> Vec<String> {
        self.elements.iter().filter_map(Element::column).collect()
    }

    /// The foreign keys that have a name: it, and their columns.
    pub(crate) fn named_references(&self) -> Vec<(String, Vec<String>)> {
        let named = self.elements.iter().filter_map(|element| {
            let columns = element.foreign_columns()?;
            Some((element.constraint_name()?, columns))
        });
        named.collect()
    }

    pub(super) fn references(&self, key: &TableForeignKey) -> bool {
        self.elements.iter().any(|element| element.refers(key).is_some())
    }

    /// With another element at the end.
    pub(super) fn with_element(&self, element: &str) -> String {
        let end = self.elements.iter().filter_map(Element::range).next_back().map_or(self.end, |last| last.end);
        format!("{}, {element}{}", &self.sql[..end], &self.sql[end..])
    }

    /// Whether one of its elements is a constraint of that name.
    pub(super) fn has_constraint(&self, name: &str) -> bool {
        self.elements.iter().any(|element| element.constraint_name().is_some_and(|own| own == name))
    }

    /// `None` when there is no constraint of that name.
    pub(super) fn without_constraint(&self, name: &str) -> Option<String> {
        let at = self.elements.iter().position(|element| element.constraint_name().is_some_and(|own| own == name))?;
        self.without(at)
    }

    /// Without an element, and the comma before it.
    fn without(&self, at: usize) -> Option<String> {
        let start = self.elements.get(at.checked_sub(1)?)?.range()?.end;
        Some(format!("{}{}", self.sql[..start].trim_end(), &self.sql[self.elements[at].range()?.end..]))
    }

    /// `None` when there is no such reference.
    pub(super) fn without_reference(&self, key: &TableForeignKey) -> Option<String> {
        let at = self.elements.iter().position(|element| element.refers(key).is_some())?;
        let range = self.elements[at].refers(key)?;
        if self.elements[at].range()? == range {
            return self.without(at);
        }
        Some(format!("{}{}", self.sql[..range.start].trim_end(), &self.sql[range.end..]))
    }

    /// With a column as it is to be; its other clauses stay.
    pub(super) fn with_column(&self, column: &Column) -> Result<Option<String>, DbErr> {
        let found = self.elements.iter().find(|element| element.column().is_some_and(|name| name == column.name));
        let missing = || DbErr::Migration(format!("there is no column {}", column.name));
        let element = found.ok_or_else(missing)?;
        let (name, range) = (&element.tokens[0].1, element.range().ok_or_else(missing)?);
        let mut text = format!("{} {}", &self.sql[name.clone()], column.data_type);
        if column.is_required {
            text.push_str(" NOT NULL");
        }
        if let Some(default) = &column.default {
            let is_bare = parsed::tokens(BACKEND, default).len() == 1;
            let (open, close) = if is_bare { ("", "") } else { ("(", ")") };
            text.extend([" DEFAULT ", open, default, close]);
        }
        for clause in element.clauses().into_iter().filter(Clause::is_kept) {
            text.push(' ');
            text.push_str(&self.sql[clause.range]);
        }
        Ok(Some(format!("{}{text}{}", &self.sql[..range.start], &self.sql[range.end..])))
    }
}

/// A clause of a column.
struct Clause {
    /// The word that says what it is.
    word: String,
    range: Range<usize>,
}

impl Clause {
    /// Whether it has nothing to do with type, nullability and default.
    fn is_kept(&self) -> bool {
        !["NOT", "NULL", "DEFAULT"].contains(&self.word.as_str())
    }
}

impl Element {
    fn range(&self) -> Option<Range<usize>> {
        Some(self.tokens.first()?.1.start..self.tokens.last()?.1.end)
    }

    /// The name of the column that it is.
    fn column(&self) -> Option<String> {
        let (first, _) = self.tokens.first()?;
        if CONSTRAINTS.iter().any(|word| is_word(first, word)) { None } else { name(first) }
    }

    fn constraint_name(&self) -> Option<String> {
        if is_word(&self.tokens.first()?.0, "CONSTRAINT") { name(&self.tokens.get(1)?.0) } else { None }
    }

    /// The columns of the foreign key that it is.
    fn foreign_columns(&self) -> Option<Vec<String>> {
        let start = if is_word(&self.tokens.first()?.0, "CONSTRAINT") { 2 } else { 0 };
        if !is_word(&self.tokens.get(start)?.0, "FOREIGN") {
            return None;
        }
        Some(self.names_in_brackets(start))
    }

    /// The names in the first brackets from there on.
    fn names_in_brackets(&self, start: usize) -> Vec<String> {
        let rest = self.tokens.iter().skip(start).map(|(token, _)| token);
        let inside = rest.skip_while(|token| **token != Token::LParen).skip(1);
        inside.take_while(|token| **token != Token::RParen).filter_map(name).collect()
    }

    /// Where the reference stands that this element is or has.
    fn refers(&self, key: &TableForeignKey) -> Option<Range<usize>> {
        let target = key.get_ref_table().map(table_name)?;
        let columns = key.get_columns();
        let leads = |at: usize| self.tokens.get(at).and_then(|(token, _)| name(token)).is_some_and(|to| to == target);
        let reference = self.tokens.iter().position(|(token, _)| is_word(token, "REFERENCES"))?;
        if !leads(reference + 1) {
            return None;
        }
        if let Some(own) = self.foreign_columns() {
            return if own == columns { self.range() } else { None };
        }
        let clause = self.clauses().into_iter().find(|clause| clause.word == "REFERENCES")?;
        if columns.len() == 1 && self.column()? == columns[0] { Some(clause.range) } else { None }
    }

    /// The clauses of a column behind its type.
    fn clauses(&self) -> Vec<Clause> {
        let mut clauses: Vec<Clause> = Vec::new();
        let (mut depth, mut named_until) = (0_usize, 0_usize);
        for (at, (token, place)) in self.tokens.iter().enumerate().skip(1) {
            match token {
                Token::LParen => depth += 1,
                Token::RParen => depth = depth.saturating_sub(1),
                _ => {}
            }
            let word = CLAUSES.iter().find(|word| depth == 0 && is_word(token, word));
            let before = &self.tokens[at - 1].0;
            let next = self.tokens.get(at + 1).map(|(token, _)| token);
            let is_inside = ["NOT", "SET", "DEFAULT", "ALWAYS"].iter().any(|word| is_word(before, word))
                || (is_word(token, "NOT") && next.is_some_and(|next| is_word(next, "DEFERRABLE")))
                || at < named_until;
            match word.filter(|_| !is_inside) {
                Some(word) if clauses.last().is_some_and(|last| last.word == "CONSTRAINT") => {
                    // The constraint that has the name.
                    if let Some(last) = clauses.last_mut() {
                        (*word).clone_into(&mut last.word);
                        last.range.end = place.end;
                    }
                }
                Some(word) => {
                    named_until = if *word == "CONSTRAINT" { at + 2 } else { 0 };
                    clauses.push(Clause { word: (*word).to_owned(), range: place.clone() });
                }
                None => {
                    if let Some(last) = clauses.last_mut() {
                        last.range.end = place.end;
                    }
                }
            }
        }
        clauses
    }
}

/// A name, quoted or not.
fn name(token: &Token) -> Option<String> {
    match token {
        Token::Word(word) => Some(word.value.clone()),
        Token::SingleQuotedString(text) | Token::DoubleQuotedString(text) => Some(text.clone()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use sea_orm::sea_query::ForeignKey;

    use super::*;

    const SQL: &str = "CREATE TABLE \"comment\" ( \"id\" integer NOT NULL PRIMARY KEY AUTOINCREMENT, [text] varchar(20) DEFAULT 'a, b' \
                       CONSTRAINT c CHECK (length(text) > 0), \"post\" integer CONSTRAINT r REFERENCES \"post\" (\"id\") ON DELETE SET NULL, \
                       \"author\" integer, CONSTRAINT \"fk-a\" FOREIGN KEY (\"author\") REFERENCES \"author\" (\"id\") ) STRICT";

    fn text() -> Text {
        Text::read(SQL).unwrap()
    }

    #[test]
    fn a_column_changes_and_its_other_clauses_stay() {
        let column = Column {
            name: "text".to_owned(),
            data_type: "text".to_owned(),
            is_required: true,
            default: Some("lower('A')".to_owned()),
        };
        let changed = text().with_column(&column).unwrap().unwrap();
        let expected = "[text] text NOT NULL DEFAULT (lower('A')) CONSTRAINT c CHECK (length(text) > 0), \"post\"";
        assert!(changed.contains(expected) && changed.ends_with("STRICT"), "{changed}");
        let missing = Column { name: "none".to_owned(), ..column };
        assert!(text().with_column(&missing).is_err());
    }

    #[test]
    fn references_are_found_and_go() {
        let author = ForeignKey::create().name("x").from("comment", "author").to("author", "id").take();
        let post = ForeignKey::create().name("y").from("comment", "post").to("post", "id").take();
        let other = ForeignKey::create().name("z").from("comment", "post").to("author", "id").take();
        assert_eq!(text().named_references(), [("fk-a".to_owned(), vec!["author".to_owned()])]);
        assert!(text().references(author.get_foreign_key()) && !text().references(other.get_foreign_key()));
        let without = text().without_reference(author.get_foreign_key()).unwrap();
        assert!(without.ends_with("\"author\" integer ) STRICT"), "{without}");
        let without = text().without_reference(post.get_foreign_key()).unwrap();
        assert!(without.contains("\"post\" integer, \"author\" integer"), "{without}");
        let with = text().with_element("CHECK (1)");
        assert!(with.ends_with("(\"id\"), CHECK (1) ) STRICT"), "{with}");
    }
}
