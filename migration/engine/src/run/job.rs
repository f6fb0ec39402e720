//! One revision to run, and what ends its transaction.

use std::time::Instant;

use chrono::Utc;
use migration_timescale::Dialect;
use sea_orm::DbErr;
use sea_orm_migration::{MigrationTrait, SchemaManager};

use super::changes::{Changed, Changes};
use crate::{Direction, Runner, ledger::Entry, revision::call, session::marks};

/// Where the last statements of a revision stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Last {
    /// Behind the revision, whose transaction is to be checked first.
    Unchecked,
    /// The same, and it was checked.
    Checked,
    /// In one message with the revision, which is to be checked first.
    InMessage,
}

/// One revision to run.
#[allow(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
pub(super) struct Job<'r> {
    pub(super) revision: &'r dyn MigrationTrait,
    pub(super) direction: Direction,
    /// What is to be written down about it.
    pub(super) entry: Entry,
    /// Whether SeaORM's table has it already: an earlier run was killed while reverting it.
    pub(super) recorded: bool,
    /// What was known of it before.
    pub(super) before: Option<Entry>,
    /// Whether it is known to change objects alone.
    pub(super) objects_alone: bool,
    /// On MySQL, the statement that drops the temporary tables it makes.
    pub(super) temporary: Option<String>,
    /// What the session had counted before, where it is not rolled back as a whole and may change rows.
    pub(super) counted: Option<Changes>,
    /// What it had changed when it failed, where it is not rolled back as a whole.
    pub(super) changed: Changed,
    /// Whether an earlier run began it and did not finish.
    pub(super) unfinished: Option<Entry>,
    /// First revision of the database.
    pub(super) first: bool,
    /// Whether the next revision of the run has a transaction as well: it then follows this one's on the same connection.
    pub(super) goes_on: bool,
    /// On MySQL, where it is written down that a revision begins: whether the revision before did so.
    pub(super) noted: bool,
    /// What writes down there that the next one begins.
    pub(super) note_of_next: Option<String>,
    /// Whether it was seen to have ended the transaction it ran in.
    pub(super) ended: bool,
}

impl Job<'_> {
    pub(super) async fn call(&self, manager: &SchemaManager<'_>) -> Result<(), DbErr> {
        call::revision(self.revision, manager, self.direction).await
    }
}

impl Runner {
    /// What ends the transaction of a revision: the check, the session as it was, and the note that the revision is done.
    /// The check comes first, because what puts the session back takes the mark away.
    pub(super) fn last_statements(&self, job: &mut Job<'_>, started: Instant, last: Last) -> String {
        let marks = marks::marks(self.target.backend());
        let check = marks
            .as_ref()
            .filter(|_| last != Last::Checked)
            .map(|marks| format!("{}; ", marks.check))
            .unwrap_or_default();
        let left_alone = self.leaves_the_session_alone(job);
        let mut restored =
            if left_alone { String::new() } else { format!("{}; ", self.session.restore_in_transaction()) };
        restored.extend(job.temporary.iter().map(|drop| format!("{drop}; ")));
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

    /// Statements that write down that the revision is done.
    pub(super) fn finish(&self, job: &mut Job<'_>, started: Instant, last: Last) -> String {
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
