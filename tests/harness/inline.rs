//! Revisions written down in a line, for tests that need projects of their own.

use migration_engine::{
    Describe, Project,
    describe::{Allowed, Parents},
};
use sea_orm::{ConnectionTrait, DbErr};
use sea_orm_migration::{MigrationName, MigrationTrait, SchemaManager, async_trait::async_trait};

/// A revision of SQL statements.
#[derive(Clone, Debug)]
pub struct Inline {
    name: &'static str,
    up: Vec<String>,
    down: Vec<String>,
    in_transaction: Option<bool>,
    parents: Parents,
    area: Option<&'static str>,
    allows: &'static [Allowed],
}

impl Inline {
    /// A revision that does `up` and `down`, one statement each; an empty one is none.
    pub fn new(name: &'static str, up: &str, down: &str) -> Self {
        let statements = |sql: &str| if sql.is_empty() { vec![] } else { vec![sql.to_owned()] };
        Self {
            name,
            up: statements(up),
            down: statements(down),
            in_transaction: None,
            parents: Parents::Previous,
            area: None,
            allows: &[],
        }
    }

    /// A revision that makes a table of one column.
    pub fn table(name: &'static str, table: &str) -> Self {
        Self::new(name, &format!("CREATE TABLE {table} (id integer NOT NULL)"), &format!("DROP TABLE {table}"))
    }

    /// Adds a statement to `up`.
    #[must_use]
    pub fn then(mut self, sql: &str) -> Self {
        self.up.push(sql.to_owned());
        self
    }

    /// Runs it outside of a transaction.
    #[must_use]
    pub fn outside_transaction(mut self) -> Self {
        self.in_transaction = Some(false);
        self
    }

    /// Names its parents.
    #[must_use]
    pub fn after(mut self, parents: &'static [&'static str]) -> Self {
        self.parents = Parents::Named(parents);
        self
    }

    /// Puts it into an area.
    #[must_use]
    pub fn area(mut self, area: &'static str) -> Self {
        self.area = Some(area);
        self
    }

    /// Allows findings of lint and verify.
    #[must_use]
    pub fn allows(mut self, allowed: &'static [Allowed]) -> Self {
        self.allows = allowed;
        self
    }
}

/// A project of these revisions, in this order, described by themselves.
pub fn project(revisions: &[Inline]) -> Project {
    let list = revisions.iter().map(|revision| Box::new(revision.clone()) as Box<dyn MigrationTrait>).collect();
    revisions.iter().fold(Project::of(list), |project, revision| project.describe(revision.clone()))
}

impl MigrationName for Inline {
    fn name(&self) -> &str {
        self.name
    }
}

#[async_trait]
impl Describe for Inline {
    fn parents(&self) -> Parents {
        self.parents
    }

    fn area(&self) -> Option<&'static str> {
        self.area
    }

    fn allows(&self) -> &'static [Allowed] {
        self.allows
    }
}

#[async_trait]
impl MigrationTrait for Inline {
    fn use_transaction(&self) -> Option<bool> {
        self.in_transaction
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, &self.up).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, &self.down).await
    }
}

async fn run(manager: &SchemaManager<'_>, statements: &[String]) -> Result<(), DbErr> {
    for sql in statements {
        manager.get_connection().execute_unprepared(sql).await?;
    }
    Ok(())
}
