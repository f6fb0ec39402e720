//! A text taken apart: once, however often it is looked into.
//!
//! The statements of a revision are looked into when it is recorded, when its checksum is made and when it runs, and not
//! always on the same thread.

use std::{
    collections::HashMap,
    sync::{Arc, LazyLock, Mutex, MutexGuard, OnceLock, PoisonError},
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
    /// The statements, as far as they can be read. Those in the body of a trigger or function are part of the one that
    /// makes it.
    statements: Vec<Piece>,
    /// Whether it can be read to its end.
    pub is_whole: bool,
    parsed: OnceLock<Arc<[Parsed]>>,
}

/// What was taken apart lately.
#[derive(Default)]
struct Known {
    /// The characters of all texts.
    size: usize,
    texts: HashMap<Dialect, HashMap<String, Arc<Apart>>>,
}

static KNOWN: LazyLock<Mutex<Known>> = LazyLock::new(Mutex::default);

fn known() -> MutexGuard<'static, Known> {
    KNOWN.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Apart {
    /// Takes a text apart, unless that was done.
    pub fn of(backend: DbBackend, sql: &str) -> Arc<Self> {
        let dialect = Dialect::of(backend);
        if let Some(apart) = known().texts.get(&dialect).and_then(|texts| texts.get(sql)) {
            return Arc::clone(apart);
        }
        let apart = Arc::new(Self::new(backend, sql));
        if sql.len() < KEPT / 4 {
            let mut known = known();
            known.size += sql.len();
            if known.size > KEPT {
                *known = Known { size: sql.len(), ..Known::default() };
            }
            known.texts.entry(dialect).or_default().insert(sql.to_owned(), Arc::clone(&apart));
        }
        apart
    }

    fn new(backend: DbBackend, sql: &str) -> Self {
        let (pieces, is_whole) = parsed::split(backend, sql);
        Self { backend, statements: joined(pieces), is_whole, parsed: OnceLock::new() }
    }

    /// The statements.
    pub fn statements(&self) -> &[Piece] {
        &self.statements
    }

    /// What each statement means.
    pub fn parsed(&self) -> Arc<[Parsed]> {
        let read = |(text, tokens): &Piece| Parsed::read(self.backend, text.clone(), tokens.clone());
        Arc::clone(self.parsed.get_or_init(|| self.statements.iter().map(read).collect()))
    }
}

/// What stands between semicolons, put together where it is the body of a trigger or function, between BEGIN and its END.
fn joined(pieces: Vec<Piece>) -> Vec<Piece> {
    let mut found: Vec<Piece> = Vec::with_capacity(pieces.len());
    // So many blocks are open.
    let mut depth = 0_usize;
    for (text, tokens) in pieces {
        let is = |place: usize, word: &str| tokens.get(place).is_some_and(|token| is_word(token, word));
        let begun = tokens.iter().filter(|token| is_word(token, "BEGIN")).count();
        if depth == 0 {
            // A column may be called BEGIN.
            let has_body = ["TRIGGER", "PROCEDURE", "FUNCTION", "EVENT"];
            let has_body = tokens.iter().any(|token| has_body.iter().any(|word| is_word(token, word)));
            depth = if is(0, "CREATE") && has_body { begun } else { 0 };
            found.push((text, tokens));
            continue;
        }
        // `END IF` and its like end a part of a block.
        let ends = is(0, "END") && !["IF", "LOOP", "WHILE", "REPEAT", "CASE", "FOR"].iter().any(|word| is(1, word));
        depth = (depth + begun).saturating_sub(usize::from(ends));
        if let Some((whole, body)) = found.last_mut() {
            *whole = format!("{whole}; {text}");
            body.extend(tokens);
        }
    }
    found
}
