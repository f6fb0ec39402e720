//! Quoting for PostgreSQL, for the few places where a name or value is not a bind parameter.

use crate::Dialect;

/// `name` as a quoted identifier; a dot is part of the name.
pub fn identifier(name: &str) -> String {
    Dialect::Postgres.quote(name)
}

/// `name` as the text of a `regclass` argument: quoted inside only where folding to lower case would change it.
pub fn regclass(name: &str) -> String {
    let plain = name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
        && !name.starts_with(|c: char| c.is_ascii_digit());
    literal(&if plain { name.to_owned() } else { identifier(name) })
}

/// `text` as a string literal.
pub fn literal(text: &str) -> String {
    let quoted = text.replace('\'', "''");
    if quoted.contains('\\') { format!("E'{}'", quoted.replace('\\', "\\\\")) } else { format!("'{quoted}'") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_cannot_be_escaped_from() {
        assert_eq!(identifier("a\"b"), "\"a\"\"b\"");
        assert_eq!(literal("it's"), "'it''s'");
        assert_eq!(literal("a\\' OR"), "E'a\\\\'' OR'");
    }
}
