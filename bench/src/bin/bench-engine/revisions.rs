//! A history of 52 revisions, or more, as a project gathers them: tables with foreign keys, columns, indexes, constraints, enum types.
//! Plain SeaORM, made in code. In its place a process may have the 52 of the area `vision`, which grew.

use migration::areas::vision;
use migration_engine::{
    Describe, Project,
    project::describe::Allowed,
    recording::{self, Profile},
    schema::verify,
};
use sea_orm_migration::{
    prelude::*,
    schema::{big_integer, boolean, double, double_null, pk_auto, string, string_len, text, timestamp_with_time_zone},
    sea_orm::{DatabaseBackend, DbErr, MockDatabase, MockExecResult, Transaction},
    sea_query::extension::postgres::Type,
};

/// How many there are.
pub const COUNT: usize = 52;
/// How many `verify` is measured with.
pub const VERIFIED: usize = 74;
/// Says that there are so many.
pub const COUNTED: &str = "BENCH_ENGINE_COUNT";
/// Says that they are those of the area `vision`.
pub const OF_VISION: &str = "BENCH_ENGINE_OF_VISION";

/// The migrator of the history.
pub struct History;

#[async_trait::async_trait]
impl MigratorTrait for History {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        if is_vision() {
            return vision::Migrator::migrations();
        }
        let count = std::env::var(COUNTED).ok().and_then(|count| count.parse().ok()).unwrap_or(COUNT);
        (0..count).map(|number| Box::new(Revision { number }) as Box<dyn MigrationTrait>).collect()
    }
}

/// The history with what it says of itself, for the engine.
pub fn described() -> Project {
    if is_vision() {
        return vision::project();
    }
    let revisions = 0..History::migrations().len();
    revisions.fold(Project::new(History), |project, number| project.describe(Revision { number }))
}

fn is_vision() -> bool {
    std::env::var_os(OF_VISION).is_some()
}

struct Revision {
    number: usize,
}

/// What such a `down` loses, as most do that drop a column.
impl Describe for Revision {
    fn allows(&self) -> &'static [Allowed] {
        &[Allowed { rule: verify::LOSSY_ROLLBACK, reason: "it drops the column" }]
    }
}

/// What a revision does; each kind follows the one before on the same table.
const KINDS: usize = 6;

impl Revision {
    fn table(&self) -> String {
        format!("area_{}", self.number / KINDS)
    }

    fn named(&self, suffix: &str) -> String {
        format!("{}_{suffix}", self.table())
    }

    /// What the later kinds are on MySQL and SQLite, where a column is what every version can add and drop.
    fn column(&self) -> String {
        self.named(["", "", "version", "state", "parent", "value"][self.number % KINDS])
    }

    fn enum_type(&self) -> String {
        self.named("state")
    }

    fn foreign_key(&self) -> String {
        self.named("parent_fkey")
    }
}

impl MigrationName for Revision {
    fn name(&self) -> &str {
        // The list is made once per process.
        Box::leak(format!("m20250101_{:06}_step", self.number).into_boxed_str())
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Revision {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        match self.number % KINDS {
            2.. if manager.get_database_backend() != DatabaseBackend::Postgres => {
                let column = ColumnDef::new(self.column()).integer().take();
                manager.alter_table(Table::alter().table(self.table()).add_column(column).take()).await
            }
            0 => {
                let mut table = Table::create();
                table
                    .table(self.table())
                    .col(pk_auto("id"))
                    .col(string("name"))
                    .col(text("description"))
                    .col(string_len("unit", 20))
                    .col(double("value"))
                    .col(double_null("threshold"))
                    .col(boolean("active").default(true))
                    .col(timestamp_with_time_zone("created_at").default(Expr::current_timestamp()));
                manager.create_table(table.take()).await
            }
            1 => {
                let mut by_time = Index::create();
                by_time
                    .name(self.named("time_idx"))
                    .table(self.table())
                    .col(("created_at", IndexOrder::Desc))
                    .col("id");
                manager.create_index(by_time.take()).await?;
                let mut by_name = Index::create();
                by_name.name(self.named("name_key")).table(self.table()).col("name").unique();
                manager.create_index(by_name.take()).await
            }
            2 => {
                let mut columns = Table::alter();
                columns
                    .table(self.table())
                    .add_column(big_integer("version").default(0))
                    .add_column(string("owner").default(""));
                manager.alter_table(columns.take()).await
            }
            3 => {
                let mut state = Type::create();
                state.as_enum(self.enum_type()).values(["planned", "running", "done"]);
                manager.create_type(state).await?;
                let mut column = ColumnDef::new("state");
                column.custom(self.enum_type()).not_null().default("planned");
                manager.alter_table(Table::alter().table(self.table()).add_column(column).take()).await
            }
            4 => {
                let mut column = Table::alter();
                let parent = ColumnDef::new("parent_id").integer().take();
                manager.alter_table(column.table(self.table()).add_column(parent).take()).await?;
                let mut key = ForeignKey::create();
                key.name(self.foreign_key()).from(self.table(), "parent_id").to(self.table(), "id");
                key.on_delete(ForeignKeyAction::Cascade);
                manager.create_foreign_key(key.take()).await
            }
            _ => {
                // SeaORM has no statement for a check on a table that is there.
                let sql = format!(
                    "ALTER TABLE {} ADD CONSTRAINT {} CHECK (value >= 0)",
                    self.table(),
                    self.named("value_check")
                );
                manager.get_connection().execute_unprepared(&sql).await.map(drop)
            }
        }
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let drop_column = |name: &'static str| Table::alter().table(self.table()).drop_column(name).take();
        match self.number % KINDS {
            2.. if manager.get_database_backend() != DatabaseBackend::Postgres => {
                manager.alter_table(Table::alter().table(self.table()).drop_column(self.column()).take()).await
            }
            0 => manager.drop_table(Table::drop().table(self.table()).take()).await,
            1 => {
                manager.drop_index(Index::drop().name(self.named("name_key")).table(self.table()).to_owned()).await?;
                manager.drop_index(Index::drop().name(self.named("time_idx")).table(self.table()).to_owned()).await
            }
            2 => {
                manager.alter_table(drop_column("owner")).await?;
                manager.alter_table(drop_column("version")).await
            }
            3 => {
                manager.alter_table(drop_column("state")).await?;
                manager.drop_type(Type::drop().name(self.enum_type()).to_owned()).await
            }
            4 => {
                manager
                    .drop_foreign_key(ForeignKey::drop().name(self.foreign_key()).table(self.table()).to_owned())
                    .await?;
                manager.alter_table(drop_column("parent_id")).await
            }
            _ => {
                let sql = format!("ALTER TABLE {} DROP CONSTRAINT {}", self.table(), self.named("value_check"));
                manager.get_connection().execute_unprepared(&sql).await.map(drop)
            }
        }
    }
}

/// The statements of each revision, one way and the other, as a script would have them.
pub struct Statements {
    /// Oldest revision first.
    pub up: Vec<Vec<String>>,
    /// Of the same revisions, in the same order.
    pub down: Vec<Vec<String>>,
}

impl Statements {
    /// Runs the revisions without a database and notes what they say.
    pub async fn record() -> Result<Self, DbErr> {
        let mut statements = Self { up: Vec::new(), down: Vec::new() };
        for revision in History::migrations() {
            statements.up.push(recorded(async |manager| revision.up(manager).await).await?);
            statements.down.push(recorded(async |manager| revision.down(manager).await).await?);
        }
        Ok(statements)
    }

    /// Those of the area `vision`, with the transactions that they run in.
    pub async fn of_vision() -> Result<Self, Box<dyn std::error::Error>> {
        let revisions = vision::Migrator::migrations();
        let revisions: Vec<&dyn MigrationTrait> = revisions.iter().map(AsRef::as_ref).collect();
        let mut statements = Self { up: Vec::new(), down: Vec::new() };
        for recorded in recording::record(&revisions, Profile::Postgres.capability(None)).await? {
            statements.up.push(in_their_transactions(recorded.up.statements, recorded.in_transaction));
            statements.down.push(in_their_transactions(recorded.down?.statements, recorded.in_transaction));
        }
        Ok(statements)
    }

    /// All of one script, in the order in which they run.
    pub fn script<'a>(revisions: impl IntoIterator<Item = &'a Vec<String>>) -> String {
        let statements: Vec<&str> = revisions.into_iter().flatten().map(String::as_str).collect();
        statements.join(";\n") + ";\n"
    }
}

/// In the runner's transaction, or in those that the revision begins itself.
fn in_their_transactions(statements: Vec<recording::Statement>, in_one: bool) -> Vec<String> {
    let (mut sql, mut open) = (Vec::new(), None);
    for one in statements {
        let transaction = if in_one { Some(0) } else { one.transaction };
        if transaction != open {
            sql.extend(open.map(|_| "COMMIT".to_owned()));
            sql.extend(transaction.map(|_| "BEGIN".to_owned()));
            open = transaction;
        }
        sql.push(one.sql);
    }
    sql.extend(open.map(|_| "COMMIT".to_owned()));
    sql
}

async fn recorded(run: impl AsyncFnOnce(&SchemaManager<'_>) -> Result<(), DbErr>) -> Result<Vec<String>, DbErr> {
    let answers = vec![MockExecResult { last_insert_id: 0, rows_affected: 0 }; 8];
    let db = MockDatabase::new(DatabaseBackend::Postgres).append_exec_results(answers).into_connection();
    run(&SchemaManager::new(&db)).await?;
    let log = db.into_transaction_log();
    Ok(log.iter().flat_map(Transaction::statements).map(|statement| statement.sql.clone()).collect())
}
