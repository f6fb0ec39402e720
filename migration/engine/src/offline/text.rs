//! Looking into SQL text as far as its tokens: where values go, and whether there is more than one statement.

use sea_orm::DbBackend;
use sqlparser::{
    dialect::{Dialect, MySqlDialect, PostgreSqlDialect, SQLiteDialect},
    tokenizer::{Location, Token, TokenWithSpan, Tokenizer, Whitespace},
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
    // Only a text that begins like a comment is worth a look. `/*!` is code to MySQL.
    let comment = text.starts_with("--") || (text.starts_with("/*") && !text.contains("/*!")) || text.starts_with('#');
    text.is_empty()
        || (comment
            && tokens(backend, sql).is_some_and(|tokens| {
                tokens.iter().all(|token| matches!(token.token, Token::Whitespace(_) | Token::SemiColon))
            }))
}

fn tokens(backend: DbBackend, sql: &str) -> Option<Vec<TokenWithSpan>> {
    let dialect: &dyn Dialect = match backend {
        DbBackend::MySql => &MySqlDialect {},
        DbBackend::Sqlite => &SQLiteDialect {},
        _ => &PostgreSqlDialect {},
    };
    Tokenizer::new(dialect, sql).with_unescape(false).tokenize_with_location().ok()
}

/// Byte positions for the lines and columns of tokens, in ascending order.
struct Places<'a> {
    rest: std::str::CharIndices<'a>,
    line: u64,
    column: u64,
}

impl<'a> Places<'a> {
    fn new(sql: &'a str) -> Self {
        Self { rest: sql.char_indices(), line: 1, column: 1 }
    }

    fn byte(&mut self, place: Location) -> usize {
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
    fn comments_are_seen() {
        assert!(ends_in_comment(DbBackend::Postgres, "SELECT 1 -- one"));
        assert!(ends_in_comment(DbBackend::MySql, "SELECT 1 # one"));
        assert!(!ends_in_comment(DbBackend::Postgres, "SELECT '-- one'"));
        assert!(is_blank(DbBackend::Postgres, " -- nothing\n /* here */ ; "));
        assert!(!is_blank(DbBackend::MySql, "/*!40101 SET NAMES utf8 */"));
        assert!(!is_blank(DbBackend::Postgres, "-- first\nSELECT 1"));
    }
}
