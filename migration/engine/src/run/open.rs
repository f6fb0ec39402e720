//! The transaction that a revision runs in, which the driver holds open from one revision to the next.
//!
//! A connection that is given back to the pool is pinged; and what ends one transaction, begins the next and asks about it
//! fits into few messages.

use sea_orm::{ConnectionTrait, DatabaseTransaction, DbErr};

use crate::{
    Runner,
    schema::foreign_keys::{self, ForeignKeys},
    session::{self, marks},
};

/// An open transaction that has done nothing yet. On MySQL the server's one is begun with the note of the next revision.
pub(super) struct Open {
    pub(super) transaction: DatabaseTransaction,
    pub(super) keys: ForeignKeys,
}

impl Runner {
    /// The one that is open, or a new one.
    pub(super) async fn opened(&self, open: &mut Option<Open>) -> Result<Open, DbErr> {
        if let Some(open) = open.take() {
            return Ok(open);
        }
        let transaction = session::begin(&self.db).await?;
        marks::mark(&transaction).await?;
        let keys = ForeignKeys::of(&transaction).await?;
        Ok(Open { transaction, keys })
    }

    /// The next one, after a revision that was committed in `transaction`. None where the session has to be put back outside
    /// of transactions first; that is done then.
    pub(super) async fn open_next(
        &self,
        transaction: DatabaseTransaction,
        stayed: bool,
    ) -> Result<Option<Open>, DbErr> {
        match self.session.goes_on(&transaction, stayed, foreign_keys::QUESTION).await {
            Ok(Some(rows)) => return Ok(Some(Open { keys: ForeignKeys::in_rows(&rows)?, transaction })),
            Ok(None) => {}
            // The next revision will meet it too. Without a transaction SQLite could not commit.
            Err(_) => drop(transaction.execute_unprepared("BEGIN").await),
        }
        transaction.commit().await?;
        self.session.restore_after_transaction(&self.db).await?;
        Ok(None)
    }
}
