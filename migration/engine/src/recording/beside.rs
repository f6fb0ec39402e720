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

/// What revisions have made of the objects of the whole database, extensions aside.
#[derive(Debug, Default)]
pub(crate) struct Made {
    /// What is there, under the names that it has by now; large objects that have a number of their own too.
    pub(crate) objects: Vec<Beside>,
    /// Schemas that were renamed and that no revision made: the old name and the new one.
    pub(crate) renamed: Vec<(String, String)>,
}

impl Made {
    /// Adds what one more text does.
    pub(crate) fn follow(&mut self, sql: &str) {
        for (_, tokens) in Apart::of(DbBackend::Postgres, sql).statements() {
            let words = ["OR", "REPLACE", "TRUSTED", "PROCEDURAL"];
            let skipped =
                tokens.iter().skip(1).take_while(|token| words.iter().any(|word| is_word(token, word))).count();
            let rest = tokens.get(1 + skipped..).unwrap_or_default();
            let starts_with = |word| tokens.first().is_some_and(|token| is_word(token, word));
            if starts_with("CREATE") {
                self.objects.extend(KINDS.iter().find_map(|kind| one(kind, rest)));
            } else if starts_with("ALTER") {
                if let Some((kind, old, new)) = KINDS.iter().find_map(|kind| renamed(kind, rest)) {
                    self.rename(kind, old, new);
                }
            } else if starts_with("DROP")
                && let Some((kind, names)) = KINDS.iter().find_map(|kind| dropped(kind, rest))
            {
                self.objects.retain(|one| one.kind != kind || !names.contains(&one.name));
            }
            for function in ["lo_create", "lo_from_bytea"] {
                for call in parsed::calls(tokens, function) {
                    if let Some([Token::Number(number, _)]) = call.argument("loid", 0)
                        && number.bytes().all(|digit| digit.is_ascii_digit())
                        && !number.trim_start_matches('0').is_empty()
                    {
                        self.objects.push(Beside { kind: "LARGE OBJECT", name: number.clone(), may_be_others: false });
                    }
                }
            }
        }
    }

    fn rename(&mut self, kind: &'static str, old: String, new: String) {
        let known = self.objects.iter_mut().find(|one| one.kind == kind && one.name == old);
        match known {
            Some(one) => one.name = new,
            None if kind == "SCHEMA" => self.renamed.push((old, new)),
            None => {}
        }
    }
}

/// What stands behind the words of a kind.
fn behind<'a>(kind: &str, tokens: &'a [Token]) -> Option<&'a [Token]> {
    let words = kind.split(' ').count();
    let is_kind = tokens.len() > words && kind.split(' ').zip(tokens).all(|(word, token)| is_word(token, word));
    tokens.get(words..).filter(|_| is_kind)
}

/// Tokens behind `ALTER`: the kind, the old and the new name.
fn renamed(kind: &'static str, tokens: &[Token]) -> Option<(&'static str, String, String)> {
    match behind(kind, tokens)? {
        [old, rename, to, new] if is_word(rename, "RENAME") && is_word(to, "TO") => {
            Some((kind, name_of(old)?, name_of(new)?))
        }
        _ => None,
    }
}

/// Tokens behind `DROP`: the kind and the names.
fn dropped(kind: &'static str, tokens: &[Token]) -> Option<(&'static str, Vec<String>)> {
    let rest = behind(kind, tokens)?;
    let if_exists = rest.len() > 2 && is_word(&rest[0], "IF") && is_word(&rest[1], "EXISTS");
    let names = rest.iter().skip(if if_exists { 2 } else { 0 });
    Some((kind, names.filter_map(name_of).collect()))
}

fn name_of(token: &Token) -> Option<String> {
    let Token::Word(word) = token else { return None };
    Some(if word.quote_style.is_some() { word.value.clone() } else { word.value.to_lowercase() })
}

/// Tokens behind `CREATE` that begin with the words of a kind.
fn one(kind: &'static str, tokens: &[Token]) -> Option<Beside> {
    let mut rest = behind(kind, tokens)?;
    let if_not_exists =
        rest.len() > 3 && ["IF", "NOT", "EXISTS"].iter().zip(rest).all(|(word, token)| is_word(token, word));
    if if_not_exists {
        // Anything but a schema stays as it is, and is there for the next run.
        rest = rest.get(3..).filter(|_| kind == "SCHEMA")?;
    }
    if kind == "SCHEMA" && is_word(rest.first()?, "AUTHORIZATION") {
        rest = rest.get(1..)?;
    }
    Some(Beside { kind, name: name_of(rest.first()?)?, may_be_others: if_not_exists })
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
    use super::{Beside, Made, extensions_made};

    fn objects_beside(sql: &str) -> Vec<Beside> {
        let mut made = Made::default();
        made.follow(sql);
        made.objects
    }

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
        assert_eq!(
            made(
                "CREATE SCHEMA a; CREATE SCHEMA \"B\"; ALTER SCHEMA A RENAME TO \"c's\"; ALTER SCHEMA b RENAME TO d; ALTER SCHEMA \"B\" OWNER TO me"
            ),
            ["DROP SCHEMA IF EXISTS \"c's\" CASCADE", "DROP SCHEMA IF EXISTS \"B\" CASCADE"]
        );
        assert_eq!(
            made(
                "CREATE SCHEMA a; CREATE SCHEMA b; CREATE SCHEMA c; DROP SCHEMA IF EXISTS a, c CASCADE; CREATE EVENT TRIGGER a ON ddl_command_end EXECUTE FUNCTION f(); DROP EVENT TRIGGER a"
            ),
            ["DROP SCHEMA IF EXISTS \"b\" CASCADE"]
        );
    }
}
