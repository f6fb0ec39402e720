//! A [`Model`] that is worked out when somebody looks at it: most revisions ask nothing, and parsing SQL is by far the
//! slowest part of recording.

use std::{
    collections::HashMap,
    fmt,
    ops::Deref,
    sync::{Arc, Mutex, OnceLock, PoisonError},
};

use sea_orm::DbBackend;

use super::{Statement, model::Model};
use crate::sql::parsed;

/// The schema after a part of a history.
#[derive(Clone)]
pub struct Schema {
    history: Arc<History>,
    /// How many statements of the history count.
    statements: usize,
    model: OnceLock<Model>,
}

/// Statements one after the other, and the model after as many of them as somebody asked for.
struct History {
    backend: DbBackend,
    log: Mutex<Log>,
    /// Texts that were taken apart before: a statement counts for the questions of its own revision and of all later ones.
    texts: Mutex<HashMap<String, Arc<[parsed::Parsed]>>>,
}

#[derive(Default)]
struct Log {
    sql: Vec<String>,
    applied: usize,
    model: Model,
}

impl Schema {
    /// An empty schema, where a history begins.
    pub fn empty(backend: DbBackend) -> Self {
        let history = History { backend, log: Mutex::default(), texts: Mutex::default() };
        Self { history: Arc::new(history), statements: 0, model: OnceLock::new() }
    }

    /// What [`Model::apply`] does, without taking a text apart twice.
    pub(super) fn apply(&self, model: &mut Model, sql: &str) {
        self.history.apply(model, sql);
    }

    /// The schema after these statements as well. To be called on the newest schema of a history.
    #[must_use]
    pub fn after(&self, statements: &[Statement]) -> Self {
        let mut log = self.history.log.lock().unwrap_or_else(PoisonError::into_inner);
        log.sql.truncate(self.statements);
        log.sql.extend(statements.iter().map(|statement| statement.sql.clone()));
        Self { history: Arc::clone(&self.history), statements: log.sql.len(), model: OnceLock::new() }
    }

    /// Its backend.
    pub fn backend(&self) -> DbBackend {
        self.history.backend
    }
}

impl History {
    fn apply(&self, model: &mut Model, sql: &str) {
        let mut texts = self.texts.lock().unwrap_or_else(PoisonError::into_inner);
        let statements = match texts.get(sql) {
            Some(known) => Arc::clone(known),
            None => Arc::clone(texts.entry(sql.to_owned()).or_insert(parsed::parse(self.backend, sql).into())),
        };
        for statement in &*statements {
            model.apply_parsed(self.backend, statement);
        }
    }
}

impl Deref for Schema {
    type Target = Model;

    fn deref(&self) -> &Model {
        self.model.get_or_init(|| {
            let mut log = self.history.log.lock().unwrap_or_else(PoisonError::into_inner);
            let log = &mut *log;
            if log.applied > self.statements {
                (log.applied, log.model) = (0, Model::default());
            }
            for sql in &log.sql[log.applied..self.statements] {
                self.history.apply(&mut log.model, sql);
            }
            log.applied = self.statements;
            log.model.clone()
        })
    }
}

impl From<(DbBackend, Model)> for Schema {
    /// A schema that is known without any statement.
    fn from((backend, model): (DbBackend, Model)) -> Self {
        let schema = Self::empty(backend);
        let _ = schema.model.set(model);
        schema
    }
}

impl PartialEq for Schema {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl Eq for Schema {}

impl fmt::Debug for Schema {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Model::fmt(self, f)
    }
}
