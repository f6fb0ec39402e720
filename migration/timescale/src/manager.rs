//! The values of this crate as methods of SeaORM's `SchemaManager`.

use sea_orm::{ConnectionTrait, DbBackend, DbErr, Statement, TransactionTrait};
use sea_orm_migration::{SchemaManager, async_trait::async_trait};

use crate::{Capability, ChecksOnNewColumns, Columnstore, ColumnstorePolicy, Hypertable, Unsupported};

/// What became of a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// It ran.
    Applied,
    /// The server lacks the feature; it was said on the log and the schema is complete without it.
    Skipped(Unsupported),
}

/// TimescaleDB operations on SeaORM's `SchemaManager`.
#[async_trait]
pub trait TimescaleManager {
    /// What the server can do.
    async fn capability(&self) -> Result<Capability, DbErr>;
    /// Creates the extension where the server has it and the user may; where not, nothing happens.
    /// There is no inverse: other tables of the database may need it.
    async fn enable_timescaledb(&self) -> Result<Capability, DbErr>;
    /// Makes a table a hypertable.
    async fn create_hypertable(&self, hypertable: &Hypertable) -> Result<Step, DbErr>;
    /// Enables the columnstore of a hypertable.
    async fn enable_columnstore(&self, columnstore: &Columnstore) -> Result<Step, DbErr>;
    /// Adds the job that converts older chunks.
    async fn add_columnstore_policy(&self, policy: &ColumnstorePolicy) -> Result<Step, DbErr>;
    /// Whether a table is a hypertable.
    async fn is_hypertable(&self, table: &str) -> Result<bool, DbErr>;
    /// Adds checks on columns that were added in this transaction, without reading the table (PostgreSQL only).
    async fn add_checks(&self, checks: &ChecksOnNewColumns) -> Result<(), DbErr>;
    /// Second half of [`add_checks`](Self::add_checks), in a transaction of its own; nothing to do where the checks are
    /// valid already.
    async fn validate_checks(&self, checks: &ChecksOnNewColumns) -> Result<(), DbErr>;
}

#[async_trait]
impl TimescaleManager for SchemaManager<'_> {
    async fn capability(&self) -> Result<Capability, DbErr> {
        Capability::detect(self.get_connection()).await
    }

    async fn enable_timescaledb(&self) -> Result<Capability, DbErr> {
        let found = self.capability().await?;
        if found.backend() != DbBackend::Postgres {
            return Ok(found);
        }
        let available = "SELECT count(*) > 0 AS can_enable_timescaledb FROM pg_catalog.pg_available_extensions \
                         WHERE name = 'timescaledb' AND installed_version IS NULL \
                         AND current_setting('shared_preload_libraries') LIKE '%timescaledb%'";
        if !answer(self, "can_enable_timescaledb", available, Vec::new()).await? {
            return Ok(found);
        }
        // A savepoint: without the privilege the revision goes on as on plain PostgreSQL.
        let attempt = self.get_connection().begin().await?;
        match attempt.execute_unprepared("CREATE EXTENSION IF NOT EXISTS timescaledb").await {
            Ok(_) => attempt.commit().await?,
            Err(error) => {
                attempt.rollback().await?;
                tracing::warn!(
                    "the server has TimescaleDB, but this user may not enable it, so it is not used: {error}"
                );
            }
        }
        self.capability().await
    }

    async fn create_hypertable(&self, hypertable: &Hypertable) -> Result<Step, DbErr> {
        run_or_skip(self, hypertable.table(), |server| hypertable.create_sql(server)).await
    }

    async fn enable_columnstore(&self, columnstore: &Columnstore) -> Result<Step, DbErr> {
        run_or_skip(self, columnstore.table(), |server| columnstore.enable_sql(server)).await
    }

    async fn add_columnstore_policy(&self, policy: &ColumnstorePolicy) -> Result<Step, DbErr> {
        run_or_skip(self, policy.table(), |server| policy.add_sql(server)).await
    }

    async fn is_hypertable(&self, table: &str) -> Result<bool, DbErr> {
        Ok(self.capability().await?.has_hypertables() && hypertable_has(self, table, "has_hypertable").await?)
    }

    async fn add_checks(&self, checks: &ChecksOnNewColumns) -> Result<(), DbErr> {
        let columnstore = self.capability().await?.has_hypertables()
            && hypertable_has(self, checks.table(), "has_columnstore").await?;
        let sql = if columnstore { checks.add_to_columnstore_sql() } else { checks.add_unvalidated_sql() };
        self.get_connection().execute_unprepared(&sql).await.map(drop)
    }

    async fn validate_checks(&self, checks: &ChecksOnNewColumns) -> Result<(), DbErr> {
        let places: Vec<String> = (2..).zip(checks.names()).map(|(place, _)| format!("${place}")).collect();
        let sql = format!(
            "SELECT count(*) > 0 AS has_unvalidated_check FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid \
             WHERE c.relnamespace = current_schema()::regnamespace AND c.relname = $1 \
             AND k.conname IN ({}) AND NOT k.convalidated",
            places.join(", ")
        );
        let names = std::iter::once(checks.table()).chain(checks.names()).collect();
        if answer(self, "has_unvalidated_check", &sql, names).await? {
            self.get_connection().execute_unprepared(&checks.validate_sql()).await?;
        }
        Ok(())
    }
}

/// `has_hypertable`, or `has_columnstore` for a hypertable whose columnstore is enabled.
async fn hypertable_has(manager: &SchemaManager<'_>, table: &str, question: &str) -> Result<bool, DbErr> {
    let condition = if question == "has_columnstore" { "compression_enabled" } else { "true" };
    let sql = format!(
        "SELECT count(*) > 0 AS {question} FROM timescaledb_information.hypertables \
         WHERE hypertable_schema = current_schema() AND hypertable_name = $1 AND {condition}"
    );
    answer(manager, question, &sql, vec![table]).await
}

/// Asks the catalogue. The answer's column has the question's name and what it asks about is bound: by that it is known
/// where revisions are recorded without a database.
async fn answer(manager: &SchemaManager<'_>, question: &str, sql: &str, names: Vec<&str>) -> Result<bool, DbErr> {
    let asked = Statement::from_sql_and_values(DbBackend::Postgres, sql, names.into_iter().map(Into::into));
    let row = manager.get_connection().query_one_raw(asked).await?;
    row.map_or(Ok(false), |row| row.try_get("", question))
}

/// Renders a step for the connected server and runs it; what the server cannot do is logged once and skipped.
///
/// `about` is the table the line names.
pub async fn run_or_skip(
    manager: &SchemaManager<'_>,
    about: &str,
    render: impl FnOnce(Capability) -> Result<String, Unsupported> + Send,
) -> Result<Step, DbErr> {
    match render(manager.capability().await?) {
        Ok(sql) => {
            manager.get_connection().execute_unprepared(&sql).await?;
            Ok(Step::Applied)
        }
        Err(unsupported) => {
            tracing::info!("skipped on {about}: {unsupported}");
            Ok(Step::Skipped(unsupported))
        }
    }
}
