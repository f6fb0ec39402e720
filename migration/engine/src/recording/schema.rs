//! A [`Model`] that is worked out when somebody looks at it: most revisions ask nothing, and parsing SQL is by far the
//! slowest part of recording.

use std::{
    fmt,
    ops::Deref,
    sync::{Arc, Mutex, OnceLock, PoisonError},
};

use sea_orm::DbBackend;

use super::{Statement, model::Model};

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
        let history = History { backend, log: Mutex::default() };
        Self { history: Arc::new(history), statements: 0, model: OnceLock::new() }
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
                log.model.apply(self.history.backend, sql);
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
