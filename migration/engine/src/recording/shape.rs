//! What of a statement the code decides, and not the clock, the environment, the crate's version or the order of a map.
//!
//! - A statement about the schema counts by its words and values, without dates and versions ([`undated`]), in any order.
//! - A statement about rows, settings, comments or rights counts by its words alone: which tables, columns and functions
//!   it names. Its values, how often it is given and in which order are left out, and so is who gets a right.

use std::collections::BTreeSet;

use sea_orm::DbBackend;
use sqlparser::tokenizer::Token;

use super::{
    checksum::normalised,
    undated::{undated, undated_name},
};
use crate::sql::{parsed::is_word, text};

/// Characters of a statement that are shown.
const SHOWN: usize = 100;

/// First words of statements that count by their words alone.
const BY_WORDS: [&str; 12] =
    ["INSERT", "UPDATE", "DELETE", "REPLACE", "MERGE", "COPY", "LOAD", "WITH", "SET", "COMMENT", "GRANT", "REVOKE"];

/// A statement, as far as the code decides it.
pub struct Shape {
    /// Equal for equal statements.
    pub canonical: String,
    /// The statement as a message or a table may have it: on one line, not long, and without texts, which may be secrets.
    pub shown: String,
}

/// The shapes of the statements in a text.
pub fn shapes(backend: DbBackend, sql: &str) -> Vec<Shape> {
    let Some(apart) = text::whole(backend, sql) else {
        // Only what can be read can be told apart.
        let first = sql.split_whitespace().next().unwrap_or_default();
        return vec![Shape { canonical: undated(sql), shown: format!("{first} …") }];
    };
    let statements = apart.statements().iter();
    statements.map(|(_, tokens)| Shape { canonical: canonical(tokens), shown: shown(tokens) }).collect()
}

fn canonical(tokens: &[Token]) -> String {
    let is = |place: usize, words: &[&str]| {
        tokens.get(place).is_some_and(|token| words.iter().any(|word| is_word(token, word)))
    };
    let of_roles = is(0, &["CREATE", "ALTER", "DROP"]) && is(1, &["ROLE", "USER", "GROUP"]);
    let of_rights = of_roles || is(0, &["GRANT", "REVOKE"]);
    let by_words = of_rights || is(0, &BY_WORDS);
    let mut parts = Vec::new();
    for (place, token) in tokens.iter().enumerate() {
        let follows = |words: &[&str]| place > 0 && is(place - 1, words);
        let is_role = (of_rights && follows(&["TO", "FROM", "ROLE", "USER", "GROUP"]))
            || (follows(&["TO"]) && place > 1 && is(place - 2, &["OWNER"]));
        // `'a'::text`: the type belongs to the value.
        let is_type = follows_cast(tokens, place);
        if !is_role && !(by_words && (is_value(token) || is_type || is_between(token))) {
            parts.push(part(token));
        }
    }
    if by_words {
        let verb = parts.first().cloned().unwrap_or_default();
        let words: BTreeSet<String> = parts.into_iter().collect();
        return std::iter::once(verb).chain(words).collect::<Vec<_>>().join("\n");
    }
    parts.sort_unstable();
    parts.join("\n")
}

/// The text of a literal.
fn literal(token: &Token) -> Option<&str> {
    match token {
        Token::SingleQuotedString(text)
        | Token::DoubleQuotedString(text)
        | Token::SingleQuotedByteStringLiteral(text)
        | Token::DoubleQuotedByteStringLiteral(text)
        | Token::NationalStringLiteral(text)
        | Token::EscapedStringLiteral(text)
        | Token::UnicodeStringLiteral(text)
        | Token::HexStringLiteral(text) => Some(text),
        Token::DollarQuotedString(text) => Some(&text.value),
        _ => None,
    }
}

fn is_value(token: &Token) -> bool {
    let is_number = matches!(token, Token::Number(..));
    is_number || literal(token).is_some() || ["NULL", "TRUE", "FALSE"].iter().any(|word| is_word(token, word))
}

/// What there is more or less of with the number of values.
fn is_between(token: &Token) -> bool {
    matches!(token, Token::Comma | Token::LParen | Token::RParen | Token::Minus | Token::Plus | Token::DoubleColon)
}

fn follows_cast(tokens: &[Token], place: usize) -> bool {
    let cast = |place: usize| place.checked_sub(1).is_some_and(|before| tokens[before] == Token::DoubleColon);
    cast(place) || (is_word(&tokens[place], "PRECISION") && place.checked_sub(1).is_some_and(cast))
}

fn part(token: &Token) -> String {
    match token {
        Token::Word(word) if word.quote_style.is_none() => undated_name(&word.value.to_lowercase()),
        Token::Word(word) => undated_name(&word.value),
        Token::Number(number, _) => undated(number),
        other => match literal(other) {
            // What an editor or a checkout may change in a text of several lines without anybody wanting it.
            Some(text) => {
                format!("'{}'", undated(&normalised(text)))
            }
            None => other.to_string(),
        },
    }
}

/// A statement as a message may have it: on one line, not long, and without texts, which may be secrets.
pub(crate) fn shown(tokens: &[Token]) -> String {
    let mut text = String::new();
    for (place, token) in tokens.iter().enumerate() {
        let before = place.checked_sub(1).map(|before| &tokens[before]);
        let opens = matches!(before, None | Some(Token::LParen | Token::Period | Token::DoubleColon));
        // `varchar(9)`
        let is_size = *token == Token::LParen
            && matches!(tokens.get(place + 1), Some(Token::Number(..)))
            && before.is_some_and(|before| matches!(before, Token::Word(_)) && !is_word(before, "VALUES"));
        let closes = matches!(token, Token::RParen | Token::Comma | Token::Period | Token::DoubleColon);
        if !opens && !closes && !is_size {
            text.push(' ');
        }
        text.push_str(&if literal(token).is_some() { "'…'".to_owned() } else { token.to_string() });
    }
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn same(one: &str, other: &str) -> bool {
        let of = |sql| shapes(DbBackend::Postgres, sql).into_iter().map(|shape| shape.canonical).collect::<Vec<_>>();
        of(one) == of(other)
    }

    #[test]
    fn rights_count_without_who_gets_them() {
        assert!(same("GRANT SELECT ON a TO x", "GRANT SELECT ON a TO y"));
        assert!(!same("GRANT SELECT ON a TO x", "GRANT ALL ON a TO x"));
        assert!(same("CREATE ROLE x LOGIN PASSWORD 'a'", "CREATE ROLE y LOGIN PASSWORD 'b'"));
        assert!(same("ALTER TABLE a OWNER TO x", "ALTER TABLE a OWNER TO y"));
        assert!(!same("ALTER TABLE a RENAME TO x", "ALTER TABLE a RENAME TO y"));
    }

    #[test]
    fn values_of_rows_count_for_nothing_and_their_conditions_do() {
        assert!(same(
            "INSERT INTO a VALUES ('{}'::jsonb, 1.5)",
            "INSERT INTO a VALUES (NULL, 'NaN'::double precision)"
        ));
        assert!(!same("DELETE FROM a WHERE b > 1", "DELETE FROM a WHERE b < 1"));
        assert!(!same("INSERT INTO a VALUES (now())", "INSERT INTO a VALUES (1)"));
        assert!(!same("SELECT setval('s', 1)", "SELECT setval('s', 2)"));
        assert!(!same("CREATE TABLE a (b int4)", "CREATE TABLE a (b int8)"));
    }

    #[test]
    fn texts_are_not_shown() {
        let shown = |sql: &str| shapes(DbBackend::Postgres, sql).remove(0).shown;
        assert_eq!(shown("CREATE ROLE x\n PASSWORD E'a\\'b'"), "CREATE ROLE x PASSWORD '…'");
        assert_eq!(shown("CREATE TABLE \"A\".b (c numeric(3, 1))"), "CREATE TABLE \"A\".b (c numeric(3, 1))");
        assert_eq!(shown("DO $$ it's"), "DO …", "cannot be read");
    }
}
