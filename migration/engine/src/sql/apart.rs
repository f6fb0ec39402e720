//! A text taken apart: once, however often it is looked into.
//!
//! The statements of a revision are looked into when it is recorded, when its checksum is made and when it runs.

use std::{
    cell::RefCell,
    collections::HashMap,
    sync::{Arc, OnceLock},
};

use migration_timescale::Dialect;
use sea_orm::DbBackend;
use sqlparser::tokenizer::Token;

use super::parsed::{self, Parsed, is_word};

/// Characters that are kept apart; then all of them are forgotten. Rows in a text make it long, and nobody looks twice.
const KEPT: usize = 1 << 18;

/// A statement and its tokens, without space and comments.
pub type Piece = (String, Vec<Token>);

/// A text taken apart.
pub struct Apart {
    backend: DbBackend,
    /// What stands between semicolons, as far as it can be read.
    pub pieces: Vec<Piece>,
    /// Whether it can be read to its end.
    pub is_whole: bool,
    /// Where a body goes over several pieces: what they are together.
    joined: Option<Vec<Piece>>,
    parsed: OnceLock<Arc<[Parsed]>>,
}

/// The characters of all texts, and the texts.
type Known = (usize, HashMap<(Dialect, String), Arc<Apart>>);

thread_local! {
    static KNOWN: RefCell<Known> = RefCell::default();
}

impl Apart {
    /// Takes a text apart, unless that was done.
    pub fn of(backend: DbBackend, sql: &str) -> Arc<Self> {
        KNOWN.with_borrow_mut(|(size, known)| {
            let key = (Dialect::of(backend), sql.to_owned());
            if let Some(apart) = known.get(&key) {
                return Arc::clone(apart);
            }
            let apart = Arc::new(Self::new(backend, sql));
            if sql.len() < KEPT / 4 {
                *size += sql.len();
                if *size > KEPT {
                    known.clear();
                    *size = sql.len();
                }
                known.insert(key, Arc::clone(&apart));
            }
            apart
        })
    }

    fn new(backend: DbBackend, sql: &str) -> Self {
        let (pieces, is_whole) = parsed::split(backend, sql);
        Self { backend, joined: joined(&pieces), pieces, is_whole, parsed: OnceLock::new() }
    }

    /// The statements. Those in the body of a trigger or function are part of the statement that makes it.
    pub fn statements(&self) -> &[Piece] {
        self.joined.as_deref().unwrap_or(&self.pieces)
    }

    /// What each piece means.
    pub fn parsed(&self) -> Arc<[Parsed]> {
        let read = |(text, tokens): &Piece| Parsed::read(self.backend, text.clone(), tokens.clone());
        Arc::clone(self.parsed.get_or_init(|| self.pieces.iter().map(read).collect()))
    }
}

fn joined(pieces: &[Piece]) -> Option<Vec<Piece>> {
    let (mut in_body, mut any) = (false, false);
    let mut found: Vec<Piece> = Vec::new();
    for (text, tokens) in pieces {
        let is = |place: usize, word: &str| tokens.get(place).is_some_and(|token| is_word(token, word));
        if in_body {
            // `END IF` and its like end a part of the body.
            in_body = !is(0, "END") || ["IF", "LOOP", "WHILE", "REPEAT", "CASE", "FOR"].iter().any(|word| is(1, word));
            any = true;
            if let Some((whole, body)) = found.last_mut() {
                *whole = format!("{whole}; {text}");
                body.extend_from_slice(tokens);
            }
            continue;
        }
        in_body = is(0, "CREATE") && tokens.iter().any(|token| is_word(token, "BEGIN"));
        found.push((text.clone(), tokens.clone()));
    }
    any.then_some(found)
}
