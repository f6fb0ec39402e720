//! What a revision makes that is in no schema of PostgreSQL, or is one: extensions, schemas, publications, servers and
//! other objects of the whole database.

use migration_timescale::identifier;
use sea_orm::DbBackend;
use sqlparser::{ast, tokenizer::Token};

use crate::sql::{
    apart::Apart,
    parsed::{self, is_word},
};

/// How `CREATE` calls them. Subscriptions and databases are left out: they cannot be dropped in a transaction.
const KINDS: &[&str] =
    &["SCHEMA", "PUBLICATION", "SERVER", "EVENT TRIGGER", "FOREIGN DATA WRAPPER", "LANGUAGE", "ACCESS METHOD"];

/// An object of the whole database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Beside {
    /// As `DROP` calls it.
    pub(crate) kind: &'static str,
    pub(crate) name: String,
    /// Whether it may have been there before the revision.
    pub(crate) may_be_others: bool,
}

impl Beside {
    /// The statement that drops it with what depends on it.
    pub(crate) fn drop_sql(&self) -> String {
        if self.kind == "LARGE OBJECT" {
            let Self { name, .. } = self;
            return format!(
                "SELECT lo_unlink(oid) FROM pg_largeobject_metadata WHERE oid = {name} AND pg_has_role(lomowner, 'USAGE')"
            );
        }
        format!("DROP {} IF EXISTS {} CASCADE", self.kind, identifier(&self.name))
    }
}

/// The objects of the whole database, extensions aside, that a text creates; large objects that have a number of their own.
pub(crate) fn objects_beside(sql: &str) -> Vec<Beside> {
    let mut made = Vec::new();
    for (_, tokens) in Apart::of(DbBackend::Postgres, sql).statements() {
        let words = ["OR", "REPLACE", "TRUSTED", "PROCEDURAL"];
        let skipped = tokens.iter().skip(1).take_while(|token| words.iter().any(|word| is_word(token, word))).count();
        let rest = tokens.get(1 + skipped..).unwrap_or_default();
        if tokens.first().is_some_and(|token| is_word(token, "CREATE")) {
            made.extend(KINDS.iter().find_map(|kind| one(kind, rest)));
        }
        for function in ["lo_create", "lo_from_bytea"] {
            for call in parsed::calls(tokens, function) {
                if let Some([Token::Number(number, _)]) = call.argument("loid", 0)
                    && number.bytes().all(|digit| digit.is_ascii_digit())
                    && !number.trim_start_matches('0').is_empty()
                {
                    made.push(Beside { kind: "LARGE OBJECT", name: number.clone(), may_be_others: false });
                }
            }
        }
    }
    made
}

/// Tokens behind `CREATE` that begin with the words of a kind.
fn one(kind: &'static str, tokens: &[Token]) -> Option<Beside> {
    let words = kind.split(' ').count();
    let is_kind = tokens.len() > words && kind.split(' ').zip(tokens).all(|(word, token)| is_word(token, word));
    let mut rest = tokens.get(words..).filter(|_| is_kind)?;
    let if_not_exists =
        rest.len() > 3 && ["IF", "NOT", "EXISTS"].iter().zip(rest).all(|(word, token)| is_word(token, word));
    if if_not_exists {
        // Anything but a schema stays as it is, and is there for the next run.
        rest = rest.get(3..).filter(|_| kind == "SCHEMA")?;
    }
    if kind == "SCHEMA" && is_word(rest.first()?, "AUTHORIZATION") {
        rest = rest.get(1..)?;
    }
    let Token::Word(word) = rest.first()? else { return None };
    let name = if word.quote_style.is_some() { word.value.clone() } else { word.value.to_lowercase() };
    Some(Beside { kind, name, may_be_others: if_not_exists })
}

/// The extensions that a text creates and that must not be there before: without `IF NOT EXISTS`.
pub(crate) fn extensions_made(sql: &str) -> Vec<String> {
    created(sql).into_iter().filter(|create| !create.if_not_exists).map(name).collect()
}

/// Whether a text creates that extension, unless it is there.
pub(crate) fn creates_extension(sql: &str, extension: &str) -> bool {
    created(sql).into_iter().any(|create| name(create) == extension)
}

fn created(sql: &str) -> Vec<ast::CreateExtension> {
    let parsed = parsed::parse(DbBackend::Postgres, sql);
    let created = parsed.iter().flat_map(|one| &one.statements).filter_map(|statement| match statement {
        ast::Statement::CreateExtension(create) => Some(create.clone()),
        _ => None,
    });
    created.collect()
}

fn name(create: ast::CreateExtension) -> String {
    let name = create.name;
    if name.quote_style.is_some() { name.value } else { name.value.to_lowercase() }
}

#[cfg(test)]
mod tests {
    use super::{Beside, extensions_made, objects_beside};

    #[test]
    fn only_those_that_must_not_be_there() {
        assert_eq!(extensions_made("-- search\ncreate extension PG_TRGM; SELECT 1"), ["pg_trgm"]);
        assert_eq!(extensions_made("CREATE EXTENSION \"uuid-ossp\" WITH SCHEMA app CASCADE"), ["uuid-ossp"]);
        assert_eq!(extensions_made("CREATE EXTENSION IF NOT EXISTS pg_trgm; SELECT 'CREATE EXTENSION x'"), [""; 0]);
    }

    #[test]
    fn what_is_in_no_schema_is_found() {
        let made = |sql: &str| -> Vec<String> { objects_beside(sql).iter().map(Beside::drop_sql).collect() };
        assert_eq!(
            made("create schema Rep; CREATE PUBLICATION \"p's\" FOR ALL TABLES; CREATE FOREIGN DATA WRAPPER w"),
            [
                "DROP SCHEMA IF EXISTS \"rep\" CASCADE",
                "DROP PUBLICATION IF EXISTS \"p's\" CASCADE",
                "DROP FOREIGN DATA WRAPPER IF EXISTS \"w\" CASCADE"
            ]
        );
        let schemas = objects_beside("CREATE SCHEMA IF NOT EXISTS a; CREATE SCHEMA AUTHORIZATION b");
        assert_eq!(schemas.iter().map(|one| one.may_be_others).collect::<Vec<_>>(), [true, false]);
        assert_eq!(
            made("SELECT 'CREATE SCHEMA x'; CREATE SERVER IF NOT EXISTS s; CREATE TABLE schema (id int)"),
            [""; 0]
        );
        assert!(made("SELECT lo_create(0), lo_create(4711)")[0].contains("oid = 4711"));
    }
}
