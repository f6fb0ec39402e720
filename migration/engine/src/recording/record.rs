//! Runs revisions on a [`Recorder`].

use migration_timescale::{Capability, manager::collecting_skipped, question::answered_by};
use sea_orm::{DbBackend, DbErr, TransactionTrait};
use sea_orm_migration::{MigrationTrait, SchemaManager};

use super::{
    Script, ignored,
    notes::collecting,
    recorder::{Recorder, Taken},
    schema::Schema,
};
use crate::{
    Direction,
    error::OfflineError,
    revision::{call, caught::caught, consent},
    sql::text,
};

/// A revision as it was recorded.
#[derive(Debug)]
pub struct Recorded {
    /// What it does on `up`.
    pub up: Script,
    /// What it does on `down`, on the schema that its `up` leaves; many projects write none.
    pub down: Result<Script, OfflineError>,
    /// Whether the runner puts the whole revision, and that it is applied, into one transaction.
    pub in_transaction: bool,
}

impl Recorded {
    /// An error when it has a statement that ends the transaction in which it is run.
    pub fn refuse_end_of_transaction(&self, direction: Direction) -> Result<(), OfflineError> {
        match self.end_of_transaction(direction) {
            Some(statement) => Err(OfflineError::WouldEndTransaction { revision: self.up.revision.clone(), statement }),
            None => Ok(()),
        }
    }

    /// The statement with which it would end the transaction in which it is run.
    pub fn end_of_transaction(&self, direction: Direction) -> Option<String> {
        let script = self.script(direction).ok().filter(|_| self.in_transaction)?;
        let backend = script.before.backend();
        script.statements.iter().find_map(|statement| text::ends_transaction(backend, &statement.sql))
    }

    /// Its scripts. A `down` that cannot be recorded counts as none.
    pub(super) fn scripts(&self) -> impl Iterator<Item = &Script> + Clone {
        std::iter::once(&self.up).chain(self.down.as_ref().ok())
    }

    /// Whether another recording of the same revision has the same statements, to the letter.
    pub fn says_the_same(&self, other: &Self) -> bool {
        self.given().eq(other.given())
    }

    fn given(&self) -> impl Iterator<Item = (Direction, &str)> {
        self.scripts().flat_map(|script| script.statements.iter().map(|one| (script.direction, one.sql.as_str())))
    }

    /// Its script for a direction.
    pub fn script(&self, direction: Direction) -> Result<&Script, &OfflineError> {
        match direction {
            Direction::Up => Ok(&self.up),
            Direction::Down => self.down.as_ref(),
        }
    }

    /// Finds out which errors the revision ignores.
    pub(super) async fn find_ignored(
        &mut self,
        revision: &dyn MigrationTrait,
        direction: Direction,
        server: Capability,
    ) {
        let script = match (direction, &mut self.down) {
            (Direction::Up, _) => &mut self.up,
            (Direction::Down, Ok(down)) => down,
            (Direction::Down, Err(_)) => return,
        };
        *script = ignored::find(revision, server, self.in_transaction, script.clone()).await;
    }
}

/// Records revisions, in order, on an empty schema. The first that cannot be recorded on `up` is the error.
pub async fn record(revisions: &[&dyn MigrationTrait], server: Capability) -> Result<Vec<Recorded>, OfflineError> {
    record_each(revisions, server).await.into_iter().collect()
}

/// Like [`record`], for every revision by itself. One that cannot be recorded leaves to the next what it did until then.
pub async fn record_each(revisions: &[&dyn MigrationTrait], server: Capability) -> Vec<Result<Recorded, OfflineError>> {
    let mut schema = Schema::empty(server.backend());
    let mut recorded = Vec::with_capacity(revisions.len());
    for revision in revisions {
        let (one, after) = record_one(*revision, server, &schema).await;
        schema = after;
        recorded.push(one);
    }
    recorded
}

/// A revision, and the schema after it.
///
/// PostgreSQL has every revision in one transaction, unless the revision says no. Stock SeaORM leaves the others without
/// unless the revision says yes; here they get one too, so that a run that is killed does not insert rows twice, unless the
/// revision has statements that mean something else inside a transaction.
async fn record_one(
    revision: &dyn MigrationTrait,
    server: Capability,
    before: &Schema,
) -> (Result<Recorded, OfflineError>, Schema) {
    // Where it panics, both ways fail with that.
    let said = call::use_transaction(revision).await.unwrap_or_default();
    let wrapped = said.unwrap_or(true);
    let both = both_ways(revision, server, before, wrapped).await;
    if said.is_some() || server.backend() == DbBackend::Postgres || !both.mind_a_transaction(server.backend()) {
        return both.recorded(wrapped);
    }
    both_ways(revision, server, before, false).await.recorded(false)
}

/// A revision as it ran one way and back.
struct Both {
    up: Ran,
    /// On the schema that its `up` leaves; a revision may have no way down.
    down: Ran,
    after: Schema,
}

async fn both_ways(revision: &dyn MigrationTrait, server: Capability, before: &Schema, wrapped: bool) -> Both {
    let up = plain(revision, Direction::Up, server, before, wrapped).await;
    let after = before.after(&up.script.statements);
    let down = plain(revision, Direction::Down, server, &after, wrapped).await;
    Both { up, down, after }
}

impl Both {
    /// Whether the revision may be another one inside a transaction.
    fn mind_a_transaction(&self, backend: DbBackend) -> bool {
        let mut statements = self.up.script.statements.iter().chain(&self.down.script.statements);
        let mut questions = self.up.script.unanswered.iter().chain(&self.down.script.unanswered);
        // MySQL forgets savepoints when a table changes, so a revision with transactions of its own keeps them.
        self.up.error.is_some()
            || self.up.own_transactions
            || self.down.own_transactions
            || statements.any(|one| text::minds_transactions(backend, &one.sql))
            || questions.any(|sql| backend == DbBackend::Sqlite && text::switches_foreign_keys(sql))
    }

    fn recorded(self, in_transaction: bool) -> (Result<Recorded, OfflineError>, Schema) {
        if let Some(error) = self.up.error {
            return (Err(error), self.after);
        }
        let down = self.down.error.map_or(Ok(self.down.script), Err);
        (Ok(Recorded { up: self.up.script, down, in_transaction }), self.after)
    }
}

/// Which statements are answered with an error while a revision is recorded.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Errors {
    /// Those that fail on the schema as it is known.
    pub known: bool,
    /// The one that is given so many statements after the first.
    pub at: Option<usize>,
}

/// What came of recording a revision one way.
pub(super) struct Ran {
    pub script: Script,
    /// Why the script ends where it does.
    pub error: Option<OfflineError>,
    /// Of each statement of the script, how many were given before it.
    pub numbers: Vec<usize>,
    /// Whether the revision began transactions or savepoints itself.
    own_transactions: bool,
}

async fn plain(
    revision: &dyn MigrationTrait,
    direction: Direction,
    server: Capability,
    before: &Schema,
    wrapped: bool,
) -> Ran {
    // Boxed: it holds the future of a revision.
    Box::pin(run(revision, direction, server, before, wrapped, Errors::default())).await
}

pub(super) async fn run(
    revision: &dyn MigrationTrait,
    direction: Direction,
    server: Capability,
    before: &Schema,
    wrapped: bool,
    errors: Errors,
) -> Ran {
    let recorder = Recorder::new(server, direction, before.clone(), errors);
    // Boxed: each of the futures around it would be larger by its size, and is moved.
    let work = consent::with_consent(true, Box::pin(step(revision, direction, &recorder, wrapped)));
    let work = answered_by(recorder.known(), work);
    let ((outcome, skipped), notes) = collecting(collecting_skipped(caught(work))).await;
    let Taken { statements, numbers, given, asked, unanswered, transactions } = recorder.take();
    let question = unanswered.last().map(|sql| shortened(sql));
    let name = revision.name().to_owned();
    let error = match (outcome, question) {
        (Ok(Ok(())), _) => None,
        (Ok(Err(source)), _) if call::is_unwritten(&source) => {
            Some(OfflineError::NotWritten { revision: name.clone(), direction })
        }
        (Ok(Err(source)), Some(question)) => {
            Some(OfflineError::NeedsDatabase { revision: name.clone(), direction, question, source })
        }
        (Ok(Err(source)), None) => Some(OfflineError::Failed { revision: name.clone(), direction, source }),
        (Err(said), question) => Some(OfflineError::Panicked { revision: name.clone(), direction, said, question }),
    };
    let before = before.clone();
    let script = Script { revision: name, direction, statements, given, unanswered, asked, notes, skipped, before };
    let own_transactions = transactions > usize::from(wrapped);
    Ran { script, error, numbers, own_transactions }
}

async fn step(
    revision: &dyn MigrationTrait,
    direction: Direction,
    recorder: &Recorder,
    wrapped: bool,
) -> Result<(), DbErr> {
    let db = recorder.connection();
    if wrapped {
        let transaction = db.begin().await?;
        call::one_way(revision, &SchemaManager::new(&transaction), direction).await?;
        // The runner looks whether the transaction is still good.
        recorder.refuse_aborted()?;
        transaction.commit().await
    } else {
        call::one_way(revision, &SchemaManager::new(&db), direction).await
    }
}

fn shortened(sql: &str) -> String {
    const LONGEST: usize = 200;
    let line = sql.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}
