//! Runs revisions, one after the other, under the lock.

use std::{sync::PoisonError, time::Instant};

use chrono::Utc;
use migration_timescale::{Capability, Dialect};
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbBackend, DbErr};
use sea_orm_migration::{MigrationTrait, SchemaManager};

use super::{
    changes::{Changed, Changes},
    invalid_indexes::InvalidIndexes,
    open::Open,
};
use crate::{
    Direction, EngineError, Runner,
    graph::RevisionTarget,
    ledger::{Entry, Records},
    revision::{
        Event, call,
        cascades::{self, Cascades},
        progress,
    },
    runner::begun,
    schema::{foreign_keys::ForeignKeys, scratch},
    session::{self, Patience, blockers, interrupt, marks},
    sql::{self, sqlstate, text},
};

/// Where the last statements of a revision stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Last {
    /// Behind the revision, whose transaction is to be checked first.
    Unchecked,
    /// The same, and it was checked.
    Checked,
    /// In one message with the revision, which is to be checked first.
    InMessage,
}

/// One revision to run.
#[allow(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
struct Job<'r> {
    revision: &'r dyn MigrationTrait,
    direction: Direction,
    /// What is to be written down about it.
    entry: Entry,
    /// Whether SeaORM's table has it already: an earlier run was killed while reverting it.
    recorded: bool,
    /// What was known of it before.
    before: Option<Entry>,
    /// Whether it is known to change objects alone.
    objects_alone: bool,
    /// What the session had counted before, where it is not rolled back as a whole and may change rows.
    counted: Option<Changes>,
    /// What it had changed when it failed, where it is not rolled back as a whole.
    changed: Changed,
    /// Whether an earlier run began it and did not finish.
    unfinished: Option<Entry>,
    /// First revision of the database.
    first: bool,
    /// Whether the next revision of the run has a transaction as well: it then follows this one's on the same connection.
    goes_on: bool,
    /// On MySQL, where it is written down that a revision begins: whether the revision before did so.
    noted: bool,
    /// What writes down there that the next one begins.
    note_of_next: Option<String>,
    /// Whether it was seen to have ended the transaction it ran in.
    ended: bool,
}

impl Runner {
    pub(super) async fn up_locked(&self, target: &RevisionTarget) -> Result<Vec<String>, EngineError> {
        // Read under the lock: whoever had it before may have applied everything.
        let records = self.installed_records().await?;
        self.refuse_changed(&records).await?;
        self.write_news(&records).await?;
        let plan = self.plan_up(target, &records)?;
        Box::pin(self.run_all(plan, Direction::Up, &records)).await
    }

    pub(super) async fn down_locked(&self, target: &RevisionTarget) -> Result<Vec<String>, EngineError> {
        let mut records = self.records().await?;
        self.refuse_renamed(&records).await?;
        let plan = self.plan_down(target, &records)?;
        if !plan.is_empty() && !records.installed {
            records = self.installed_records().await?;
        }
        if records.replaced.iter().any(|part| plan.contains(&part.revision)) {
            // What is reverted is the one in their place, which has to be known for that.
            self.write_news(&records).await?;
            records = self.records().await?;
        }
        Box::pin(self.run_all(plan, Direction::Down, &records)).await
    }

    async fn run_all(
        &self,
        plan: Vec<String>,
        direction: Direction,
        records: &Records,
    ) -> Result<Vec<String>, EngineError> {
        (self.listener)(Event::Planned { revisions: plan.len() });
        let backend = self.target.backend();
        let revisions = plan.iter().map(|name| self.project.revision(name)).collect::<Result<Vec<_>, _>>()?;
        self.refuse_ends_of_transactions(&plan, direction).await?;
        let mut open = None;
        let mut next_entry: Option<Entry> = None;
        for (number, name) in plan.iter().enumerate() {
            let noted = next_entry.take();
            if let Err(stopped) = interrupt::check() {
                if noted.is_some() {
                    drop(open.take());
                    self.forget_note(name, records.entries.get(name)).await;
                }
                return Err(stopped);
            }
            let next_in_transaction = match revisions.get(number + 1) {
                Some(next) => self.runs_in_transaction(*next).await,
                None => false,
            };
            if next_in_transaction && backend == DbBackend::MySql {
                next_entry = Some(self.entry_of(&plan[number + 1], direction, records).await);
            }
            let job = Job {
                revision: revisions[number],
                direction,
                noted: noted.is_some(),
                entry: match noted {
                    Some(entry) => entry,
                    None => self.entry_of(name, direction, records).await,
                },
                note_of_next: next_entry.as_ref().map(|next| self.tables.write(backend, next)),
                recorded: records.applied.contains_key(name),
                before: records.entries.get(name).cloned(),
                objects_alone: backend != DbBackend::Postgres
                    && self.only_changes_objects(revisions[number], direction).await,
                counted: None,
                changed: Changed::Perhaps,
                unfinished: records.unfinished(name).cloned(),
                first: number == 0 && records.applied.is_empty(),
                goes_on: next_in_transaction,
                ended: false,
            };
            // Boxed: the futures of revisions are large.
            progress::scope(self.listener.clone(), Box::pin(self.run(job, &mut open))).await?;
        }
        Ok(plan)
    }

    /// What is to be written down about a revision.
    async fn entry_of(&self, name: &str, direction: Direction, records: &Records) -> Entry {
        match (direction, records.entries.get(name)) {
            // What is reverted keeps what is known of it.
            (Direction::Down, Some(known)) => begun(known, direction),
            _ => self.entry(name, direction).await,
        }
    }

    /// An error when one of these would end the transaction that it runs in: known before anything runs.
    pub(crate) async fn refuse_ends_of_transactions(
        &self,
        revisions: &[String],
        direction: Direction,
    ) -> Result<(), EngineError> {
        for name in revisions {
            self.refuse_end_of_transaction(name, direction).await?;
        }
        Ok(())
    }

    /// Runs one revision, again after a pause for as long as all that is wrong is a lock held by others.
    async fn run(&self, mut job: Job<'_>, open: &mut Option<Open>) -> Result<(), EngineError> {
        let (revision, direction) = (job.revision.name().to_owned(), job.direction);
        let started = Instant::now();
        let again = job.unfinished.is_some();
        (self.listener)(Event::Started { revision: revision.clone(), direction, again });
        let mut attempt = 1;
        while let Err(error) = self.attempt(&mut job, open, started).await {
            // Behind a connection that broke there is nothing to put back.
            let answers = job.ended || sqlstate::still_answers(&error);
            let clean = answers && self.session.restore(&self.db).await.is_ok();
            if job.ended {
                self.note_unfinished(&job).await;
                return Err(EngineError::EndedTransaction { revision, direction, source: marks::in_words(error) });
            }
            if !sqlstate::is_lock_timeout(&error) || !clean {
                // Only when the server said no: behind a connection that broke is another session, without the lock.
                if clean && self.is_done_already(&job).await {
                    let finish = self.finish(&mut job, started, Last::Checked);
                    self.write(&[finish]).await?;
                    break;
                }
                if clean {
                    self.forget_unless_begun(&job).await;
                }
                return Err(self.failed(&job, error).await);
            }
            if attempt > self.patience.lock_retries {
                return Err(EngineError::LockedOut {
                    revision,
                    attempts: attempt,
                    timeout_ms: u64::try_from(self.patience.lock_timeout.as_millis()).unwrap_or(u64::MAX),
                    blockers: blockers(&self.db).await,
                });
            }
            let pause = Patience::pause_after(attempt);
            (self.listener)(Event::LockedOut { revision: revision.clone(), attempt, pause });
            tokio::time::sleep(pause).await;
            attempt += 1;
        }
        (self.listener)(Event::Finished { revision, direction, took: started.elapsed() });
        Ok(())
    }

    /// Whether an earlier run, which was killed, had got to the end of the revision and only not written it down: all it
    /// does is change the schema, and the schema is what it makes. MySQL commits every change by itself.
    async fn is_done_already(&self, job: &Job<'_>) -> bool {
        let before = job.unfinished.as_ref().is_some_and(|before| before.direction == job.direction);
        let statements = self.statements(job.revision.name(), job.direction).await;
        let backend = self.target.backend();
        before
            && !statements.is_empty()
            && statements.iter().all(|sql| text::only_changes_objects(backend, sql))
            && self.schema_is(job, job.direction == Direction::Up).await
    }

    /// Reverts the note that a revision has begun, when it had not changed anything before it failed.
    async fn forget_unless_begun(&self, job: &Job<'_>) {
        let untouched = match job.changed {
            Changed::Nothing => true,
            // It was refused the first change of an object, as far as the schema tells.
            Changed::NoRow => self.schema_is(job, job.direction == Direction::Down).await,
            Changed::Perhaps => false,
        };
        if !untouched || job.unfinished.is_some() {
            return;
        }
        self.forget_note(job.revision.name(), job.before.as_ref()).await;
    }

    /// Writes down what was known of a revision before.
    async fn forget_note(&self, revision: &str, before: Option<&Entry>) {
        let backend = self.target.backend();
        let statements = match before {
            Some(before) => vec![self.tables.write(backend, before)],
            None => self.tables.forget(backend, revision).to_vec(),
        };
        if let Err(error) = self.write(&statements).await {
            tracing::warn!("{revision} stays noted as unfinished: {}", error.on_one_line());
        }
    }

    /// Whether the schema is what the applied revisions make, with or without this one.
    async fn schema_is(&self, job: &Job<'_>, with: bool) -> bool {
        let name = job.revision.name();
        let Ok(records) = self.records().await else { return false };
        let present = |one: &&str| if *one == name { with } else { records.is_applied(one) };
        let revisions =
            self.in_order().filter(present).map(|one| self.project.revision(one)).collect::<Result<Vec<_>, _>>();
        let Ok(revisions) = revisions else { return false };
        // Boxed: running revisions inside a run makes for a large future.
        match (Box::pin(scratch::catalog_of(self, &revisions)).await, self.catalog().await) {
            (Ok(expected), Ok(live)) => live.diff(&expected).is_empty(),
            _ => false,
        }
    }

    async fn failed(&self, job: &Job<'_>, source: DbErr) -> EngineError {
        if sqlstate::is_read_only(&source) && !self.may_write().await {
            return EngineError::read_only(&self.target);
        }
        let (revision, direction) = (job.revision.name().to_owned(), job.direction);
        match &job.unfinished {
            Some(before) => EngineError::Unfinished {
                revision,
                direction,
                before: before.direction,
                since: before.started_at,
                by: before.applied_by.clone(),
                source,
            },
            None => EngineError::Revision { revision, direction, source },
        }
    }

    /// Whether it is the revision that made its own transaction read-only.
    async fn may_write(&self) -> bool {
        let question = match Dialect::of(self.target.backend()) {
            Dialect::Postgres => "SELECT current_setting('transaction_read_only') = 'off' AS may_write",
            Dialect::MySql | Dialect::Sqlite => return false,
        };
        let rows = sql::rows(&self.db, question).await.unwrap_or_default();
        rows.first().is_some_and(|row| row.try_get("", "may_write").unwrap_or(false))
    }

    async fn attempt(&self, job: &mut Job<'_>, open: &mut Option<Open>, started: Instant) -> Result<(), DbErr> {
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
                    // Until the session is put back.
                    let keys = keys.off(&self.db).await?;
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
            self.session.restore(&self.db).await?;
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
        let checks_first = self.may_differ(job) || keys.are_to_settle();
        if let Err(error) = self.note_begun(job, &transaction).await {
            return Err(give_up(transaction, job, error).await);
        }
        let called = async {
            let statements = self.known_statements(job.revision.name(), job.direction).await;
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
            keys.settle(&transaction).await?;
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
    fn leaves_the_session_alone(&self, job: &Job<'_>) -> bool {
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

    /// What ends the transaction of a revision: the check, the session as it was, and the note that the revision is done.
    /// The check comes first, because what puts the session back takes the mark away.
    fn last_statements(&self, job: &mut Job<'_>, started: Instant, last: Last) -> String {
        let marks = marks::marks(self.target.backend());
        let check = marks
            .as_ref()
            .filter(|_| last != Last::Checked)
            .map(|marks| format!("{}; ", marks.check))
            .unwrap_or_default();
        let left_alone = self.leaves_the_session_alone(job);
        let restored = if left_alone { String::new() } else { format!("{}; ", self.session.restore_in_transaction()) };
        let finish = self.finish(job, started, last);
        let finish = match (Dialect::of(self.target.backend()), marks) {
            // A later commit of the run waits for the disk, and thereby for this one too; a crash in between
            // loses what the revision did together with the note that it is applied.
            (Dialect::Postgres, Some(marks)) if job.goes_on => {
                format!("SET LOCAL synchronous_commit = off; {finish}; COMMIT; BEGIN; {}", marks.mark)
            }
            // A change of a table has ended the transaction, and each of the notes would be committed alone.
            (Dialect::MySql, _) => {
                let note = job.note_of_next.as_ref().map(|note| format!("{note}; ")).unwrap_or_default();
                let begin = if note.is_empty() { String::new() } else { format!("; {}", marks::MYSQL_BEGIN) };
                // What is left of a transaction without rows may be committed alone.
                let (together, alone) =
                    if left_alone { ("BEGIN", "") } else { ("SET autocommit = 0", "; SET autocommit = 1") };
                format!("{together}; {finish}; {note}COMMIT{alone}{begin}")
            }
            (Dialect::Sqlite, _) if job.goes_on => format!("{finish}; COMMIT"),
            (Dialect::Postgres | Dialect::Sqlite, _) => finish,
        };
        format!("{check}{restored}{finish}")
    }

    /// Writes down that a revision began which ended its own transaction.
    async fn note_unfinished(&self, job: &Job<'_>) {
        if let Err(error) = self.write(&[self.tables.write(self.target.backend(), &job.entry)]).await {
            tracing::warn!("{} cannot be noted as unfinished: {}", job.revision.name(), error.on_one_line());
        }
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

    /// Statements that write down that the revision is done.
    fn finish(&self, job: &mut Job<'_>, started: Instant, last: Last) -> String {
        let backend = self.target.backend();
        if job.direction == Direction::Down {
            return self.tables.forget(backend, job.revision.name()).join("; ");
        }
        let now = Utc::now();
        job.entry.duration_ms = i64::try_from(started.elapsed().as_millis()).ok();
        if last == Last::InMessage {
            return self.tables.record_in_message(&job.entry, job.recorded, now);
        }
        job.entry.finished_at = Some(now);
        let written = match Dialect::of(backend) {
            // Its beginning is written down there, and nothing of it has changed since.
            Dialect::MySql => self.tables.write_end(backend, &job.entry),
            Dialect::Postgres | Dialect::Sqlite => self.tables.write(backend, &job.entry),
        };
        job.entry.finished_at = None;
        if job.recorded {
            written
        } else {
            format!("{}; {written}", self.tables.record(backend, job.revision.name(), now))
        }
    }
}

impl Job<'_> {
    async fn call(&self, manager: &SchemaManager<'_>) -> Result<(), DbErr> {
        call::revision(self.revision, manager, self.direction).await
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
