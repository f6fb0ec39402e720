//! Revisions written down in a line, for tests that need projects of their own.

use std::{pin::Pin, sync::Arc};

use migration_engine::{
    Describe, Project,
    project::describe::{Allowed, Parents},
    revision::squashed::{Script, Squashed},
    squash::Squash,
};
use migration_timescale::Maintenance;
use sea_orm::{ConnectionTrait, DbErr};
use sea_orm_migration::{MigrationName, MigrationTrait, SchemaManager, async_trait::async_trait};

/// What a step of code gives.
pub type Pending<'m> = Pin<Box<dyn Future<Output = Result<(), DbErr>> + Send + 'm>>;

#[derive(Clone)]
enum Step {
    Sql(String),
    Code(Arc<dyn for<'m> Fn(&'m SchemaManager<'m>) -> Pending<'m> + Send + Sync>),
}

/// A revision of SQL statements, and of code where these do not do.
#[derive(Clone)]
pub struct Inline {
    name: &'static str,
    up: Vec<Step>,
    down: Vec<Step>,
    seed: Vec<Step>,
    maintenance: Vec<Maintenance>,
    in_transaction: Option<bool>,
    parents: Parents,
    area: Option<&'static str>,
    allows: &'static [Allowed],
    replaces: &'static [&'static str],
    replaced: Option<Arc<dyn Fn() -> Project + Send + Sync>>,
}

impl Inline {
    /// A revision that does `up` and `down`, one statement each; an empty one is none.
    pub fn new(name: &'static str, up: &str, down: &str) -> Self {
        let statements = |sql: &str| if sql.is_empty() { vec![] } else { vec![Step::Sql(sql.to_owned())] };
        Self {
            name,
            up: statements(up),
            down: statements(down),
            seed: Vec::new(),
            maintenance: Vec::new(),
            in_transaction: None,
            parents: Parents::Previous,
            area: None,
            allows: &[],
            replaces: &[],
            replaced: None,
        }
    }

    /// A revision that makes a table of one column.
    pub fn table(name: &'static str, table: &str) -> Self {
        Self::new(name, &format!("CREATE TABLE {table} (id integer NOT NULL)"), &format!("DROP TABLE {table}"))
    }

    /// A revision in place of these, as it was found; what is leaked is small.
    pub fn squashed(squash: &Squash, replaced: impl Fn() -> Project + Send + Sync + 'static) -> Self {
        let scripts = squash.scripts.iter().map(|script| Script {
            backend: script.backend,
            since: script.since,
            up: leaked(&script.up),
            down: script.down.as_ref().map(|text| leaked(text)).map_err(|why| leaked(why)),
        });
        let squashed = Squashed {
            revision: leaked(&squash.revision),
            outside: squash.outside,
            enables_timescaledb: squash.enables_timescaledb,
            scripts: Box::leak(scripts.collect()),
        };
        let names = |names: &[String]| Box::leak(names.iter().map(|name| leaked(name)).collect::<Box<[_]>>());
        Self {
            in_transaction: squashed.use_transaction(),
            parents: Parents::Named(names(&squash.parents)),
            area: squash.area,
            replaces: names(&squash.replaces),
            replaced: Some(Arc::new(replaced)),
            ..Self::new(squashed.revision, "", "")
        }
        .up_by(move |manager| Box::pin(async move { squashed.up(manager).await }))
        .down_by(move |manager| Box::pin(async move { squashed.down(manager).await }))
    }

    /// Adds a statement to `up`.
    #[must_use]
    pub fn then(mut self, sql: &str) -> Self {
        self.up.push(Step::Sql(sql.to_owned()));
        self
    }

    /// Adds statements to `up`.
    #[must_use]
    pub fn then_all(self, statements: &[&str]) -> Self {
        statements.iter().fold(self, |revision, sql| revision.then(sql))
    }

    /// Adds a statement to `down`.
    #[must_use]
    pub fn back(mut self, sql: &str) -> Self {
        self.down.push(Step::Sql(sql.to_owned()));
        self
    }

    /// Adds code to `up`.
    #[must_use]
    pub fn up_by(
        mut self,
        code: impl for<'m> Fn(&'m SchemaManager<'m>) -> Pending<'m> + Send + Sync + 'static,
    ) -> Self {
        self.up.push(Step::Code(Arc::new(code)));
        self
    }

    /// Adds code to `down`.
    #[must_use]
    pub fn down_by(
        mut self,
        code: impl for<'m> Fn(&'m SchemaManager<'m>) -> Pending<'m> + Send + Sync + 'static,
    ) -> Self {
        self.down.push(Step::Code(Arc::new(code)));
        self
    }

    /// Fills tables for `verify`.
    #[must_use]
    pub fn seeded(mut self, sql: &str) -> Self {
        self.seed.push(Step::Sql(sql.to_owned()));
        self
    }

    /// Declares what is to be maintained.
    #[must_use]
    pub fn maintains(mut self, maintenance: Vec<Maintenance>) -> Self {
        self.maintenance = maintenance;
        self
    }

    /// Runs it outside of a transaction.
    #[must_use]
    pub fn outside_transaction(mut self) -> Self {
        self.in_transaction = Some(false);
        self
    }

    /// Runs it in a transaction, on every backend.
    #[must_use]
    pub fn in_transaction(mut self) -> Self {
        self.in_transaction = Some(true);
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

fn leaked(text: &str) -> &'static str {
    Box::leak(text.into())
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

    fn replaces(&self) -> &'static [&'static str] {
        self.replaces
    }

    fn replaced(&self) -> Option<Project> {
        self.replaced.as_ref().map(|replaced| replaced())
    }

    fn maintenance(&self) -> Vec<Maintenance> {
        self.maintenance.clone()
    }

    async fn seed(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, &self.seed).await
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

async fn run(manager: &SchemaManager<'_>, steps: &[Step]) -> Result<(), DbErr> {
    for step in steps {
        match step {
            Step::Sql(sql) => manager.get_connection().execute_unprepared(sql).await.map(drop)?,
            Step::Code(code) => code(manager).await?,
        }
    }
    Ok(())
}
