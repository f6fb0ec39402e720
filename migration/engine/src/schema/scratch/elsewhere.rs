//! What a revision would change outside of the place that it is tried in.
//!
//! A trial is to leave no trace. But a name with its database in front, and `USE`, lead out of a scratch database of MySQL,
//! also home to the live one; a name with its schema in front leads out of a scratch schema of PostgreSQL, where it locks
//! what is live, and a sequence that was set stays set; and users, roles and databases belong to the whole server. Such a
//! revision is not tried there. What a statement does is not known before it ran: what is not known to read only is taken
//! for a change.

use std::collections::BTreeSet;

use migration_timescale::Dialect;
use sea_orm::{ConnectionTrait, DbBackend, DbErr};
use sqlparser::tokenizer::Token;

use crate::{
    recording::shown,
    sql::{
        apart::{Apart, Piece},
        parsed::is_word,
        rows,
    },
};

/// Databases of the server itself that are only read.
const DATABASES: &str = "SELECT SCHEMA_NAME AS name FROM information_schema.SCHEMATA \
     WHERE SCHEMA_NAME NOT IN ('information_schema', 'performance_schema', 'sys') AND NOT SCHEMA_NAME <=> DATABASE()";

/// The views of the scratch database. Each name in a definition has its database in front.
const VIEWS: &str = "SELECT TABLE_NAME AS name, VIEW_DEFINITION AS definition FROM information_schema.VIEWS WHERE TABLE_SCHEMA = DATABASE()";

/// An error when one of these statements would change something else than the scratch database that `db` leads to.
pub(super) async fn refuse_changes<C: ConnectionTrait>(db: &C, statements: &[String]) -> Result<(), DbErr> {
    let backend = db.get_database_backend();
    let mut outside = Outside::default();
    match Dialect::of(backend) {
        Dialect::MySql => {
            let named = statements.iter().any(|sql| may_name_databases(sql));
            let views = rows(db, VIEWS).await?;
            if named || !views.is_empty() {
                let found = rows(db, DATABASES).await?;
                outside.databases = found.iter().map(|row| row.try_get("", "name")).collect::<Result<_, _>>()?;
            }
            // A view may show another one that is listed later.
            for _ in 0..views.len() {
                for row in &views {
                    let (name, definition): (String, String) =
                        (row.try_get("", "name")?, row.try_get("", "definition")?);
                    outside.add_view(&name, &Apart::of(backend, &definition));
                }
            }
        }
        // Another database cannot be named there.
        Dialect::Postgres => {}
        // A database in memory attaches no files.
        Dialect::Sqlite => return Ok(()),
    }
    for sql in statements {
        let apart = Apart::of(backend, sql);
        for piece in apart.statements() {
            if let Some(what) = changed(backend, piece, &outside) {
                return Err(DbErr::Migration(format!(
                    "it cannot be tried, because a trial would really change {what}, with `{}`; leave the database's \
                     own name out of it, and give what belongs to others or to the whole server a script of its own",
                    shown(&piece.1)
                )));
            }
            if let Some(name) = view_made(&piece.1) {
                outside.add_view(&name, &apart);
            }
        }
    }
    Ok(())
}

/// An error when one of these statements would touch what is live from a scratch schema that stands beside the schema
/// `home`. `alone` is a server of one session, where no other waits for a lock, and there is no other place for a trial.
pub(super) fn refuse_to_go_home(statements: &[String], home: &str, alone: bool) -> Result<(), DbErr> {
    for sql in statements.iter().filter(|sql| mentions(sql, home)) {
        let apart = Apart::of(DbBackend::Postgres, sql);
        let goes_home = |(_, tokens): &&Piece| names_schema(tokens, home) && (!alone || sets_sequence(tokens));
        if let Some((_, tokens)) = apart.statements().iter().find(goes_home) {
            return Err(DbErr::Migration(format!(
                "it names the schema {home}, which is the live one, with `{}`, and can only be tried in a database of its own",
                shown(tokens)
            )));
        }
    }
    Ok(())
}

/// What is not part of the scratch database.
#[derive(Default)]
struct Outside {
    databases: Vec<String>,
    /// Views of the scratch database that lead to another one.
    views: BTreeSet<String>,
}

impl Outside {
    fn database(&self, name: &str) -> Option<&String> {
        self.databases.iter().find(|database| database.eq_ignore_ascii_case(name))
    }

    fn add_view(&mut self, name: &str, definition: &Apart) {
        let leads_out = definition.statements().iter().any(|(_, tokens)| {
            (0..tokens.len()).any(|at| self.named(tokens, at).is_some())
                || tokens.iter().any(|token| word(token).is_some_and(|word| self.views.contains(&word.to_lowercase())))
        });
        if leads_out {
            self.views.insert(name.to_lowercase());
        }
    }

    /// The database that stands here in front of another name.
    fn named(&self, tokens: &[Token], at: usize) -> Option<&String> {
        let is_first = tokens.get(at + 1) == Some(&Token::Period) && (at == 0 || tokens[at - 1] != Token::Period);
        if is_first { self.database(word(tokens.get(at)?)?) } else { None }
    }

    /// The database that a text names, which is run as a statement.
    fn named_in_text(&self, tokens: &[Token]) -> Option<&String> {
        tokens
            .iter()
            .filter_map(text)
            .find_map(|text| {
                let apart = Apart::of(DbBackend::MySql, text);
                let found = apart.statements().iter().find_map(|(_, tokens)| {
                    let used = if is(tokens, 0, &["USE"]) { tokens.get(1).and_then(word) } else { None };
                    used.and_then(|name| self.database(name))
                        .or_else(|| (0..tokens.len()).find_map(|at| self.named(tokens, at)))
                });
                found.cloned()
            })
            .and_then(|name| self.database(&name))
    }
}

/// The text of a literal.
fn text(token: &Token) -> Option<&str> {
    match token {
        Token::SingleQuotedString(text)
        | Token::DoubleQuotedString(text)
        | Token::NationalStringLiteral(text)
        | Token::EscapedStringLiteral(text) => Some(text),
        Token::DollarQuotedString(text) => Some(&text.value),
        _ => None,
    }
}

/// A name. In double quotes it is one where the session says so.
fn word(token: &Token) -> Option<&str> {
    match token {
        Token::Word(word) => Some(&word.value),
        Token::DoubleQuotedString(text) => Some(text),
        _ => None,
    }
}

fn is(tokens: &[Token], at: usize, words: &[&str]) -> bool {
    tokens.get(at).is_some_and(|token| words.iter().any(|word| is_word(token, word)))
}

fn has(tokens: &[Token], words: &[&str]) -> bool {
    (0..tokens.len()).any(|at| is(tokens, at, words))
}

/// Words of statements that run a text.
const RUN_A_TEXT: [&str; 2] = ["PREPARE", "EXECUTE"];

/// Whether there is a name with another one in front, `USE`, or a text that is run: asking for databases takes a round trip.
fn may_name_databases(sql: &str) -> bool {
    let apart = Apart::of(DbBackend::MySql, sql);
    apart.statements().iter().any(|(_, tokens)| {
        is(tokens, 0, &["USE"]) || tokens.contains(&Token::Period) || tokens.iter().any(|token| text(token).is_some())
    })
}

/// The name of the view that a statement makes.
fn view_made(tokens: &[Token]) -> Option<String> {
    let view = (0..tokens.len()).find(|at| is(tokens, *at, &["VIEW"]))?;
    let name = if is(tokens, view + 1, &["IF"]) { view + 4 } else { view + 1 };
    let is_made = is(tokens, 0, &["CREATE", "ALTER"]) && !has(tokens, &["TABLE", "TRIGGER", "PROCEDURE", "FUNCTION"]);
    is_made.then(|| tokens.get(name).and_then(word).map(str::to_owned)).flatten()
}

/// What a statement changes outside of its database.
fn changed(backend: DbBackend, (_, tokens): &Piece, outside: &Outside) -> Option<String> {
    let of_server = || changes_server(tokens).map(str::to_owned);
    let of_another = || another(tokens, outside).map(|name| format!("the database {name}"));
    match Dialect::of(backend) {
        Dialect::Postgres | Dialect::Sqlite => of_server(),
        Dialect::MySql => of_server().or_else(of_another).or_else(|| through_view(tokens, outside)),
    }
}

fn changes_server(tokens: &[Token]) -> Option<&'static str> {
    const USERS: &[&str] = &["ROLE", "USER", "GROUP"];
    const OF_SERVER: &[&str] = &["DATABASE", "ROLE", "USER", "GROUP", "TABLESPACE", "PARAMETER"];
    if is(tokens, 0, &["SET"]) && is(tokens, 1, &["GLOBAL", "PERSIST", "PERSIST_ONLY"]) {
        return Some("settings of the server");
    }
    if is(tokens, 0, &["REASSIGN"]) || (is(tokens, 0, &["DROP"]) && is(tokens, 1, &["OWNED"])) {
        return Some("what users of the server own");
    }
    if is(tokens, 0, &["GRANT", "REVOKE"]) {
        // A role is given without saying on what.
        let Some(on) = (0..tokens.len()).find(|at| is(tokens, *at, &["ON"])) else {
            return Some("the roles of the server");
        };
        // `*.*` of MySQL
        let of_all = tokens.get(on + 1) == Some(&Token::Mul);
        return (of_all || is(tokens, on + 1, OF_SERVER)).then_some("rights of the server");
    }
    if is(tokens, 0, &["COMMENT", "SECURITY"]) {
        let on = (0..tokens.len()).find(|at| is(tokens, *at, &["ON"]))?;
        return is(tokens, on + 1, OF_SERVER).then_some("a comment of the server");
    }
    if !is(tokens, 0, &["CREATE", "ALTER", "DROP", "RENAME"]) {
        return None;
    }
    let kind = if is(tokens, 1, &["OR"]) { 3 } else { 1 };
    let is_mapping = is(tokens, kind + 1, &["MAPPING"]);
    if is(tokens, kind, USERS) && !is_mapping {
        Some("a user of the server")
    } else if is(tokens, kind, &["DATABASE"]) {
        Some("a database of the server")
    } else if is(tokens, kind, &["TABLESPACE"]) {
        Some("a tablespace of the server")
    } else if is(tokens, kind, &["SYSTEM"]) {
        Some("settings of the server")
    } else {
        None
    }
}

/// Whether a statement of MySQL reads and does nothing else, whatever it names.
fn only_reads(tokens: &[Token]) -> bool {
    // `REPLACE(a, 'x', 'y')` and its like are functions.
    let changes = |at: usize| {
        is(tokens, at, &["UPDATE", "DELETE", "INSERT", "REPLACE", "CALL"]) && tokens.get(at + 1) != Some(&Token::LParen)
    };
    let reads = is(tokens, 0, &["SELECT", "SHOW", "EXPLAIN", "DESC", "DESCRIBE", "VALUES", "WITH"])
        || (is(tokens, 0, &["SET"]) && !is(tokens, 1, &["STATEMENT"]));
    reads && !(0..tokens.len()).any(changes) && !has(tokens, &["ANALYZE"])
}

/// The database that a statement of MySQL changes, or goes to.
fn another<'d>(tokens: &[Token], outside: &'d Outside) -> Option<&'d str> {
    let name_at = |at: usize| outside.database(word(tokens.get(at)?)?);
    if is(tokens, 0, &["USE"]) {
        return name_at(1).map(String::as_str);
    }
    if is(tokens, 0, &["CREATE", "ALTER", "DROP"]) && is(tokens, 1, &["SCHEMA"]) {
        return (2..tokens.len()).find_map(name_at).map(String::as_str).or(Some("that it names"));
    }
    // The text may be kept in a variable first.
    let may_run_a_text =
        has(tokens, &RUN_A_TEXT) || is(tokens, 0, &["SET"]) || (has(tokens, &["INTO"]) && is(tokens, 0, &["SELECT"]));
    if may_run_a_text && let Some(name) = outside.named_in_text(tokens) {
        return Some(name);
    }
    // Whose function it calls may do anything.
    let calls = |at: usize| tokens.get(at + 3) == Some(&Token::LParen);
    let reads = only_reads(tokens);
    // In these what is read has its place; in others what is changed may stand anywhere.
    let writes_to_one = is(tokens, 0, &["INSERT", "REPLACE", "ALTER"])
        || (is(tokens, 0, &["CREATE"]) && !has(tokens, &["TRIGGER", "PROCEDURE", "FUNCTION", "EVENT"]));
    let lists = writes_to_one && !is(tokens, 0, &["ALTER"]);
    let changes = |at: &usize| {
        let at = *at;
        let is_column = tokens.get(at + 3) == Some(&Token::Period);
        let is_read = at > 0 && is(tokens, at - 1, &["FROM", "JOIN", "REFERENCES", "LIKE"]);
        // A list of tables that are read.
        let is_listed = at > 0 && tokens[at - 1] == Token::Comma && lists;
        let may_read = reads || writes_to_one && (is_read || is_column || is_listed);
        !may_read || (calls(at) && !is_read)
    };
    (0..tokens.len()).filter(changes).find_map(|at| outside.named(tokens, at)).map(String::as_str)
}

/// The view of the scratch database by which a statement of MySQL may change another one.
fn through_view(tokens: &[Token], outside: &Outside) -> Option<String> {
    if only_reads(tokens) || is(tokens, 0, &["CREATE", "DROP"]) {
        return None;
    }
    let view = tokens.iter().filter_map(word).find(|word| outside.views.contains(&word.to_lowercase()))?;
    Some(format!("what the view {view} shows of another database"))
}

/// Whether a text has a name in it, which is quickly seen.
fn mentions(text: &str, name: &str) -> bool {
    text.to_lowercase().contains(&name.to_lowercase())
}

/// Whether a statement of PostgreSQL names a schema.
fn names_schema(tokens: &[Token], schema: &str) -> bool {
    let named = |token: &Token| match token {
        Token::Word(word) if word.quote_style.is_none() => word.value.to_lowercase() == schema,
        Token::Word(word) => word.value == schema,
        _ => false,
    };
    let before = ["SCHEMA", "EXISTS", "INTO", "PATH"];
    let of_path = has(tokens, &["search_path"]);
    let leads = |at: usize| {
        named(&tokens[at])
            && (tokens.get(at + 1) == Some(&Token::Period) || of_path || (at > 0 && is(tokens, at - 1, &before)))
    };
    // A text may be a name as the catalogue has it (in capitals it is the role of all), a list of them, or a statement.
    let in_text = |token: &Token| {
        text(token).filter(|text| mentions(text, schema)).is_some_and(|text| {
            let apart = Apart::of(DbBackend::Postgres, text);
            apart.statements().iter().any(|(_, tokens)| {
                names_schema(tokens, schema)
                    || tokens
                        .split(|token| *token == Token::Comma)
                        .any(|one| matches!(one, [Token::Word(only)] if only.value == schema))
            })
        })
    };
    (0..tokens.len()).any(leads) || tokens.iter().any(in_text)
}

/// Whether a statement may set a sequence, which stays when everything else is rolled back.
fn sets_sequence(tokens: &[Token]) -> bool {
    let sets = |tokens: &[Token]| has(tokens, &["setval", "nextval"]);
    let in_text = |token: &Token| {
        text(token).is_some_and(|text| {
            Apart::of(DbBackend::Postgres, text).statements().iter().any(|(_, tokens)| sets(tokens))
        })
    };
    sets(tokens) || tokens.iter().any(in_text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn what(backend: DbBackend, sql: &str) -> Option<String> {
        let outside = Outside { databases: vec!["plant".to_owned(), "Other".to_owned()], views: BTreeSet::new() };
        Apart::of(backend, sql).statements().iter().find_map(|one| changed(backend, one, &outside))
    }

    #[test]
    fn what_is_changed_in_another_database_is_seen() {
        for sql in [
            "DELETE FROM plant.t",
            "delete from `other` . `t` where id = 1",
            "/* dump */ DROP TABLE IF EXISTS `plant`.`t`",
            "DROP TABLE a, plant.t",
            "CREATE TABLE plant.t (id int)",
            "INSERT INTO plant.t SELECT * FROM t",
            "INSERT IGNORE plant.t VALUES (1)",
            "UPDATE t JOIN plant.x USING (id) SET x.a = 1",
            "WITH c AS (SELECT 1) DELETE FROM plant.t",
            "TRUNCATE plant.t",
            "RENAME TABLE t TO plant.t",
            "ALTER TABLE t RENAME plant.t",
            "ALTER TABLE plant.t ADD COLUMN a int",
            "CREATE TRIGGER g AFTER INSERT ON t FOR EACH ROW INSERT INTO plant.log VALUES (1)",
            "CREATE INDEX i ON plant.t (a)",
            "SELECT 1; USE plant; DROP TABLE t",
            "/*M! DELETE FROM plant.t */",
            "/*M!100000 DELETE FROM plant.t */",
            "SELECT plant.f(1)",
            "SET STATEMENT max_statement_time = 1 FOR DELETE FROM plant.t",
            "CREATE SCHEMA IF NOT EXISTS more",
        ] {
            assert!(what(DbBackend::MySql, sql).is_some_and(|what| what.starts_with("the database ")), "{sql}");
        }
    }

    #[test]
    fn what_is_only_read_there_is_none() {
        for sql in [
            "INSERT INTO t SELECT id, plant.x.a FROM plant.x, other.y JOIN other.z",
            "CREATE VIEW v AS SELECT * FROM plant.t",
            "CREATE TABLE t LIKE plant.t",
            "ALTER TABLE t ADD FOREIGN KEY (a) REFERENCES plant.x (id)",
            "SELECT * FROM plant.t",
            "INSERT INTO t VALUES ('DROP TABLE plant.t')",
            "UPDATE t SET plant = 1",
            "DELETE FROM mine.t",
        ] {
            assert_eq!(what(DbBackend::MySql, sql), None, "{sql}");
        }
    }

    #[test]
    fn users_databases_and_settings_are_the_server_s() {
        for sql in ["DROP ROLE a", "CREATE USER a", "alter role a SET work_mem = '1MB'", "DROP DATABASE x"] {
            for backend in [DbBackend::Postgres, DbBackend::MySql] {
                assert!(what(backend, sql).is_some(), "{sql}");
            }
        }
        assert!(what(DbBackend::Postgres, "ALTER SYSTEM SET work_mem = '1MB'").is_some());
        assert!(what(DbBackend::MySql, "SET GLOBAL event_scheduler = ON").is_some());
        for sql in ["DROP USER MAPPING FOR a SERVER s", "GRANT SELECT ON t TO a", "CREATE SCHEMA a", "SET ROLE a"] {
            assert_eq!(what(DbBackend::Postgres, sql), None, "{sql}");
        }
    }
}
