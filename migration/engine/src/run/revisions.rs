//! Runs revisions, one after the other, under the lock.

use std::time::Instant;

use migration_timescale::Dialect;
use sea_orm::{ConnectionTrait, DbBackend, DbErr};

use super::{
    changes::Changed,
    job::{Job, Last},
    open::Open,
};
use crate::{
    Direction, EngineError, Runner,
    graph::RevisionTarget,
    ledger::{Entry, Records},
    revision::{Event, progress},
    runner::begun,
    schema::scratch,
    session::{Patience, blockers, interrupt, marks},
    sql::{self, sqlstate, text},
};

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
                // Not by a revision without a transaction, and not by one that was done already.
                noted: noted.is_some() && open.is_some(),
                entry: match noted {
                    Some(entry) => entry,
                    None => self.entry_of(name, direction, records).await,
                },
                note_of_next: next_entry.as_ref().map(|next| self.tables.write(backend, next)),
                recorded: records.applied.contains_key(name),
                before: records.entries.get(name).cloned(),
                objects_alone: backend != DbBackend::Postgres
                    && self.only_changes_objects(revisions[number], direction).await,
                temporary: self.drop_temporary(name, direction).await,
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

    /// The statement that drops the temporary tables which a revision is known to make on MySQL. A restored session still
    /// has them.
    pub(crate) async fn drop_temporary(&self, name: &str, direction: Direction) -> Option<String> {
        match Dialect::of(self.target.backend()) {
            Dialect::MySql => text::drop_temporary(self.statements(name, direction).await.iter().map(String::as_str)),
            Dialect::Postgres | Dialect::Sqlite => None,
        }
    }

    /// Puts the session back, outside of transactions.
    pub(super) async fn put_back(&self, job: &Job<'_>) -> Result<(), DbErr> {
        self.session.restore(&self.db).await?;
        match &job.temporary {
            Some(drop) => self.db.execute_unprepared(drop).await.map(|_| ()),
            None => Ok(()),
        }
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
            let clean = answers && self.put_back(&job).await.is_ok();
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
                    self.stays_begun(&job).await;
                }
                return Err(self.failed(&job, error).await);
            }
            if attempt > self.patience.lock_retries {
                let begun = self.stays_begun(&job).await;
                return Err(EngineError::LockedOut {
                    revision,
                    attempts: attempt,
                    timeout_ms: u64::try_from(self.patience.lock_timeout.as_millis()).unwrap_or(u64::MAX),
                    blockers: blockers(&self.db).await,
                    begun,
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

    /// Whether a revision that failed stays noted as begun. The note is reverted when nothing had changed before it failed;
    /// one that is rolled back with its revision was never seen.
    async fn stays_begun(&self, job: &Job<'_>) -> bool {
        if self.target.backend() != DbBackend::MySql && self.runs_in_transaction(job.revision).await {
            return false;
        }
        let untouched = match job.changed {
            Changed::Nothing => true,
            // It was refused the first change of an object, as far as the schema tells.
            Changed::NoRow => self.schema_is(job, job.direction == Direction::Down).await,
            Changed::Perhaps => false,
        };
        if !untouched || job.unfinished.is_some() {
            return true;
        }
        self.forget_note(job.revision.name(), job.before.as_ref()).await;
        false
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

    /// Writes down that a revision began which ended its own transaction.
    async fn note_unfinished(&self, job: &Job<'_>) {
        if let Err(error) = self.write(&[self.tables.write(self.target.backend(), &job.entry)]).await {
            tracing::warn!("{} cannot be noted as unfinished: {}", job.revision.name(), error.on_one_line());
        }
    }
}
