//! Names without quotes and schema.

use sea_orm::DbBackend;
use sqlparser::{
    ast::{Expr, Ident, ObjectName},
    tokenizer::{Token, Word},
};

use crate::sql::parsed;

/// How one backend reads names.
#[derive(Clone, Copy, Debug)]
pub struct Names(pub DbBackend);

impl Names {
    fn fold(self, name: &str, quoted: bool) -> String {
        if quoted || self.0 != DbBackend::Postgres { name.to_owned() } else { name.to_lowercase() }
    }

    /// A name.
    pub fn ident(self, ident: &Ident) -> String {
        self.fold(&ident.value, ident.quote_style.is_some())
    }

    /// A name with or without schema.
    pub fn object(self, name: &ObjectName) -> String {
        name.0.last().and_then(|part| part.as_ident()).map(|ident| self.ident(ident)).unwrap_or_default()
    }

    /// A word of the text.
    pub fn word(self, word: &Word) -> String {
        self.fold(&word.value, word.quote_style.is_some())
    }

    /// The column, when the expression is one.
    pub fn column(self, expression: &Expr) -> Option<String> {
        match expression {
            Expr::Identifier(ident) => Some(self.ident(ident)),
            Expr::CompoundIdentifier(parts) => parts.last().map(|ident| self.ident(ident)),
            Expr::Nested(inner) => self.column(inner),
            _ => None,
        }
    }

    /// The last part of a name at the start of some tokens, and how many tokens it takes.
    pub fn at_start(self, tokens: &[Token]) -> Option<(String, usize)> {
        let Token::Word(first) = tokens.first()? else { return None };
        let (mut name, mut length) = (first, 1);
        while let [Token::Period, Token::Word(next), ..] = &tokens[length..] {
            (name, length) = (next, length + 2);
        }
        Some((self.word(name), length))
    }

    /// The relation that an argument such as `'public."Alarms"'::regclass` names.
    pub fn relation(self, argument: &[Token]) -> Option<String> {
        let inner = match argument.first()? {
            Token::Word(_) => argument.to_vec(),
            _ => parsed::tokens(self.0, &parsed::value(argument)),
        };
        self.at_start(&inner).map(|(name, _)| name)
    }

    /// A column named in a text literal, which TimescaleDB takes as it is.
    pub fn literal_column(argument: &[Token]) -> String {
        parsed::value(argument)
    }

    /// The columns of a list such as `sensor_id, "Time" DESC`.
    pub fn list(self, text: &str) -> Vec<String> {
        let tokens = parsed::tokens(self.0, text);
        parsed::at_commas(&tokens).into_iter().filter_map(|item| self.at_start(item)).map(|(name, _)| name).collect()
    }

    /// Every word, for what an expression or a query reads.
    pub fn words(self, tokens: &[Token]) -> impl Iterator<Item = String> {
        tokens.iter().filter_map(move |token| match token {
            Token::Word(word) => Some(self.word(word)),
            _ => None,
        })
    }
}
