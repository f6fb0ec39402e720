//! One attempt to run a revision, in a transaction or outside.

use std::{sync::PoisonError, time::Instant};

use migration_timescale::Capability;
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbBackend, DbErr};
use sea_orm_migration::SchemaManager;

use super::{
    changes::{Changed, Changes},
    invalid_indexes::InvalidIndexes,
    job::{Job, Last},
    open::Open,
};
use crate::{
    Direction, Runner,
    revision::cascades::{self, Cascades},
    schema::foreign_keys::ForeignKeys,
    session::{self, interrupt, marks},
    sql::sqlstate,
};

impl Runner {
    pub(super) async fn attempt(
        &self,
        job: &mut Job<'_>,
        open: &mut Option<Open>,
        started: Instant,
    ) -> Result<(), DbErr> {
        (job.counted, job.changed) = (None, Changed::Perhaps);
        let done = self.attempt_to(job, open, started).await;
        if let (Err(error), Some(counted)) = (&done, job.counted.take())
            && sqlstate::still_answers(error)
        {
            job.changed = counted.since(&self.db).await;
        }
        done
    }

    async fn attempt_to(&self, job: &mut Job<'_>, open: &mut Option<Open>, started: Instant) -> Result<(), DbErr> {
        if self.runs_in_transaction(job.revision).await {
            if self.in_one_message(job, open, started).await? {
                return Ok(());
            }
            let Open { transaction, keys } = self.opened(open).await?;
            match self.in_transaction(job, transaction, &keys, open, started).await {
                Err(error) if keys.are_in_the_way(&error) => {
                    self.session.restore(&self.db).await?;
                    // Keys that are off are looked for after the revision, whatever it does.
                    job.objects_alone = false;
                    // Until the session is put back.
                    let statements = self.known_statements(job.revision.name(), job.direction).await;
                    let keys = ForeignKeys::off(&self.db, statements.as_deref()).await?;
                    let transaction = self.opened(open).await?.transaction;
                    self.in_transaction(job, transaction, &keys, open, started).await
                }
                done => done,
            }
        } else {
            self.db.execute_unprepared(&self.tables.write(self.target.backend(), &job.entry)).await?;
            job.counted = Some(Changes::before(&self.db).await?);
            let statements = self.known_statements(job.revision.name(), job.direction).await;
            let keys = ForeignKeys::watched(&self.db, statements.as_deref()).await?;
            cascades::stand_guard(&self.db, statements.as_deref()).await?;
            let creates = statements.unwrap_or_default();
            let indexes = InvalidIndexes::before(&self.db, &creates, job.unfinished.is_some()).await?;
            if let Err(error) = job.call(&SchemaManager::new(&self.db)).await {
                // Indexes are looked for in the schema that the session started in.
                if sqlstate::still_answers(&error) && self.session.restore(&self.db).await.is_ok() {
                    indexes.clean_up(&self.db).await;
                }
                return Err(error);
            }
            self.put_back(job).await?;
            keys.settle(&self.db).await?;
            self.look_again(&self.db, job).await?;
            indexes.refuse_left(&self.db).await?;
            let transaction = session::begin(&self.db).await?;
            transaction.execute_unprepared(&self.finish(job, started, Last::Checked)).await?;
            transaction.commit().await
        }
    }

    /// Does all of a revision with one message to PostgreSQL, and says whether that was done. A revision that the server
    /// refuses is left to run by itself, in a new transaction: the error is then that of its statement, unless it has another
    /// way to go.
    async fn in_one_message(
        &self,
        job: &mut Job<'_>,
        open: &mut Option<Open>,
        started: Instant,
    ) -> Result<bool, DbErr> {
        let text = if self.may_differ(job) { None } else { self.as_one_text(job.revision.name(), job.direction).await };
        let Some(text) = text else { return Ok(false) };
        let transaction = self.opened(open).await?.transaction;
        let message = format!("{text}\n;\n{}", self.last_statements(job, started, Last::InMessage));
        let sent = interrupt::unless_told_to_stop(transaction.execute_unprepared(&message)).await;
        let Err(error) = sent else { return self.committed(job, transaction, open).await.map(|()| true) };
        job.ended = marks::is_over(&transaction, &error).await;
        let error = give_up(transaction, job, error).await;
        let is_refused = !job.ended
            && sqlstate::is_from_server(&error)
            && !sqlstate::is_lock_timeout(&error)
            && !sqlstate::is_canceled(&error);
        if is_refused { Ok(false) } else { Err(error) }
    }

    async fn in_transaction(
        &self,
        job: &mut Job<'_>,
        transaction: DatabaseTransaction,
        keys: &ForeignKeys,
        open: &mut Option<Open>,
        started: Instant,
    ) -> Result<(), DbErr> {
        // To look at the server again takes the mark away, and what keys have to settle takes a transaction for granted.
        let statements = self.known_statements(job.revision.name(), job.direction).await;
        let keys_matter = keys.are_to_settle(statements.as_deref());
        let checks_first = self.may_differ(job) || keys_matter;
        if let Err(error) = self.note_begun(job, &transaction).await {
            return Err(give_up(transaction, job, error).await);
        }
        let called = async {
            let cascades = Cascades::before(&transaction, statements.as_deref()).await?;
            job.call(&SchemaManager::new(&transaction)).await?;
            if checks_first {
                marks::check(&transaction).await?;
            }
            self.look_again(&transaction, job).await?;
            Ok(cascades)
        };
        let cascades = match called.await {
            Ok(cascades) => cascades,
            Err(error) => {
                job.ended = marks::is_over(&transaction, &error).await;
                if job.objects_alone && self.target.backend() == DbBackend::MySql {
                    let untouched = marks::rolls_back_as_a_whole(&transaction).await;
                    job.changed = if untouched { Changed::Nothing } else { Changed::NoRow };
                }
                return Err(give_up(transaction, job, error).await);
            }
        };
        let last = self.last_statements(job, started, if checks_first { Last::Checked } else { Last::Unchecked });
        let settled = async {
            if keys_matter {
                keys.settle(&transaction).await?;
            }
            cascades.refuse_lost(&transaction).await?;
            transaction.execute_unprepared(&last).await
        };
        if let Err(error) = settled.await {
            job.ended = marks::was_over(&transaction, &error).await;
            return Err(give_up(transaction, job, error).await);
        }
        self.committed(job, transaction, open).await
    }

    /// After the last statements of a revision: the transaction of the next one, or the end.
    async fn committed(
        &self,
        job: &Job<'_>,
        transaction: DatabaseTransaction,
        open: &mut Option<Open>,
    ) -> Result<(), DbErr> {
        if job.goes_on {
            *open = self.open_next(transaction, job.objects_alone).await?;
            return Ok(());
        }
        transaction.commit().await?;
        if self.leaves_the_session_alone(job) { Ok(()) } else { self.session.restore_after_transaction(&self.db).await }
    }

    /// Whether there is nothing to put back after a revision that only changes objects. Asked on MySQL, where putting back
    /// takes as long as the rest.
    pub(super) fn leaves_the_session_alone(&self, job: &Job<'_>) -> bool {
        job.objects_alone && self.target.backend() == DbBackend::MySql
    }

    /// MySQL commits with every change of a table, so there it is written down first that the revision begins.
    async fn note_begun(&self, job: &mut Job<'_>, transaction: &DatabaseTransaction) -> Result<(), DbErr> {
        if self.target.backend() != DbBackend::MySql {
            return Ok(());
        }
        // Written and begun with the end of the revision before; once, because a second attempt has a new transaction.
        if !std::mem::take(&mut job.noted) {
            let note = self.tables.write(DbBackend::MySql, &job.entry);
            transaction.execute_unprepared(&format!("{note}; COMMIT; {}", marks::MYSQL_BEGIN)).await?;
        }
        if !job.objects_alone {
            job.counted = Some(Changes::before(transaction).await?);
        }
        Ok(())
    }

    /// Whether a revision may have changed what the server is.
    fn may_differ(&self, job: &Job<'_>) -> bool {
        let before = self.server();
        let is_first = job.first && job.direction == Direction::Up && before.backend() == DbBackend::Postgres;
        is_first && !before.has_hypertables()
    }

    /// The first revision of a database may have enabled TimescaleDB; what is written down is what the server is now.
    async fn look_again<C: ConnectionTrait>(&self, db: &C, job: &mut Job<'_>) -> Result<(), DbErr> {
        if !self.may_differ(job) {
            return Ok(());
        }
        db.execute_unprepared(&self.session.restore_in_transaction()).await?;
        let server = Capability::detect(db).await?;
        if server != self.server() {
            *self.server.write().unwrap_or_else(PoisonError::into_inner) = server;
            server.profile().clone_into(&mut job.entry.profile);
            self.sign(&mut job.entry).await;
        }
        Ok(())
    }
}

/// Rolls back what is left of the transaction of a revision.
async fn give_up(transaction: DatabaseTransaction, job: &Job<'_>, error: DbErr) -> DbErr {
    if job.ended && transaction.get_database_backend() == DbBackend::Sqlite {
        // Without a transaction SQLite refuses to roll back, and the driver would go on counting one.
        let _ = transaction.execute_unprepared("BEGIN").await;
    }
    // An error here is that of a connection that broke; the first one says more.
    let _ = transaction.rollback().await;
    error
}
