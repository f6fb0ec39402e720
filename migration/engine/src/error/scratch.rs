//! Why revisions could not be tried.

use sea_orm::DbErr;

use crate::EngineError;

/// What keeps the engine from trying revisions in a scratch place.
#[derive(Debug, thiserror::Error)]
pub enum ScratchError {
    /// The user may create neither a database nor a schema to try revisions in.
    #[error(
        "this user may not create a scratch database, which check, verify and stamp need; no other command \
         needs one. Allow it (PostgreSQL: GRANT CREATE ON DATABASE … TO …, or ALTER ROLE … CREATEDB; \
         MySQL: GRANT ALL ON `migration\\_scratch\\_%`.* TO …), or name another server of the same version with --database-url"
    )]
    MayNotCreate {
        /// What the database said.
        #[source]
        source: DbErr,
    },
    /// The server serves one session, or this user one, so there is no second one for a scratch database.
    #[error(
        "this server gives this user one session, so none is left for a scratch database; \
         allow two (ALTER ROLE … CONNECTION LIMIT), or name another TimescaleDB or PostgreSQL server with --database-url"
    )]
    OneSession,
    /// A revision has to be tried in a database of its own, which cannot be had.
    #[error("revision {revision} needs a database of its own to be tried in ({refusal}), and there can be none")]
    NeedsDatabase {
        /// The revision.
        revision: String,
        /// What the database said when it ran in a transaction.
        refusal: String,
        /// Why there is none.
        #[source]
        because: Box<ScratchError>,
    },
    /// A revision failed where it was tried; the project's database is as it was.
    #[error("revision {revision} failed in {place}; the database itself was not changed")]
    Revision {
        /// Its name.
        revision: String,
        /// The scratch database or schema.
        place: String,
        /// What the database said.
        #[source]
        source: DbErr,
    },
    /// The database failed at something that is not a revision.
    #[error("the database failed while {doing}")]
    Database {
        /// What the engine was doing.
        doing: &'static str,
        /// What the database said.
        #[source]
        source: DbErr,
    },
    /// No connection to the scratch database.
    #[error("cannot connect to the scratch database")]
    Connect(#[source] Box<EngineError>),
}

impl From<EngineError> for ScratchError {
    fn from(error: EngineError) -> Self {
        Self::Connect(Box::new(error))
    }
}

impl ScratchError {
    /// For `map_err`: a database error with what was being done.
    pub(crate) fn while_doing(doing: &'static str) -> impl FnOnce(DbErr) -> Self {
        move |source| Self::Database { doing, source }
    }
}
