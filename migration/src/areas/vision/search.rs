//! Full text over columns of a table, kept up to date by the database: a `tsvector` with its trigger on PostgreSQL, FTS5 on
//! SQLite, a FULLTEXT index on MySQL.

use migration_engine::revision::{batch::BatchedUpdate, index};
use migration_timescale::{Dialect, TimescaleManager};
use sea_orm_migration::prelude::*;

use super::column::run;

/// The column on PostgreSQL.
const VECTOR: &str = "search_vector";
/// The column on MySQL, which tells no capital letters apart as its other columns do.
const TEXT: &str = "search_text";

/// What is searched.
#[derive(Clone, Copy, Debug)]
pub struct Search {
    /// The table, which is known by its `id`.
    pub table: &'static str,
    /// Columns of text, each with its weight from A to D.
    pub columns: &'static [(&'static str, char)],
}

impl Search {
    /// Makes it for the rows there are and those to come; made already, it is not made again. To be called outside a
    /// transaction.
    pub async fn create(&self, manager: &SchemaManager<'_>) -> Result<(), DbErr> {
        let Self { table, .. } = self;
        match Dialect::of(manager.get_database_backend()) {
            Dialect::Postgres => {
                if !manager.column_exists(table, VECTOR).await? {
                    manager.alter_table(Table::alter().table(*table).add_column(vector()).take()).await?;
                }
                run(manager, &self.function()).await?;
                run(manager, &self.trigger()).await?;
                self.fill(manager).await?;
                let mut index = Index::create();
                index.name(self.index()).table(*table).col(VECTOR).index_type(IndexType::Custom("gin".into()));
                index::create_index(manager, table, &self.index(), index).await
            }
            Dialect::Sqlite => {
                for sql in self.virtual_table() {
                    run(manager, &sql).await?;
                }
                self.fill(manager).await
            }
            Dialect::MySql => {
                if !manager.column_exists(table, TEXT).await? {
                    run(manager, &self.text()).await?;
                }
                if manager.index_exists(table, &self.index()).await? {
                    return Ok(());
                }
                run(manager, &format!("CREATE FULLTEXT INDEX {} ON {table} ({TEXT})", self.index())).await
            }
        }
    }

    /// Fills in what is not searched yet. MySQL's index has all rows.
    pub async fn fill(&self, manager: &SchemaManager<'_>) -> Result<(), DbErr> {
        let Self { table, .. } = self;
        match Dialect::of(manager.get_database_backend()) {
            Dialect::Postgres => {
                // Any value: the trigger puts in the right one.
                let empty = BatchedUpdate::of(table, &["id"]).set("search_vector = ''");
                empty.rows_where("search_vector IS NULL").run(manager).await
            }
            Dialect::Sqlite => {
                run(manager, &format!("INSERT INTO {table}_search ({table}_search) VALUES ('rebuild')")).await
            }
            Dialect::MySql => Ok(()),
        }
    }

    /// The inverse of [`create`](Self::create). All of it follows from the columns.
    pub async fn drop(&self, manager: &SchemaManager<'_>) -> Result<(), DbErr> {
        let Self { table, .. } = self;
        let statements = match Dialect::of(manager.get_database_backend()) {
            Dialect::Postgres => vec![
                format!("DROP TRIGGER IF EXISTS {table}_search_vector ON {table}"),
                format!("DROP FUNCTION IF EXISTS {table}_search_vector_update()"),
                // Its index goes with it.
                format!("ALTER TABLE {table} DROP COLUMN IF EXISTS {VECTOR}"),
            ],
            Dialect::Sqlite => ["update", "delete", "insert"]
                .map(|event| format!("DROP TRIGGER IF EXISTS {table}_search_{event}"))
                .into_iter()
                .chain([format!("DROP TABLE IF EXISTS {table}_search")])
                .collect(),
            Dialect::MySql if manager.column_exists(table, TEXT).await? => {
                vec![format!("ALTER TABLE {table} DROP COLUMN {TEXT}")]
            }
            Dialect::MySql => Vec::new(),
        };
        for sql in statements {
            run(manager, &sql).await?;
        }
        Ok(())
    }

    fn index(&self) -> String {
        format!("idx_{}_search", self.table)
    }

    fn function(&self) -> String {
        let parts = self.columns.iter().map(|(column, weight)| {
            format!("setweight(to_tsvector('english', coalesce(NEW.{column}, '')), '{weight}')")
        });
        format!(
            "CREATE OR REPLACE FUNCTION {table}_search_vector_update() RETURNS trigger LANGUAGE plpgsql AS $search$\n\
             BEGIN\n  NEW.{VECTOR} := {parts};\n  RETURN NEW;\nEND $search$",
            table = self.table,
            parts = parts.collect::<Vec<_>>().join("\n    || ")
        )
    }

    fn trigger(&self) -> String {
        let Self { table, .. } = self;
        format!(
            "CREATE OR REPLACE TRIGGER {table}_search_vector BEFORE INSERT OR UPDATE ON {table} \
             FOR EACH ROW EXECUTE FUNCTION {table}_search_vector_update()"
        )
    }

    /// The index of SQLite reads the rows from the table itself; a row that goes or changes has to be named as it was.
    fn virtual_table(&self) -> [String; 4] {
        let Self { table, .. } = self;
        let list = |before: &str| {
            self.columns.iter().map(|(column, _)| format!("{before}{column}")).collect::<Vec<_>>().join(", ")
        };
        let (names, old, new) = (list(""), list("old."), list("new."));
        let forget =
            format!("INSERT INTO {table}_search ({table}_search, rowid, {names}) VALUES ('delete', old.id, {old});");
        let learn = format!("INSERT INTO {table}_search (rowid, {names}) VALUES (new.id, {new});");
        let trigger = |event: &str, on: &str, body: &str| {
            format!("CREATE TRIGGER IF NOT EXISTS {table}_search_{event} AFTER {on} ON {table} BEGIN {body} END")
        };
        [
            format!(
                "CREATE VIRTUAL TABLE IF NOT EXISTS {table}_search USING fts5({names}, content='{table}', content_rowid='id')"
            ),
            trigger("insert", "INSERT", &learn),
            trigger("delete", "DELETE", &forget),
            trigger("update", &format!("UPDATE OF {names}"), &format!("{forget} {learn}")),
        ]
    }

    fn text(&self) -> String {
        let names = self.columns.iter().map(|(column, _)| *column).collect::<Vec<_>>().join(", ");
        format!(
            "ALTER TABLE {} ADD COLUMN {TEXT} longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci \
             GENERATED ALWAYS AS (concat_ws(' ', {names})) STORED",
            self.table
        )
    }
}

fn vector() -> ColumnDef {
    ColumnDef::new(VECTOR).custom("tsvector").take()
}
