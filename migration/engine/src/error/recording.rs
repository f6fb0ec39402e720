//! What keeps a revision from being recorded.

use sea_orm::DbErr;

use crate::Direction;

/// A revision that cannot be recorded without a database.
#[derive(Clone, Debug, thiserror::Error)]
pub enum OfflineError {
    /// The revision depends on an answer that only a database has.
    #[error(
        "revision {revision} cannot be recorded for {direction}: it needs a database to answer `{question}`; \
         run it with `{direction}`, or let it ask with table_exists, column_exists or index_exists of migration_timescale::TimescaleManager"
    )]
    NeedsDatabase {
        /// The revision.
        revision: String,
        /// Which way it was recorded.
        direction: Direction,
        /// The last question before it gave up.
        question: String,
        /// What the revision said.
        #[source]
        source: DbErr,
    },
    /// Nobody has written it.
    #[error("revision {revision} has no way {direction}: its {direction}() is not written")]
    NotWritten {
        /// The revision.
        revision: String,
        /// Which way.
        direction: Direction,
    },
    /// The revision gave up without having asked anything.
    #[error("revision {revision} cannot be recorded for {direction}: it ends with an error of its own")]
    Failed {
        /// The revision.
        revision: String,
        /// Which way it was recorded.
        direction: Direction,
        /// What the revision said.
        #[source]
        source: DbErr,
    },
    /// The revision panicked, as one does that takes an answer for granted.
    #[error(
        "revision {revision} cannot be recorded for {direction}: it panicked: {said}{}; run it with `{direction}`",
        .question.as_ref().map(|question| format!(", after it asked the database `{question}`")).unwrap_or_default()
    )]
    Panicked {
        /// The revision.
        revision: String,
        /// Which way it was recorded.
        direction: Direction,
        /// What it said, and where.
        said: String,
        /// The last question before that, if there was one.
        question: Option<String>,
    },
    /// A revision has a statement that ends the transaction in which the engine runs it.
    #[error(
        "revision {revision} would end the transaction that it runs in, with `{statement}`; nothing was changed. Leave \
         BEGIN, COMMIT and ROLLBACK out of it, or let its use_transaction() return Some(false)"
    )]
    WouldEndTransaction {
        /// Its name.
        revision: String,
        /// The statement.
        statement: String,
    },
}

impl OfflineError {
    /// The revision.
    pub fn revision(&self) -> &str {
        match self {
            Self::NeedsDatabase { revision, .. }
            | Self::NotWritten { revision, .. }
            | Self::Failed { revision, .. }
            | Self::Panicked { revision, .. }
            | Self::WouldEndTransaction { revision, .. } => revision,
        }
    }

    /// The error and its cause on one line.
    pub fn on_one_line(&self) -> String {
        let cause = std::error::Error::source(self).map(|cause| format!(": {cause}")).unwrap_or_default();
        format!("{self}{cause}").replace('\n', " ")
    }
}
