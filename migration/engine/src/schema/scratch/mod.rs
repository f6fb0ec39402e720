//! What revisions produce, found by running them where it leaves no trace.
//!
//! [`catalog_of`] takes the cheapest way: on PostgreSQL a schema inside a transaction that is rolled back, on SQLite a
//! database in memory, on MySQL a database of its own. A revision that PostgreSQL refuses inside a transaction is given a
//! database of its own there too, and [`Scratch::database`] always is.
//!
//! Databases are named `migration_scratch_<seconds since 1970>_<session>_<random>` and dropped by whoever made them, over a
//! new connection when the old one broke. One that is left all the same, by a run that was killed for example, is dropped
//! by the next run of the same user once the session that made it is gone and nobody is connected to it; those of other
//! users a day after they were made.

mod elsewhere;
mod server;

use migration_timescale::{identifier, literal, manager::leaving_extension_alone};
use sea_orm::{ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, TransactionTrait};
use sea_orm_migration::{MigrationTrait, SchemaManager};
use serde::Serialize;
use tracing::{Dispatch, instrument::WithSubscriber};

use crate::{
    Direction, EngineError, Runner, Target,
    error::ScratchError,
    ledger::{Records, Tables},
    revision::{call, consent},
    schema::{catalog::Catalog, foreign_keys::ForeignKeys},
    session::{Session, connect, marks},
    sql::{rows, sqlstate},
};

/// How every scratch schema and database is named, or how its name begins.
pub(crate) const NAME: &str = "migration_scratch";

/// The indexes of continuous aggregates live in one schema, whosever they are. Where there is no second session to have a
/// database of its own, those of the database itself get other names until the transaction is rolled back.
const MAKE_WAY: &str = include_str!("make_way.sql");

/// What gives a schema the rights that others have on the current one: a revision may make an object theirs.
const GRANTS: &str = include_str!("grants.sql");

/// Statements for that.
async fn grants<C: ConnectionTrait>(home: &C, schema: &str) -> Result<String, DbErr> {
    let asked = rows(home, &GRANTS.replace("{schema}", &literal(schema))).await?;
    asked.first().map_or(Ok(String::new()), |row| row.try_get("", "grants"))
}

/// Where revisions are tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Form {
    /// A database of its own on the same server.
    Database,
    /// A schema in a transaction that is rolled back: revisions cannot open transactions of their own there.
    Transaction,
    /// A database in memory.
    Memory,
}

/// A place to try revisions in. To be given back with [`Scratch::remove`].
pub struct Scratch<'a> {
    runner: &'a Runner,
    session: Session,
    /// The bookkeeping tables: a revision may read them.
    tables: Tables,
    place: Place,
}

enum Place {
    Database { db: DatabaseConnection, name: String },
    Transaction(Box<DatabaseTransaction>),
    Memory(DatabaseConnection),
}

impl<'a> Scratch<'a> {
    /// A database of its own; in memory for SQLite.
    pub async fn database(runner: &'a Runner) -> Result<Self, ScratchError> {
        if runner.target().backend() == DbBackend::Sqlite {
            let target = Target::parse("sqlite::memory:", "the engine").map_err(EngineError::from)?;
            let (db, session, _) = connect::open(&target, &connect::Settings::default(), runner.patience()).await?;
            return Self::with_tables(runner, session, Place::Memory(db)).await;
        }
        let (db, session, name) = server::create(runner).await?;
        Self::with_tables(runner, session, Place::Database { db, name }).await
    }

    /// A schema inside a transaction (PostgreSQL). The runner's connection is not free before [`Scratch::remove`].
    pub async fn transaction(runner: &'a Runner) -> Result<Self, ScratchError> {
        let transaction =
            runner.connection().begin().await.map_err(ScratchError::while_doing("opening a transaction"))?;
        let opened = furnish_schema(&transaction).await;
        let place = Place::Transaction(Box::new(transaction));
        match opened {
            Ok(path) => Self::with_tables(runner, runner.session().clone().on_path(NAME, &path), place).await,
            Err(source) => {
                let tables = Tables::of(&runner.project().bookkeeping(), None);
                Self { runner, session: runner.session().clone(), tables, place }.remove().await?;
                Err(match sqlstate::code(&source).as_deref() {
                    Some("42501") => ScratchError::MayNotCreate { source },
                    _ => ScratchError::Database { doing: "creating a scratch schema", source },
                })
            }
        }
    }

    /// Makes the bookkeeping tables.
    async fn with_tables(runner: &'a Runner, session: Session, place: Place) -> Result<Self, ScratchError> {
        let tables = Tables::of(&runner.project().bookkeeping(), session.place());
        let remembered = match &place {
            Place::Database { db, .. } | Place::Memory(db) => session.remember(db).await,
            // That of the runner.
            Place::Transaction(_) => Ok(()),
        };
        let scratch = Self { runner, session, tables, place };
        if let Err(error) = remembered {
            scratch.remove().await?;
            return Err(error.into());
        }
        let create = scratch.tables.create(runner.target().backend(), &Records::default());
        let created = scratch.manager().get_connection().execute_unprepared(&create).await;
        match created {
            Ok(_) => Ok(scratch),
            Err(source) => {
                scratch.remove().await?;
                Err(ScratchError::Database { doing: "creating the bookkeeping tables of a trial", source })
            }
        }
    }

    /// Statements that put the session back and note a revision, as a runner does before it commits.
    fn end(&self, revision: &dyn MigrationTrait, direction: Direction) -> String {
        format!("{}; {}", self.session.restore_in_transaction(), self.notes(revision, direction))
    }

    fn notes(&self, revision: &dyn MigrationTrait, direction: Direction) -> String {
        let backend = self.runner.target().backend();
        let mut statements = self.tables.forget(backend, revision.name()).to_vec();
        if direction == Direction::Up {
            statements.push(self.tables.record(backend, revision.name(), chrono::Utc::now()));
        }
        statements.join("; ")
    }

    /// What it is.
    pub fn form(&self) -> Form {
        match self.place {
            Place::Database { .. } => Form::Database,
            Place::Transaction(_) => Form::Transaction,
            Place::Memory(_) => Form::Memory,
        }
    }

    /// What errors call it.
    fn name(&self) -> String {
        match &self.place {
            Place::Database { name, .. } => format!("the scratch database {name}"),
            Place::Transaction(_) => format!("the scratch schema {NAME} of this database"),
            Place::Memory(_) => "a scratch database in memory".to_owned(),
        }
    }

    /// A manager for revisions.
    pub fn manager(&self) -> SchemaManager<'_> {
        match &self.place {
            Place::Database { db, .. } | Place::Memory(db) => SchemaManager::new(db),
            Place::Transaction(transaction) => SchemaManager::new(transaction.as_ref()),
        }
    }

    /// The schema as it is now.
    pub async fn catalog(&self) -> Result<Catalog, DbErr> {
        Catalog::read(self.manager().get_connection(), &self.runner.project().bookkeeping_table()).await
    }

    /// Runs a revision as a runner does, with the consent to delete rows. A failure inside a transaction leaves nothing.
    pub async fn run(&self, revision: &dyn MigrationTrait, direction: Direction) -> Result<(), DbErr> {
        let ran = self.run_in_place(revision, direction).await;
        if let Some(drop) = self.runner.drop_temporary(revision.name(), direction).await {
            self.manager().get_connection().execute_unprepared(&drop).await?;
        }
        ran
    }

    async fn run_in_place(&self, revision: &dyn MigrationTrait, direction: Direction) -> Result<(), DbErr> {
        let refused = self.runner.refuse_end_of_transaction(revision.name(), direction).await;
        refused.map_err(|error| DbErr::Migration(error.to_string()))?;
        self.refuse_changes_elsewhere(revision, direction).await?;
        match &self.place {
            // A savepoint: a failed revision must not end the transaction.
            Place::Transaction(transaction) => {
                let savepoint = transaction.begin().await?;
                marks::mark(&savepoint).await?;
                step(&SchemaManager::new(&savepoint), revision, direction).await?;
                marks::check(&savepoint).await?;
                savepoint.execute_unprepared(&self.end(revision, direction)).await?;
                savepoint.commit().await
            }
            Place::Database { db, .. } | Place::Memory(db) if self.runner.runs_in_transaction(revision).await => {
                let keys = ForeignKeys::of(db).await?;
                match self.in_transaction(db, revision, direction, &keys).await {
                    Err(error) if keys.are_in_the_way(&error) => {
                        self.session.restore(db).await?;
                        let statements = self.runner.known_statements(revision.name(), direction).await;
                        let keys = ForeignKeys::off(db, statements.as_deref()).await?;
                        let ran = self.in_transaction(db, revision, direction, &keys).await;
                        self.session.restore(db).await?;
                        ran
                    }
                    ran => ran,
                }
            }
            Place::Database { db, .. } | Place::Memory(db) => {
                let statements = self.runner.known_statements(revision.name(), direction).await;
                let keys = ForeignKeys::watched(db, statements.as_deref()).await?;
                if let Err(error) = self.outside_transaction(db, revision, direction).await {
                    // The first error says more than one of putting back.
                    let _ = self.session.restore(db).await;
                    return Err(error);
                }
                keys.settle(db).await
            }
        }
    }

    /// An error when a revision is known to change what stays when the scratch database goes.
    async fn refuse_changes_elsewhere(&self, revision: &dyn MigrationTrait, direction: Direction) -> Result<(), DbErr> {
        match &self.place {
            Place::Database { db, .. } => {
                let statements = self.runner.statements(revision.name(), direction).await;
                elsewhere::refuse_changes(db, &statements).await
            }
            // Rolled back, as far as that goes.
            Place::Transaction(_) => {
                let statements = self.runner.statements(revision.name(), direction).await;
                let home = self.runner.session().place().unwrap_or_default();
                elsewhere::refuse_to_go_home(&statements, home, self.runner.server().is_web_assembly())
            }
            Place::Memory(_) => Ok(()),
        }
    }

    async fn in_transaction(
        &self,
        db: &DatabaseConnection,
        revision: &dyn MigrationTrait,
        direction: Direction,
        keys: &ForeignKeys,
    ) -> Result<(), DbErr> {
        let transaction = db.begin().await?;
        marks::mark(&transaction).await?;
        step(&SchemaManager::new(&transaction), revision, direction).await?;
        marks::check(&transaction).await?;
        keys.settle(&transaction).await?;
        transaction.execute_unprepared(&self.end(revision, direction)).await?;
        transaction.commit().await?;
        self.session.restore_after_transaction(db).await
    }

    async fn outside_transaction(
        &self,
        db: &DatabaseConnection,
        revision: &dyn MigrationTrait,
        direction: Direction,
    ) -> Result<(), DbErr> {
        step(&SchemaManager::new(db), revision, direction).await?;
        self.session.restore(db).await?;
        db.execute_unprepared(&self.notes(revision, direction)).await.map(drop)
    }

    /// Runs upwards what another tool may have applied, and that may end its transaction then.
    async fn run_applied(&self, revision: &dyn MigrationTrait) -> Result<(), DbErr> {
        match &self.place {
            Place::Database { db, .. } | Place::Memory(db)
                if self.runner.refuse_end_of_transaction(revision.name(), Direction::Up).await.is_err() =>
            {
                self.refuse_changes_elsewhere(revision, Direction::Up).await?;
                self.outside_transaction(db, revision, Direction::Up).await
            }
            _ => self.run(revision, Direction::Up).await,
        }
    }

    /// Drops it, whatever became of the work in it.
    pub async fn remove(self) -> Result<(), ScratchError> {
        match self.place {
            Place::Database { db, name } => {
                server::remove(self.runner, db, &name).await;
                Ok(())
            }
            Place::Transaction(transaction) => {
                transaction.rollback().await.map_err(ScratchError::while_doing("rolling a trial back"))
            }
            Place::Memory(db) => db.close().await.map_err(ScratchError::while_doing("closing a database in memory")),
        }
    }
}

/// Creates the schema and moves into it; gives the search path: the session's own, with the new schema in place of the
/// current one, which stays only where an extension lives in it.
async fn furnish_schema(transaction: &DatabaseTransaction) -> Result<String, DbErr> {
    let question = format!(
        "SELECT {} AS one_session, (SELECT n.nspname::text FROM pg_extension e \
         JOIN pg_namespace n ON n.oid = e.extnamespace WHERE e.extname = 'timescaledb') AS extension, \
         (SELECT string_agg(quote_ident(p.name), ', ' ORDER BY p.place) \
         FROM unnest(current_schemas(false)) WITH ORDINALITY AS p(name, place) WHERE p.name <> current_schema() \
         OR EXISTS (SELECT FROM pg_extension e WHERE e.extnamespace = quote_ident(p.name)::regnamespace)) AS others",
        server::one_session()
    );
    let asked = rows(transaction, &question).await?;
    let grants = grants(transaction, NAME).await?;
    let mut path = vec![identifier(NAME)];
    let mut make_way = "";
    if let Some(row) = asked.first() {
        let extension: Option<String> = row.try_get("", "extension")?;
        if extension.is_some() && row.try_get("", "one_session")? {
            make_way = MAKE_WAY;
        }
        // What the search path finds, it finds there as well, functions, types and operator classes of extensions too; and
        // nothing else, because the definition of an index names a schema that is not on the path.
        path.extend(row.try_get::<Option<String>>("", "others")?);
    }
    let all = path.join(", ");
    let sql = format!("CREATE SCHEMA {}; {grants}; SET LOCAL search_path = {all}; {make_way}", path[0]);
    transaction.execute_unprepared(&sql).await?;
    Ok(all)
}

async fn step(manager: &SchemaManager<'_>, revision: &dyn MigrationTrait, direction: Direction) -> Result<(), DbErr> {
    consent::with_consent(true, call::revision(revision, manager, direction)).await
}

/// The catalogue after these revisions, in this order, on the runner's own server.
pub async fn catalog_of(runner: &Runner, revisions: &[&dyn MigrationTrait]) -> Result<Catalog, ScratchError> {
    let bookkeeping = runner.project().bookkeeping_table();
    read_of(runner, revisions, async |manager| Catalog::read(manager.get_connection(), &bookkeeping).await).await
}

/// What is read after these revisions, in this order, on the runner's own server.
pub(crate) async fn read_of<T>(
    runner: &Runner,
    revisions: &[&dyn MigrationTrait],
    read: impl AsyncFn(&SchemaManager<'_>) -> Result<T, DbErr>,
) -> Result<T, ScratchError> {
    // What this database, as it is, would have: an extension that it lacks is not there for a trial either.
    // Boxed: the futures of revisions are large.
    let work = Box::pin(wherever_it_works(runner, revisions, &read));
    if runner.server().has_hypertables() { work.await } else { leaving_extension_alone(work).await }
}

async fn wherever_it_works<T>(
    runner: &Runner,
    revisions: &[&dyn MigrationTrait],
    read: &impl AsyncFn(&SchemaManager<'_>) -> Result<T, DbErr>,
) -> Result<T, ScratchError> {
    // Before a scratch schema is opened: what ended its transaction would leave it in the database itself.
    let refused = if let Some(refused) = ends_transactions(runner, revisions).await {
        Some(refused)
    } else if runner.target().backend() == DbBackend::Postgres {
        let tried = match Scratch::transaction(runner).await {
            Ok(scratch) => produce(scratch, revisions, read).await,
            Err(error) => Err(error),
        };
        match tried {
            // A revision may look beyond its schema, for a type that is in another one of the database for example.
            Err(error @ (ScratchError::MayNotCreate { .. } | ScratchError::Revision { .. })) => Some(error),
            other => return other,
        }
    } else {
        None
    };
    match (Scratch::database(runner).await, refused) {
        (Ok(scratch), _) => produce(scratch, revisions, read).await,
        (Err(_), Some(error)) if !wants_a_database(&error) => Err(error),
        (Err(because), Some(ScratchError::Revision { revision, source, .. })) => Err(ScratchError::NeedsDatabase {
            revision,
            refusal: sqlstate::message(&source),
            because: Box::new(because),
        }),
        (Err(error), _) => Err(error),
    }
}

/// An applied revision that ends transactions, because another tool ran it: tried in a transaction, it would leave what it
/// makes in the database itself.
async fn ends_transactions(runner: &Runner, revisions: &[&dyn MigrationTrait]) -> Option<ScratchError> {
    for revision in revisions {
        if let Err(error) = runner.refuse_end_of_transaction(revision.name(), Direction::Up).await {
            let source = DbErr::Migration(error.to_string());
            let (revision, place) = (revision.name().to_owned(), "a transaction".to_owned());
            return Some(ScratchError::Revision { revision, place, source });
        }
    }
    None
}

async fn produce<T>(
    scratch: Scratch<'_>,
    revisions: &[&dyn MigrationTrait],
    read: &impl AsyncFn(&SchemaManager<'_>) -> Result<T, DbErr>,
) -> Result<T, ScratchError> {
    let produced = silently(async {
        for revision in revisions {
            // No savepoints here: they would double the round trips of `check`.
            let ran = match scratch.form() {
                Form::Transaction => without_savepoint(&scratch, *revision).await,
                Form::Database | Form::Memory => scratch.run_applied(*revision).await,
            };
            ran.map_err(|source| {
                let (revision, place) = (revision.name().to_owned(), scratch.name());
                ScratchError::Revision { revision, place, source }
            })?;
        }
        read(&scratch.manager()).await.map_err(ScratchError::while_doing("reading the schema of a trial"))
    })
    .await;
    let removed = scratch.remove().await;
    let found = produced?;
    removed?;
    Ok(found)
}

async fn without_savepoint(scratch: &Scratch<'_>, revision: &dyn MigrationTrait) -> Result<(), DbErr> {
    scratch.refuse_changes_elsewhere(revision, Direction::Up).await?;
    let manager = scratch.manager();
    call::revision(revision, &manager, Direction::Up).await?;
    manager.get_connection().execute_unprepared(&scratch.end(revision, Direction::Up)).await.map(drop)
}

/// Awaits `work` without its log: what a trial skips is nobody's news.
pub(crate) async fn silently<F: Future>(work: F) -> F::Output {
    work.with_subscriber(Dispatch::none()).await
}

/// Whether one transaction around everything, beside the database itself, is what was in the way. 25001: refuses to run in
/// a transaction; 0A000: an index with a transaction per chunk; 55P04: uses an enum value that was added in it; 55006:
/// waits for a deferred trigger; 55000: a publication of all tables takes no change of a table without a key. The others: the name is taken by an object of the database that is in no schema of the
/// project, such as an index of a continuous aggregate.
fn wants_a_database(error: &ScratchError) -> bool {
    match error {
        // In a revision's own words it is not known what the server said.
        ScratchError::MayNotCreate { .. }
        | ScratchError::Revision { source: DbErr::Migration(_) | DbErr::Custom(_), .. } => true,
        ScratchError::Revision { source, .. } => {
            let code = sqlstate::code(source);
            let in_transaction = matches!(code.as_deref(), Some("25001" | "0A000" | "55P04" | "55006" | "55000"));
            in_transaction || matches!(code.as_deref(), Some("42P07" | "42710" | "42P06" | "42723"))
        }
        _ => false,
    }
}
