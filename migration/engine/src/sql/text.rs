//! Looking into SQL text as far as its tokens: where values go, and whether there is more than one statement.

use std::sync::Arc;

use sea_orm::DbBackend;
use sqlparser::{
    ast,
    tokenizer::{Location, Token, TokenWithSpan, Tokenizer, Whitespace},
};

use super::{
    apart::Apart,
    parsed::{self, is_word},
};

/// `sql` with each placeholder replaced by its value; an error when they do not fit together.
pub fn with_values(backend: DbBackend, sql: &str, values: &[String]) -> Result<String, String> {
    let tokens = tokens(backend, sql).ok_or_else(|| format!("its values cannot be told apart in {sql}"))?;
    let mut places = Places::new(sql);
    let (mut text, mut copied, mut next) = (String::with_capacity(sql.len() + 64), 0, 0);
    for token in tokens {
        let Token::Placeholder(placeholder) = &token.token else { continue };
        let number = placeholder[1..].parse::<usize>().unwrap_or_else(|_| {
            next += 1;
            next
        });
        let value = number.checked_sub(1).and_then(|index| values.get(index));
        let value = value.ok_or_else(|| format!("no value was given for {placeholder} in {sql}"))?;
        let at = places.byte(token.span.start);
        text.push_str(&sql[copied..at]);
        if value.starts_with('-') && text.ends_with('-') {
            // Two of them begin a comment.
            text.push(' ');
        }
        text.push_str(value);
        copied = at + placeholder.len();
    }
    text.push_str(&sql[copied..]);
    Ok(text)
}

/// Whether the text is more than one statement, or one with statements inside; when in doubt it is.
pub fn has_several(backend: DbBackend, sql: &str) -> bool {
    if !sql.contains(';') {
        return false;
    }
    let Some(tokens) = tokens(backend, sql) else { return true };
    let after = tokens.iter().skip_while(|token| token.token != Token::SemiColon);
    after.into_iter().any(|token| !matches!(token.token, Token::SemiColon | Token::Whitespace(_)))
}

/// The first statement that ends a transaction: `COMMIT` or `ROLLBACK` and what else they are called.
pub fn ends_transaction(backend: DbBackend, sql: &str) -> Option<String> {
    let apart = top_level(backend, sql);
    let found = apart.statements().iter().find(|(_, tokens)| {
        let is = |place: usize, word: &str| tokens.get(place).is_some_and(|token| is_word(token, word));
        let to_savepoint = is(1, "TO") || ((is(1, "WORK") || is(1, "TRANSACTION")) && is(2, "TO"));
        ["COMMIT", "END", "ABORT"].iter().any(|word| is(0, word))
            || (is(0, "ROLLBACK") && !to_savepoint)
            || (is(0, "PREPARE") && is(1, "TRANSACTION"))
    });
    found.map(|(text, _)| text.clone())
}

/// Whether a statement begins a transaction.
pub fn begins_transaction(backend: DbBackend, sql: &str) -> bool {
    top_level(backend, sql).statements().iter().any(|(_, tokens)| {
        let is = |place: usize, word: &str| tokens.get(place).is_some_and(|token| is_word(token, word));
        is(0, "BEGIN") || (is(0, "START") && is(1, "TRANSACTION"))
    })
}

/// The identifiers in `CREATE INDEX` or `REINDEX` statements, whose first word is `verb`, as the catalogue has them.
pub fn identifiers_of_index(backend: DbBackend, sql: &str, verb: &str) -> Vec<String> {
    let is_verb = |tokens: &[Token]| {
        let is = |place: usize, word: &str| tokens.get(place).is_some_and(|token| is_word(token, word));
        is(0, verb) && (verb == "REINDEX" || is(1, "INDEX") || is(2, "INDEX"))
    };
    let apart = top_level(backend, sql);
    let statements = apart.statements().iter().filter(|(_, tokens)| is_verb(tokens));
    let named = statements.flat_map(|(_, tokens)| tokens).filter_map(|token| match token {
        Token::Word(word) if word.quote_style.is_some() => Some(word.value.clone()),
        Token::Word(word) => Some(word.value.to_lowercase()),
        _ => None,
    });
    named.collect()
}

/// Whether one of the statements does nothing inside a transaction, is refused there, or ends it.
pub fn minds_transactions(backend: DbBackend, sql: &str) -> bool {
    const WORDS: [&str; 12] = [
        "PRAGMA", "VACUUM", "ATTACH", "DETACH", "BEGIN", "START", "COMMIT", "END", "ROLLBACK", "LOCK", "UNLOCK", "SET",
    ];
    let first = |tokens: &[Token], word: &str| tokens.first().is_some_and(|token| is_word(token, word));
    mentions(sql, &WORDS)
        && top_level(backend, sql).statements().iter().any(|(_, tokens)| WORDS.iter().any(|word| first(tokens, word)))
}

/// Whether one of these words stands in a text, be it in a comment: where none does, no statement begins with one, and
/// nobody has to take the text apart.
fn mentions(sql: &str, words: &[&str]) -> bool {
    let mut parts = sql.as_bytes().split(|byte| !byte.is_ascii_alphabetic() && *byte != b'_');
    parts.any(|part| words.iter().any(|word| part.eq_ignore_ascii_case(word.as_bytes())))
}

/// Whether the first statement begins with that word.
pub fn begins_with(backend: DbBackend, sql: &str, word: &str) -> bool {
    let first = |(_, tokens): &(_, Vec<Token>)| tokens.first().is_some_and(|token| is_word(token, word));
    top_level(backend, sql).statements().first().is_some_and(first)
}

/// Whether a question to SQLite switches its foreign keys.
pub fn switches_foreign_keys(sql: &str) -> bool {
    top_level(DbBackend::Sqlite, sql).statements().iter().any(|(_, tokens)| match tokens.as_slice() {
        [pragma, name, _, ..] => is_word(pragma, "PRAGMA") && is_word(name, "foreign_keys"),
        _ => false,
    })
}

/// The text taken apart; `None` when it cannot be read to its end.
pub fn whole(backend: DbBackend, sql: &str) -> Option<Arc<Apart>> {
    Some(top_level(backend, sql)).filter(|apart| apart.is_whole)
}

fn top_level(backend: DbBackend, sql: &str) -> Arc<Apart> {
    Apart::of(backend, sql.trim_start_matches('\u{feff}'))
}

/// Whether a semicolon right behind the text would be part of a comment.
pub fn ends_in_comment(backend: DbBackend, sql: &str) -> bool {
    let Some(last) = sql.lines().last().filter(|line| line.contains("--") || line.contains('#')) else { return false };
    let Some(tokens) = tokens(backend, sql) else { return !last.is_empty() };
    matches!(
        tokens.last().map(|token| &token.token),
        Some(Token::Whitespace(Whitespace::SingleLineComment { .. })) | None
    )
}

/// Whether there is nothing to run: comments at most.
pub fn is_blank(backend: DbBackend, sql: &str) -> bool {
    let text = sql.trim_start();
    // Only a text that begins like a comment is worth a look. `/*!` is code to MySQL, and `/*M!` to MariaDB.
    let is_code = text.contains("/*!") || text.contains("/*M!");
    let comment = text.starts_with("--") || (text.starts_with("/*") && !is_code) || text.starts_with('#');
    text.is_empty()
        || (comment
            && tokens(backend, sql).is_some_and(|tokens| {
                tokens.iter().all(|token| matches!(token.token, Token::Whitespace(_) | Token::SemiColon))
            }))
}

fn tokens(backend: DbBackend, sql: &str) -> Option<Vec<TokenWithSpan>> {
    Tokenizer::new(parsed::grammar(backend), sql).with_unescape(false).tokenize_with_location().ok()
}

/// Byte positions for the lines and columns of tokens, in ascending order.
pub(super) struct Places<'a> {
    rest: std::str::CharIndices<'a>,
    line: u64,
    column: u64,
}

impl<'a> Places<'a> {
    pub(super) fn new(sql: &'a str) -> Self {
        Self { rest: sql.char_indices(), line: 1, column: 1 }
    }

    pub(super) fn byte(&mut self, place: Location) -> usize {
        while (self.line, self.column) < (place.line, place.column) {
            match self.rest.next() {
                Some((_, '\n')) => (self.line, self.column) = (self.line + 1, 1),
                Some(_) => self.column += 1,
                None => break,
            }
        }
        self.rest.offset()
    }
}

/// Whether all that a text does is make, change and drop objects, as far as its first words tell.
pub(crate) fn only_changes_objects(backend: DbBackend, sql: &str) -> bool {
    let apart = Apart::of(backend, sql);
    let is_one = |tokens: &[Token]| {
        let first = tokens.first();
        let changes = ["CREATE", "ALTER", "DROP", "RENAME"];
        // A temporary table goes with its session; it is not an object of the schema.
        changes.iter().any(|word| first.is_some_and(|token| is_word(token, word))) && temporary_table(tokens).is_none()
    };
    !apart.statements().is_empty() && apart.statements().iter().all(|(_, tokens)| is_one(tokens))
}

/// Whether a text is one statement that changes an object, and makes no rows: the answer says nothing then.
pub(crate) fn is_one_change_of_an_object(backend: DbBackend, sql: &str) -> bool {
    const ROWS: [&str; 3] = ["select", "values", "execute"];
    let is_without_rows = |names: Vec<String>| {
        !names.iter().any(|name| ROWS.contains(&name.as_str())) && !names.windows(2).any(|two| two == ["as", "table"])
    };
    Apart::of(backend, sql).statements().len() == 1
        && only_changes_objects(backend, sql)
        && names(backend, sql).is_some_and(is_without_rows)
}

/// Whether there may be a query in a text, as far as its words tell.
pub(crate) fn has_query(backend: DbBackend, sql: &str) -> bool {
    names(backend, sql).is_none_or(|names| names.iter().any(|name| name == "select"))
}

/// Every word and quoted name of a text, in lower case; `None` when it cannot be read to its end.
pub(crate) fn names(backend: DbBackend, sql: &str) -> Option<Vec<String>> {
    let name = |token: &Token| match token {
        Token::Word(word) => Some(word.value.to_lowercase()),
        // SQLite takes a text for a name where it needs one.
        Token::SingleQuotedString(text) => Some(text.to_lowercase()),
        _ => None,
    };
    Some(whole(backend, sql)?.statements().iter().flat_map(|(_, tokens)| tokens).filter_map(name).collect())
}

/// The tables that a text creates.
pub(crate) fn tables_created(backend: DbBackend, sql: &str) -> Vec<String> {
    let parsed = parsed::parse(backend, sql);
    let names = parsed.iter().flat_map(|one| &one.statements).filter_map(|statement| match statement {
        ast::Statement::CreateTable(create) => create.name.0.last().and_then(|part| part.as_ident()),
        _ => None,
    });
    names.map(|name| name.value.clone()).collect()
}

/// The statement that drops the temporary tables which these texts make; none where they make none. For MySQL, whose other
/// statements cannot tell them from the tables of the schema.
pub(crate) fn drop_temporary<'s>(statements: impl IntoIterator<Item = &'s str>) -> Option<String> {
    let mut names = Vec::new();
    for sql in statements {
        let apart = Apart::of(DbBackend::MySql, sql);
        names.extend(apart.statements().iter().filter_map(|(_, tokens)| temporary_table(tokens)));
    }
    names.sort_unstable();
    names.dedup();
    (!names.is_empty()).then(|| format!("DROP TEMPORARY TABLE IF EXISTS {}", names.join(", ")))
}

/// The name of the temporary table that a statement makes, as it is written.
fn temporary_table(tokens: &[Token]) -> Option<String> {
    let is =
        |at: usize, words: &[&str]| tokens.get(at).is_some_and(|token| words.iter().any(|word| is_word(token, word)));
    let kind = if is(1, &["OR"]) { 3 } else { 1 };
    let kind = if is(kind, &["GLOBAL", "LOCAL"]) { kind + 1 } else { kind };
    if !is(0, &["CREATE"]) || !is(kind, &["TEMPORARY", "TEMP"]) || !is(kind + 1, &["TABLE"]) {
        return None;
    }
    let name = if is(kind + 2, &["IF"]) { kind + 5 } else { kind + 2 };
    let parts = if tokens.get(name + 1) == Some(&Token::Period) { 3 } else { 1 };
    Some(tokens.get(name..name + parts)?.iter().map(ToString::to_string).collect())
}

/// The tables that a text drops.
pub(crate) fn tables_dropped(backend: DbBackend, sql: &str) -> Vec<String> {
    let parsed = parsed::parse(backend, sql);
    let names = parsed.iter().flat_map(|one| &one.statements).filter_map(|statement| match statement {
        ast::Statement::Drop { object_type: ast::ObjectType::Table, names, .. } => Some(names),
        _ => None,
    });
    let last = |name: &ast::ObjectName| name.0.last().and_then(|part| part.as_ident().map(|ident| ident.value.clone()));
    names.flatten().filter_map(last).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_go_to_placeholders_and_nowhere_else() {
        let sql = "SELECT '$1 é', \"$2\", $$ $1 $$, E'\\'$1' -- $1\n, $2, x-$1";
        let written = with_values(DbBackend::Postgres, sql, &["-1".into(), "'b'".into()]).unwrap();
        assert_eq!(written, "SELECT '$1 é', \"$2\", $$ $1 $$, E'\\'$1' -- $1\n, 'b', x- -1");
        for backend in [DbBackend::Sqlite, DbBackend::MySql] {
            let written = with_values(backend, "SELECT '?', ?, /* ? */ ?", &["1".into(), "2".into()]).unwrap();
            assert_eq!(written, "SELECT '?', 1, /* ? */ 2");
        }
        assert!(with_values(DbBackend::Postgres, "SELECT $2", &["1".into()]).is_err());
        assert!(with_values(DbBackend::Sqlite, "SELECT ?, ?", &["1".into()]).is_err());
    }

    #[test]
    fn semicolons_in_texts_comments_and_blocks_separate_nothing() {
        for one in ["SELECT ';'", "SELECT 1;", "SELECT 1 -- a; b", "DO $x$ a; b; $x$", "SELECT \";\" ; ; -- end"] {
            assert!(!has_several(DbBackend::Postgres, one), "{one}");
        }
        assert!(has_several(DbBackend::Postgres, "SELECT 1; SELECT 2"));
        assert!(has_several(DbBackend::MySql, "SELECT '\\';'; SELECT 2"));
        assert!(!has_several(DbBackend::MySql, "SELECT '\\'; SELECT 2'"));
    }

    #[test]
    fn the_end_of_a_transaction_is_known_by_its_statement() {
        let ends = |sql| ends_transaction(DbBackend::Postgres, sql);
        assert_eq!(
            ends("BEGIN; CREATE TABLE a (id int); /* done */ commit work;").as_deref(),
            Some("/* done */ commit work")
        );
        for sql in ["end", "ABORT", "-- x\nROLLBACK AND CHAIN", "PREPARE TRANSACTION 'a'", "\u{feff}END TRANSACTION"] {
            assert!(ends(sql).is_some(), "{sql}");
        }
        for sql in [
            "SELECT 'a; COMMIT; b'",
            "ROLLBACK TO SAVEPOINT a; ROLLBACK WORK TO a",
            "DO $$ BEGIN PERFORM 1; END $$",
            "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1; SELECT 2; END; SELECT 3",
            "COMMENT ON TABLE a IS 'x'",
            "SELECT 1 AS \"COMMIT\"",
        ] {
            assert_eq!(ends(sql), None, "{sql}");
        }
        let trigger =
            "CREATE TRIGGER t AFTER INSERT ON a BEGIN UPDATE b SET c = CASE WHEN 1 THEN 2 END; DELETE FROM d; END";
        assert_eq!(ends_transaction(DbBackend::Sqlite, trigger), None);
        for nested in [
            "CREATE TRIGGER t BEFORE INSERT ON a FOR EACH ROW BEGIN IF NEW.b THEN BEGIN SET NEW.c = 1; END; END IF; SET NEW.d = 2; END",
            "CREATE PROCEDURE p() outer_block: BEGIN DECLARE EXIT HANDLER FOR SQLEXCEPTION BEGIN ROLLBACK; END; INSERT INTO a VALUES (1); COMMIT; END",
        ] {
            assert_eq!(ends_transaction(DbBackend::MySql, nested), None, "{nested}");
            assert!(!begins_transaction(DbBackend::MySql, nested));
            assert!(ends_transaction(DbBackend::MySql, &format!("{nested}; COMMIT")).is_some(), "{nested}");
        }
        assert!(ends_transaction(DbBackend::Sqlite, &format!("{trigger}; COMMIT")).is_some());
        assert!(!minds_transactions(DbBackend::Sqlite, "INSERT INTO a VALUES ('first; set up the pump')"));
        assert!(minds_transactions(DbBackend::Sqlite, "/* a */ pragma foreign_keys = off"));
        assert!(minds_transactions(DbBackend::MySql, "CREATE TABLE a (b int);SET/**/autocommit=0"));
        assert!(!minds_transactions(
            DbBackend::Sqlite,
            "CREATE TABLE \"end\" (a text, set_by text, pending int) -- SET"
        ));
        assert!(switches_foreign_keys("PRAGMA foreign_keys(0)") && !switches_foreign_keys("PRAGMA foreign_keys"));
    }

    #[test]
    fn comments_are_seen() {
        assert!(ends_in_comment(DbBackend::Postgres, "SELECT 1 -- one"));
        assert!(ends_in_comment(DbBackend::MySql, "SELECT 1 # one"));
        assert!(!ends_in_comment(DbBackend::Postgres, "SELECT '-- one'"));
        assert!(is_blank(DbBackend::Postgres, " -- nothing\n /* here */ ; "));
        assert!(!is_blank(DbBackend::MySql, "/*!40101 SET NAMES utf8 */"));
        assert!(!is_blank(DbBackend::Postgres, "-- first\nSELECT 1"));
    }
}
