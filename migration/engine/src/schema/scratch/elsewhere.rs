//! What a revision would change outside of the database that it is tried in.
//!
//! A trial is to leave no trace. But a name with its database in front, and `USE`, lead out of a scratch database of MySQL,
//! also home to the live one; and users, roles and databases belong to the whole server. Such a revision is not tried.

use migration_timescale::Dialect;
use sea_orm::{ConnectionTrait, DbBackend, DbErr};
use sqlparser::tokenizer::Token;

use crate::sql::{
    apart::{Apart, Piece},
    parsed::is_word,
    rows,
};

/// Databases of the server itself that are only read.
const DATABASES: &str = "SELECT SCHEMA_NAME AS name FROM information_schema.SCHEMATA \
     WHERE SCHEMA_NAME NOT IN ('information_schema', 'performance_schema', 'sys') AND NOT SCHEMA_NAME <=> DATABASE()";

/// An error when one of these statements would change something else than the scratch database that `db` leads to.
pub(super) async fn refuse_changes<C: ConnectionTrait>(db: &C, statements: &[String]) -> Result<(), DbErr> {
    let backend = db.get_database_backend();
    let databases = match Dialect::of(backend) {
        Dialect::MySql if !statements.iter().any(|sql| may_name_databases(sql)) => Vec::new(),
        Dialect::MySql => {
            let found = rows(db, DATABASES).await?;
            found.iter().map(|row| row.try_get("", "name")).collect::<Result<Vec<String>, _>>()?
        }
        // Another database cannot be named there.
        Dialect::Postgres => Vec::new(),
        // A database in memory attaches no files.
        Dialect::Sqlite => return Ok(()),
    };
    let found = statements.iter().find_map(|sql| {
        let apart = Apart::of(backend, sql);
        apart.statements().iter().find_map(|piece| changed(backend, piece, &databases))
    });
    found.map_or(Ok(()), |(what, text)| {
        let begin: String = text.chars().take(60).collect();
        let more = if begin == text { "" } else { "…" };
        Err(DbErr::Migration(format!(
            "it cannot be tried, because a trial would really change {what}, with `{begin}{more}`; leave the database's \
             own name out of it, and give what belongs to others or to the whole server a script of its own"
        )))
    })
}

/// Whether there is a name with another one in front, or `USE`: asking for databases takes a round trip.
fn may_name_databases(sql: &str) -> bool {
    let apart = Apart::of(DbBackend::MySql, sql);
    apart.statements().iter().any(|(_, tokens)| is(tokens, 0, &["USE"]) || tokens.contains(&Token::Period))
}

/// What a statement changes outside of its database.
fn changed(backend: DbBackend, (text, tokens): &Piece, databases: &[String]) -> Option<(String, String)> {
    let of_server = || changes_server(tokens).map(str::to_owned);
    let of_another = || another(tokens, databases).map(|name| format!("the database {name}"));
    let what = match Dialect::of(backend) {
        Dialect::Postgres | Dialect::Sqlite => of_server(),
        Dialect::MySql => of_server().or_else(of_another),
    };
    what.map(|what| (what, text.clone()))
}

fn is(tokens: &[Token], at: usize, words: &[&str]) -> bool {
    tokens.get(at).is_some_and(|token| words.iter().any(|word| is_word(token, word)))
}

fn changes_server(tokens: &[Token]) -> Option<&'static str> {
    if is(tokens, 0, &["SET"]) && is(tokens, 1, &["GLOBAL", "PERSIST", "PERSIST_ONLY"]) {
        return Some("settings of the server");
    }
    if !is(tokens, 0, &["CREATE", "ALTER", "DROP", "RENAME"]) {
        return None;
    }
    let kind = if is(tokens, 1, &["OR"]) { 3 } else { 1 };
    let is_mapping = is(tokens, kind + 1, &["MAPPING"]);
    if is(tokens, kind, &["ROLE", "USER", "GROUP"]) && !is_mapping {
        Some("a user of the server")
    } else if is(tokens, kind, &["DATABASE"]) {
        Some("a database of the server")
    } else if is(tokens, kind, &["SYSTEM"]) {
        Some("settings of the server")
    } else {
        None
    }
}

/// The database that a statement of MySQL changes, or goes to.
fn another<'d>(tokens: &[Token], databases: &'d [String]) -> Option<&'d str> {
    let named = |at: usize| match tokens.get(at) {
        Some(Token::Word(word)) => databases.iter().find(|name| name.eq_ignore_ascii_case(&word.value)),
        _ => None,
    };
    if is(tokens, 0, &["USE"]) {
        return named(1).map(String::as_str);
    }
    if is(tokens, 0, &["CREATE", "ALTER", "DROP"]) && is(tokens, 1, &["SCHEMA"]) {
        return (2..tokens.len()).find_map(named).map(String::as_str).or(Some("that it names"));
    }
    let has = |words: &[&str]| (0..tokens.len()).any(|at| is(tokens, at, words));
    let reads = is(tokens, 0, &["SELECT", "SHOW", "EXPLAIN", "DESC", "DESCRIBE", "SET", "VALUES", "LOCK", "ANALYZE"])
        || is(tokens, 0, &["WITH"]) && !has(&["UPDATE", "DELETE", "INSERT", "REPLACE"]);
    if reads {
        return None;
    }
    // What it may change stands anywhere in these.
    let anywhere = is(tokens, 0, &["UPDATE", "DELETE", "WITH"])
        || is(tokens, 0, &["CREATE"]) && has(&["TRIGGER", "PROCEDURE", "FUNCTION", "EVENT"]);
    let changes = |at: &usize| {
        let at = *at;
        let is_first = tokens.get(at + 1) == Some(&Token::Period) && (at == 0 || tokens[at - 1] != Token::Period);
        let is_column = tokens.get(at + 3) == Some(&Token::Period);
        let is_read = at > 0 && is(tokens, at - 1, &["FROM", "JOIN", "REFERENCES", "LIKE"]);
        // A list of tables that are read.
        let is_listed = at > 0 && tokens[at - 1] == Token::Comma && !is(tokens, 0, &["DROP", "RENAME", "TRUNCATE"]);
        is_first && (anywhere || !(is_read || is_column || is_listed))
    };
    (0..tokens.len()).filter(changes).find_map(named).map(String::as_str)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn what(backend: DbBackend, sql: &str) -> Option<String> {
        let databases = ["plant".to_owned(), "Other".to_owned()];
        Apart::of(backend, sql)
            .statements()
            .iter()
            .find_map(|one| changed(backend, one, &databases))
            .map(|(what, _)| what)
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
