//! A text as its tokens, each with where it is: what has no token of its own, space and comments, is between them.
//!
//! For definitions that a server keeps as they were written: what they say is compared, not how.

use std::{any::TypeId, collections::BTreeSet, sync::LazyLock};

use migration_timescale::Dialect;
use sea_orm::DbBackend;
use sqlparser::{
    dialect::{Dialect as Grammar, MySqlDialect},
    tokenizer::{Token, Tokenizer, Whitespace, Word},
};

use super::{line::one_line, parsed, text::Places};

/// A token.
#[derive(Debug)]
pub(crate) struct Lexed<'a> {
    pub(crate) token: Token,
    /// As it is written.
    pub(crate) text: &'a str,
    /// Its first byte.
    pub(crate) at: usize,
}

impl Lexed<'_> {
    /// Behind its last byte.
    pub(crate) fn end(&self) -> usize {
        self.at + self.text.len()
    }

    /// Whether it is this word, without quotes.
    pub(crate) fn is(&self, word: &str) -> bool {
        parsed::is_word(&self.token, word)
    }

    /// The name that it is, without its quotes.
    pub(crate) fn name(&self) -> Option<String> {
        match &self.token {
            Token::Word(word) => Some(match word.quote_style {
                Some('[') | None => word.value.clone(),
                Some(quote) => word.value.replace(&format!("{quote}{quote}"), &quote.to_string()),
            }),
            // SQLite takes a text for a name where it needs one.
            Token::SingleQuotedString(text) => Some(text.replace("''", "'")),
            _ => None,
        }
    }
}

/// MySQL's grammar, with a comment that is code to some versions as one token.
#[derive(Debug)]
struct MySqlText;

impl Grammar for MySqlText {
    fn dialect(&self) -> TypeId {
        MySqlDialect {}.dialect()
    }

    fn is_identifier_start(&self, letter: char) -> bool {
        MySqlDialect {}.is_identifier_start(letter)
    }

    fn is_identifier_part(&self, letter: char) -> bool {
        MySqlDialect {}.is_identifier_part(letter)
    }

    fn is_delimited_identifier_start(&self, letter: char) -> bool {
        MySqlDialect {}.is_delimited_identifier_start(letter)
    }

    fn supports_string_literal_backslash_escape(&self) -> bool {
        true
    }

    fn supports_numeric_prefix(&self) -> bool {
        true
    }

    fn requires_single_line_comment_whitespace(&self) -> bool {
        true
    }
}

/// The tokens of a text; `None` when it cannot be read to its end.
pub(crate) fn lexed(backend: DbBackend, sql: &str) -> Option<Vec<Lexed<'_>>> {
    let grammar = match Dialect::of(backend) {
        Dialect::MySql => &MySqlText,
        Dialect::Postgres | Dialect::Sqlite => parsed::grammar(backend),
    };
    let tokens = Tokenizer::new(grammar, sql).with_unescape(false).tokenize_with_location().ok()?;
    let mut places = Places::new(sql);
    let starts: Vec<usize> = tokens.iter().map(|token| places.byte(token.span.start)).chain([sql.len()]).collect();
    let mut found = Vec::new();
    for (token, ends) in tokens.into_iter().zip(starts.windows(2)) {
        let is_code = |comment: &str| comment.starts_with(['!', '+']) || comment.starts_with("M!");
        match &token.token {
            Token::Whitespace(Whitespace::MultiLineComment(comment)) if is_code(comment) => {}
            Token::Whitespace(_) | Token::EOF => continue,
            _ => {}
        }
        found.push(Lexed { text: sql[ends[0]..ends[1]].trim_end(), at: ends[0], token: token.token });
    }
    Some(found)
}

/// The text with a space in place of each comment.
pub(crate) fn without_comments(backend: DbBackend, sql: &str) -> String {
    let Some(tokens) = lexed(backend, sql) else { return sql.to_owned() };
    let (mut text, mut end) = (String::with_capacity(sql.len()), 0);
    for Lexed { at, text: token, .. } in tokens {
        let between = &sql[end..at];
        text.push_str(if between.trim().is_empty() { between } else { " " });
        text.push_str(token);
        end = at + token.len();
    }
    text
}

/// What is another thing, or nothing, without quotes: the keywords of SQLite, with those for true and false.
static SQLITE_KEYWORDS: LazyLock<BTreeSet<&str>> =
    LazyLock::new(|| include_str!("sqlite_keywords.txt").split_ascii_whitespace().collect());

/// A name of SQLite that is in quotes and needs none, without them. When a table is renamed SQLite puts quotes around its
/// name everywhere. In quotes it is a text where there is no such column; columns are compared by themselves.
fn without_needless_quotes(token: &Lexed<'_>) -> Option<String> {
    let Token::Word(Word { quote_style: Some(_), .. }) = &token.token else { return None };
    let name = token.name()?;
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    let is_word = name.chars().all(is_plain) && !name.starts_with(|first: char| first.is_ascii_digit());
    (is_word && !name.is_empty() && !SQLITE_KEYWORDS.contains(name.to_ascii_uppercase().as_str())).then_some(name)
}

/// The text without comments and needless quotes and with the same space everywhere, a statement a line: texts that say the
/// same are equal.
pub(crate) fn canonical(backend: DbBackend, sql: &str) -> String {
    let Some(tokens) = lexed(backend, sql) else { return one_line(sql) };
    let mut text = String::with_capacity(sql.len());
    let mut apart = false;
    for token in tokens {
        let closes = matches!(token.token, Token::RParen | Token::Comma | Token::Period | Token::SemiColon);
        if apart && !closes {
            text.push(' ');
        }
        let bare = if backend == DbBackend::Sqlite { without_needless_quotes(&token) } else { None };
        text.push_str(bare.as_deref().unwrap_or(token.text));
        apart = !matches!(token.token, Token::LParen | Token::Period | Token::SemiColon);
        if token.token == Token::SemiColon {
            text.push('\n');
        }
    }
    text.truncate(text.trim_end().len());
    text
}

/// A `CREATE TABLE` at its outer commas.
pub(crate) struct Parts<'a> {
    /// What stands before the bracket; all of it where there is none.
    pub(crate) before: &'a str,
    /// The tokens of each column and constraint.
    pub(crate) elements: Vec<Vec<Lexed<'a>>>,
    /// The tokens behind the bracket.
    pub(crate) after: Vec<Lexed<'a>>,
}

impl<'a> Parts<'a> {
    /// `None` when it cannot be read to its end.
    pub(crate) fn of(backend: DbBackend, sql: &'a str) -> Option<Self> {
        let (mut before, mut depth) = (sql, 0_usize);
        let (mut elements, mut after): (Vec<Vec<Lexed<'a>>>, Vec<Lexed<'a>>) = (Vec::new(), Vec::new());
        let mut is_over = false;
        for token in lexed(backend, sql)? {
            match token.token {
                _ if is_over => after.push(token),
                Token::LParen if depth == 0 => {
                    before = &sql[..token.at];
                    elements.push(Vec::new());
                    depth = 1;
                }
                Token::RParen if depth == 1 => is_over = true,
                Token::Comma if depth == 1 => elements.push(Vec::new()),
                _ => {
                    match token.token {
                        Token::LParen => depth += 1,
                        Token::RParen => depth = depth.saturating_sub(1),
                        _ => {}
                    }
                    if let Some(element) = elements.last_mut() {
                        element.push(token);
                    }
                }
            }
        }
        Some(Self { before, elements, after })
    }
}

/// The text from the first of some tokens to the last.
pub(crate) fn slice<'a>(sql: &'a str, tokens: &[Lexed<'_>]) -> &'a str {
    match (tokens.first(), tokens.last()) {
        (Some(first), Some(last)) => &sql[first.at..last.end()],
        _ => "",
    }
}

/// The tokens outside of inner brackets, with their place among all.
pub(crate) fn outer<'t, 'a>(tokens: &'t [Lexed<'a>]) -> impl Iterator<Item = (usize, &'t Lexed<'a>)> {
    let mut depth = 0_usize;
    tokens.iter().enumerate().filter(move |(_, token)| {
        match token.token {
            Token::LParen => depth += 1,
            Token::RParen => depth = depth.saturating_sub(1),
            _ => return depth == 0,
        }
        false
    })
}

/// A statement of PostgreSQL that makes or drops an index, as it can be given inside a transaction: without `CONCURRENTLY`, and
/// without TimescaleDB's transaction for each chunk. `None` where it has neither.
pub(crate) fn index_in_transaction(sql: &str) -> Option<String> {
    let tokens = lexed(DbBackend::Postgres, sql)?;
    let (verb, rest) = tokens.split_first()?;
    let words = rest.iter().take(3);
    if !(verb.is("CREATE") || verb.is("DROP")) || !words.clone().any(|word| word.is("INDEX")) {
        return None;
    }
    let concurrently = words.clone().find(|word| word.is("CONCURRENTLY")).map(|word| word.at..word.end());
    let option = tokens.windows(6).find(|part| {
        part[0].is("WITH")
            && part[2].is("timescaledb")
            && part[4].is("transaction_per_chunk")
            && part[5].token == Token::RParen
    });
    let option = option.map(|part| part[0].at..part[5].end());
    let mut text = sql.to_owned();
    for cut in option.into_iter().chain(concurrently) {
        text.replace_range(cut, "");
    }
    (text != sql).then_some(text)
}

/// The text without the name of the schema or database before other names: what people wrote, in literals and in the
/// bodies of functions, stays.
pub(crate) fn without_schema(backend: DbBackend, sql: &str, schema: &str) -> String {
    let Some(tokens) = lexed(backend, sql) else { return sql.to_owned() };
    let (mut short, mut copied) = (String::with_capacity(sql.len()), 0);
    for (at, token) in tokens.iter().enumerate() {
        let is_first = at == 0 || tokens[at - 1].token != Token::Period;
        let follows = tokens.get(at + 1).filter(|next| next.token == Token::Period && next.at == token.end());
        if let Some(period) = follows.filter(|_| is_first && token.name().as_deref() == Some(schema)) {
            short.push_str(&sql[copied..token.at]);
            copied = period.end();
        }
    }
    short.push_str(&sql[copied..]);
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_space_say_nothing() {
        let one = "CREATE TABLE t (a int /* it's, ( */ CHECK(a>0), -- don't\n \"q\"\"uote\" text, [b,c] text)";
        let other = "CREATE  TABLE t(a int CHECK (a > 0),\"q\"\"uote\" text,[b,c] text)";
        assert_eq!(canonical(DbBackend::Sqlite, one), canonical(DbBackend::Sqlite, other));
        assert_eq!(
            canonical(DbBackend::Sqlite, other),
            "CREATE TABLE t (a int CHECK (a > 0), \"q\"\"uote\" text, [b,c] text)"
        );
        let quoted =
            "CREATE INDEX \"i-a\" ON \"t\" ([a], `b` DESC, \"a b\", \"order\", \"2nd\", \"\") WHERE \"a\" = 'b'";
        assert_eq!(
            canonical(DbBackend::Sqlite, quoted),
            "CREATE INDEX \"i-a\" ON t (a, b DESC, \"a b\", \"order\", \"2nd\", \"\") WHERE a = 'b'"
        );
        let body = "BEGIN /* it's */ SET @x = '-- a'; # done\n SELECT 1; /*M!100201 SELECT 2 */ END";
        assert_eq!(canonical(DbBackend::MySql, body), "BEGIN SET @x = '-- a';\nSELECT 1;\n/*M!100201 SELECT 2 */ END");
    }

    #[test]
    fn an_index_goes_without_what_needs_transactions_of_its_own() {
        for (sql, inside) in [
            ("CREATE UNIQUE INDEX CONCURRENTLY \"i\" ON t (a)", Some("CREATE UNIQUE INDEX  \"i\" ON t (a)")),
            ("drop index concurrently i", Some("drop index  i")),
            (
                "CREATE INDEX i ON t (a) WITH (timescaledb.transaction_per_chunk) WHERE b > 0",
                Some("CREATE INDEX i ON t (a)  WHERE b > 0"),
            ),
            ("CREATE INDEX \"CONCURRENTLY\" ON t (a)", None),
            ("SELECT 'CREATE INDEX CONCURRENTLY'", None),
        ] {
            assert_eq!(index_in_transaction(sql).as_deref(), inside, "{sql}");
        }
    }

    #[test]
    fn a_table_is_cut_at_its_outer_commas() {
        let sql =
            "CREATE TABLE [a(b] (x text DEFAULT ',)', -- , it's\n [c,d] decimal(5, 2) CHECK (x IN ('a', 'b'))) STRICT";
        let parts = Parts::of(DbBackend::Sqlite, sql).unwrap();
        let elements: Vec<&str> = parts.elements.iter().map(|element| slice(sql, element)).collect();
        assert_eq!(elements, ["x text DEFAULT ',)'", "[c,d] decimal(5, 2) CHECK (x IN ('a', 'b'))"]);
        assert_eq!((parts.before, slice(sql, &parts.after)), ("CREATE TABLE [a(b] ", "STRICT"));
        assert_eq!(parts.elements[1][0].name().as_deref(), Some("c,d"));
    }

    #[test]
    fn only_the_server_s_own_mention_of_the_schema_goes() {
        let short = |sql: &str, schema: &str| without_schema(DbBackend::Postgres, sql, schema);
        let index = "CREATE INDEX \"i's\" ON public.t USING btree (a) WHERE (b <> 'public.x'::text)";
        assert_eq!(short(index, "public"), "CREATE INDEX \"i's\" ON t USING btree (a) WHERE (b <> 'public.x'::text)");
        assert_eq!(short("SELECT notpublic.a, x.public.b, \"My s\".c", "My s"), "SELECT notpublic.a, x.public.b, c");
        let function = "CREATE FUNCTION public.f()\n RETURNS public.t\nAS $function$ SELECT public.t $function$";
        assert_eq!(
            short(function, "public"),
            "CREATE FUNCTION f()\n RETURNS t\nAS $function$ SELECT public.t $function$"
        );
        let view = "select `home`.`t`.`a` AS `home` from `home`.`t`";
        assert_eq!(without_schema(DbBackend::MySql, view, "home"), "select `t`.`a` AS `home` from `t`");
    }
}
