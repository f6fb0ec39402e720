//! SQL text taken apart: one [`Parsed`] for each statement, with what sqlparser makes of it and with the clauses of
//! TimescaleDB and PostgreSQL that sqlparser does not know.

use std::{collections::BTreeMap, ops::Range, sync::Arc};

use migration_timescale::Dialect;
use sea_orm::DbBackend;
use sqlparser::{
    ast,
    dialect::{Dialect as Grammar, MySqlDialect, PostgreSqlDialect, SQLiteDialect},
    keywords::Keyword,
    parser::Parser,
    tokenizer::{Location, Token, Tokenizer, Whitespace},
};

use super::apart::{Apart, Piece};

/// One statement.
#[derive(Clone, Debug)]
pub struct Parsed {
    /// Its text, without the semicolon.
    pub text: String,
    /// Its tokens, without space and comments.
    pub tokens: Vec<Token>,
    /// Options of TimescaleDB in `WITH (…)` or `SET (…)`, by name without the prefix `timescaledb.` or `tsdb.`.
    pub options: BTreeMap<String, String>,
    /// `CONCURRENTLY` of an index or a refresh.
    pub concurrently: bool,
    /// `WITH [NO] DATA` at the end.
    pub with_data: Option<bool>,
    /// The statement as sqlparser reads it, without what is above; several for an `ALTER TABLE` that it could only read
    /// piece by piece; none when it could not be read.
    pub statements: Vec<ast::Statement>,
}

/// A call of a function or procedure.
#[derive(Clone, Debug)]
pub struct Call {
    arguments: Vec<(Option<String>, Vec<Token>)>,
}

impl Call {
    /// The argument with this name, or else the positional one at this place, counted from 0.
    pub fn argument(&self, name: &str, place: usize) -> Option<&[Token]> {
        let named = self.arguments.iter().find(|(given, _)| given.as_deref() == Some(name));
        let placed = || self.arguments.get(place).filter(|(given, _)| given.is_none());
        named.or_else(placed).map(|(_, tokens)| tokens.as_slice())
    }
}

/// Takes a text apart that may hold several statements.
pub fn parse(backend: DbBackend, sql: &str) -> Arc<[Parsed]> {
    Apart::of(backend, sql).parsed()
}

/// How sqlparser reads the SQL of a backend.
pub fn grammar(backend: DbBackend) -> &'static dyn Grammar {
    match Dialect::of(backend) {
        Dialect::MySql => &MySqlDialect {},
        Dialect::Sqlite => &SQLiteDialect {},
        Dialect::Postgres => &PostgreSqlDialect {},
    }
}

/// The tokens of a text, without space and comments; as many as can be read.
pub fn tokens(backend: DbBackend, sql: &str) -> Vec<Token> {
    let mut found = Vec::new();
    // What was read before a mistake is kept.
    let _ = Tokenizer::new(grammar(backend), sql).tokenize_with_location_into_buf(&mut found);
    let known = found.into_iter().flat_map(|token| match token.token {
        Token::Whitespace(Whitespace::MultiLineComment(comment)) => code_of_mariadb(backend, &comment),
        Token::Whitespace(_) => Vec::new(),
        other => vec![other],
    });
    known.collect()
}

/// The tokens of a text with their places in it, without space and comments; as many as can be read.
pub fn placed(backend: DbBackend, sql: &str) -> Vec<(Token, Range<usize>)> {
    let mut found = Vec::new();
    let _ = Tokenizer::new(grammar(backend), sql).tokenize_with_location_into_buf(&mut found);
    let lines = line_starts(sql);
    let place = |at| offset(sql, &lines, at);
    let tokens = found.into_iter().filter(|token| !matches!(token.token, Token::Whitespace(_) | Token::EOF));
    tokens.map(|token| (token.token, place(token.span.start)..place(token.span.end))).collect()
}

/// Splits at semicolons outside of quotes, dollar quotes and comments. Says whether the text can be read to its end.
pub(super) fn split(backend: DbBackend, sql: &str) -> (Vec<Piece>, bool) {
    let mut found = Vec::new();
    let read = Tokenizer::new(grammar(backend), sql).tokenize_with_location_into_buf(&mut found);
    // An escape in a text may be one that only the server knows.
    let is_whole = read.is_ok() || Tokenizer::new(grammar(backend), sql).with_unescape(false).tokenize().is_ok();
    let lines = line_starts(sql);
    let (mut statements, mut tokens, mut start) = (Vec::new(), Vec::new(), 0);
    let mut finish = |tokens: &mut Vec<Token>, text: &str| {
        if !tokens.is_empty() {
            statements.push((text.trim().to_owned(), std::mem::take(tokens)));
        }
    };
    for token in found {
        match token.token {
            Token::Whitespace(Whitespace::MultiLineComment(comment)) => {
                tokens.extend(code_of_mariadb(backend, &comment));
            }
            Token::Whitespace(_) | Token::EOF => {}
            Token::SemiColon => {
                let end = offset(sql, &lines, token.span.start);
                finish(&mut tokens, &sql[start..end]);
                start = end + 1;
            }
            other => tokens.push(other),
        }
    }
    finish(&mut tokens, &sql[start..]);
    (statements, is_whole)
}

/// The tokens of a comment that is code to MariaDB: `/*M! … */`, with a version or without. Those of `/*! … */`, which is
/// code to MySQL too, sqlparser reads.
fn code_of_mariadb(backend: DbBackend, comment: &str) -> Vec<Token> {
    match (Dialect::of(backend), comment.strip_prefix("M!")) {
        (Dialect::MySql, Some(code)) => {
            tokens(backend, code.trim_start_matches(|letter: char| letter.is_ascii_digit()))
        }
        (Dialect::MySql | Dialect::Postgres | Dialect::Sqlite, _) => Vec::new(),
    }
}

fn line_starts(sql: &str) -> Vec<usize> {
    std::iter::once(0).chain(sql.match_indices('\n').map(|(at, _)| at + 1)).collect()
}

/// Lines and columns count from 1, columns in characters.
fn offset(sql: &str, lines: &[usize], at: Location) -> usize {
    let index = |number: u64| usize::try_from(number.saturating_sub(1)).unwrap_or_default();
    let line = lines.get(index(at.line)).copied().unwrap_or(sql.len());
    sql[line..].char_indices().nth(index(at.column)).map_or(sql.len(), |(column, _)| line + column)
}

impl Parsed {
    pub(super) fn read(backend: DbBackend, text: String, tokens: Vec<Token>) -> Self {
        let mut rest = tokens.clone();
        let options = take_options(&mut rest);
        let concurrently = take_concurrently(&mut rest);
        let with_data = take_with_data(&mut rest);
        take_only(&mut rest);
        let statements = read_statements(backend, &rest);
        Self { text, tokens, options, concurrently, with_data, statements }
    }

    /// Whether the statement starts with these words.
    pub fn starts_with(&self, words: &[&str]) -> bool {
        self.tokens.len() >= words.len() && words.iter().zip(&self.tokens).all(|(word, token)| is_word(token, word))
    }

    /// Whether it makes a continuous aggregate.
    pub fn creates_continuous_aggregate(&self) -> bool {
        self.starts_with(&["create", "materialized", "view"]) && self.switch(&["continuous"]) == Some(true)
    }

    /// The calls of a function, however its schema and letters are written.
    pub fn calls(&self, function: &str) -> Vec<Call> {
        calls(&self.tokens, function)
    }

    /// The value of an option, by any of its names.
    pub fn option(&self, names: &[&str]) -> Option<&str> {
        names.iter().find_map(|name| self.options.get(*name)).map(String::as_str)
    }

    /// Whether an option is switched on, by any of its names; `None` when it is not there.
    pub fn switch(&self, names: &[&str]) -> Option<bool> {
        self.option(names).map(is_true)
    }
}

/// What PostgreSQL takes for true.
pub fn is_true(value: &str) -> bool {
    matches!(value.to_ascii_lowercase().as_str(), "true" | "t" | "on" | "yes" | "y" | "1")
}

/// Whether the token is this word, without quotes.
pub fn is_word(token: &Token, word: &str) -> bool {
    matches!(token, Token::Word(found) if found.quote_style.is_none() && found.value.eq_ignore_ascii_case(word))
}

/// The calls of a function in some tokens.
pub fn calls(tokens: &[Token], function: &str) -> Vec<Call> {
    let opens = |at: usize| is_word(&tokens[at], function) && tokens.get(at + 1) == Some(&Token::LParen);
    (0..tokens.len())
        .filter(|at| opens(*at))
        .map(|at| Call { arguments: items(&tokens[at + 1..]).into_iter().map(argument).collect() })
        .collect()
}

fn argument(tokens: &[Token]) -> (Option<String>, Vec<Token>) {
    match tokens {
        [Token::Word(name), Token::RArrow | Token::Assignment, value @ ..] => {
            (Some(name.value.to_ascii_lowercase()), value.to_vec())
        }
        _ => (None, tokens.to_vec()),
    }
}

/// The parts between the commas of the bracket that the tokens start with.
pub fn items(tokens: &[Token]) -> Vec<&[Token]> {
    let end = group_end(tokens);
    if end < 2 {
        return Vec::new();
    }
    let inner = &tokens[1..end - 1];
    if inner.is_empty() { Vec::new() } else { at_commas(inner) }
}

/// The parts between the commas outside of brackets.
pub fn at_commas(tokens: &[Token]) -> Vec<&[Token]> {
    let (mut depth, mut start, mut parts) = (0_usize, 0, Vec::new());
    for (at, token) in tokens.iter().enumerate() {
        match token {
            Token::LParen | Token::LBracket => depth += 1,
            Token::RParen | Token::RBracket => depth = depth.saturating_sub(1),
            Token::Comma if depth == 0 => {
                parts.push(&tokens[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&tokens[start..]);
    parts
}

/// How many tokens the bracket takes that the tokens start with; 0 when it does not end.
fn group_end(tokens: &[Token]) -> usize {
    let mut depth = 0_usize;
    for (at, token) in tokens.iter().enumerate() {
        match token {
            Token::LParen => depth += 1,
            Token::RParen => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 {
            return at + 1;
        }
    }
    0
}

/// The content of a text literal, or the tokens as written.
pub fn value(tokens: &[Token]) -> String {
    match tokens {
        [Token::SingleQuotedString(text) | Token::EscapedStringLiteral(text), ..] => text.clone(),
        [Token::DollarQuotedString(text), ..] => text.value.clone(),
        _ => tokens.iter().map(ToString::to_string).collect::<Vec<_>>().join(" "),
    }
}

/// Takes the options of TimescaleDB out of the tokens, and the clause with them when nothing else is in it.
fn take_options(tokens: &mut Vec<Token>) -> BTreeMap<String, String> {
    let mut options = BTreeMap::new();
    let mut at = 0;
    while at + 1 < tokens.len() {
        let opens = (is_word(&tokens[at], "with") || is_word(&tokens[at], "set")) && tokens[at + 1] == Token::LParen;
        if opens {
            let end = at + 1 + group_end(&tokens[at + 1..]);
            let mut others: Vec<Token> = Vec::new();
            for item in items(&tokens[at + 1..]) {
                if let Some((name, value)) = option(item) {
                    options.insert(name, value);
                } else {
                    others.extend((!others.is_empty()).then_some(Token::Comma));
                    others.extend_from_slice(item);
                }
            }
            let kept: Vec<Token> = if others.is_empty() {
                Vec::new()
            } else {
                [tokens[at].clone(), Token::LParen].into_iter().chain(others).chain([Token::RParen]).collect()
            };
            let length = kept.len();
            if end > at + 1 {
                tokens.splice(at..end, kept);
            }
            at += length;
        }
        at += 1;
    }
    options
}

fn option(item: &[Token]) -> Option<(String, String)> {
    let [prefix, Token::Period, Token::Word(name), rest @ ..] = item else { return None };
    if !is_word(prefix, "timescaledb") && !is_word(prefix, "tsdb") {
        return None;
    }
    let value = match rest {
        [] => "true".to_owned(),
        [Token::Eq, given @ ..] => value(given),
        _ => return None,
    };
    Some((name.value.to_ascii_lowercase(), value))
}

fn take_concurrently(tokens: &mut Vec<Token>) -> bool {
    let index_or_view = |token: &Token| is_word(token, "index") || is_word(token, "view");
    let found =
        (1..tokens.len().min(5)).find(|at| is_word(&tokens[*at], "concurrently") && index_or_view(&tokens[*at - 1]));
    if let Some(at) = found {
        tokens.remove(at);
    }
    found.is_some()
}

/// `ONLY` of `CREATE INDEX … ON ONLY t`, which sqlparser does not know.
fn take_only(tokens: &mut Vec<Token>) {
    let index = tokens.iter().take(3).any(|token| is_word(token, "index"));
    let only = tokens.windows(2).position(|pair| is_word(&pair[0], "on") && is_word(&pair[1], "only"));
    if let Some(at) = only.filter(|_| index) {
        tokens.remove(at + 1);
    }
}

fn take_with_data(tokens: &mut Vec<Token>) -> Option<bool> {
    let ends = |words: &[&str]| {
        let start = tokens.len().checked_sub(words.len())?;
        words.iter().zip(&tokens[start..]).all(|(word, token)| is_word(token, word)).then_some(start)
    };
    let (start, with) = match (ends(&["with", "no", "data"]), ends(&["with", "data"])) {
        (Some(start), _) => (start, false),
        (None, Some(start)) => (start, true),
        (None, None) => return None,
    };
    tokens.truncate(start);
    Some(with)
}

fn read_statements(backend: DbBackend, tokens: &[Token]) -> Vec<ast::Statement> {
    if let Some(statement) = read(backend, tokens.to_vec()) {
        return vec![statement];
    }
    if let Some(start) = operations_start(tokens) {
        let (head, operations) = tokens.split_at(start);
        let alone = |operation: &[Token]| read(backend, [head, operation].concat());
        return at_commas(operations).into_iter().filter_map(alone).collect();
    }
    without_unknown_items(backend, tokens).and_then(|tokens| read(backend, tokens)).into_iter().collect()
}

/// A `CREATE TABLE` without those of its columns and constraints that cannot be read.
fn without_unknown_items(backend: DbBackend, tokens: &[Token]) -> Option<Vec<Token>> {
    let start = tokens.iter().position(|token| *token == Token::LParen)?;
    let (head, group) = tokens.split_at(start);
    if !(is_word(head.first()?, "create") && head.iter().any(|token| is_word(token, "table"))) {
        return None;
    }
    let can_be_read =
        |item: &&[Token]| read(backend, [head, &[Token::LParen], *item, &[Token::RParen]].concat()).is_some();
    let known: Vec<&[Token]> = items(group).into_iter().filter(can_be_read).collect();
    let rest = &group[group_end(group)..];
    Some([head, &[Token::LParen], known.join(&Token::Comma).as_slice(), &[Token::RParen], rest].concat())
}

fn read(backend: DbBackend, tokens: Vec<Token>) -> Option<ast::Statement> {
    let mut parser = Parser::new(grammar(backend)).with_tokens(tokens);
    let statement = parser.parse_statement().ok()?;
    (parser.peek_token().token == Token::EOF).then_some(statement)
}

/// Where the operations of an `ALTER TABLE` start.
fn operations_start(tokens: &[Token]) -> Option<usize> {
    if !(is_word(tokens.first()?, "alter") && is_word(tokens.get(1)?, "table")) {
        return None;
    }
    let mut at = 2;
    while matches!(&tokens.get(at)?, Token::Word(word) if word.quote_style.is_none()
        && matches!(word.keyword, Keyword::IF | Keyword::EXISTS | Keyword::ONLY))
    {
        at += 1;
    }
    at += 1;
    while tokens.get(at) == Some(&Token::Period) {
        at += 2;
    }
    Some(at)
}
