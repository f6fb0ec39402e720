//! A label of an enum that is in use: added, renamed, retired.
//!
//! An enum is a type on PostgreSQL, the column's `ENUM` on MySQL, and on SQLite text with the check `column IN ('a', 'b')`.
//! [`EnumLabels`] changes it on each of them without copying a table, over history in the columnstore too, and takes the
//! change back:
//!
//! ```
//! use migration_engine::{
//!     Describe,
//!     revision::labels::{EnumColumn, EnumLabels},
//!     sea_orm_migration::prelude::*,
//! };
//!
//! #[derive(DeriveMigrationName)]
//! struct Migration;
//!
//! impl Describe for Migration {}
//!
//! #[async_trait::async_trait]
//! impl MigrationTrait for Migration {
//!     /// A new label can be used once it is committed.
//!     fn use_transaction(&self) -> Option<bool> {
//!         Some(false)
//!     }
//!
//!     async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
//!         severity().up(manager).await
//!     }
//!
//!     async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
//!         severity().down(manager).await
//!     }
//! }
//!
//! /// Emergencies; older programs see them as critical.
//! fn severity() -> EnumLabels {
//!     EnumLabels::of("alarm_severity", &["info", "warning", "critical"])
//!         .used_by(
//!             EnumColumn::of("alarms", "severity").key(&["id", "raised_at"]).batched_by("sensor_id", "raised_at"),
//!         )
//!         .adding("emergency")
//!         .instead("critical")
//! }
//! ```
//!
//! Where a label goes (`down` of one that was added, `up` of one that is retired), rows that have it get the one that is
//! named with [`instead`](EnumLabels::instead), and are kept aside as [`KeptColumns`] does: where the label comes back,
//! they get it again, unless they were changed meanwhile. Without `instead` such rows are counted, and nothing is done.
//!
//! PostgreSQL drops no label of a type. One that goes is renamed there, to [`PREFIX`] and its old name, so that nobody can
//! write it; `check`, `verify`, `schema` and diagrams leave such labels out, as they leave out side tables.

mod create;
mod mysql;
mod postgres;
mod sqlite;

pub use create::{column, create, drop};
pub(crate) use sqlite::labels_in;

use migration_timescale::{Dialect, Question, literal};
use sea_orm::{DbBackend, DbErr};
use sea_orm_migration::SchemaManager;

use crate::{
    revision::{
        batch::BatchedUpdate,
        consent,
        kept::{KeptColumns, PREFIX},
    },
    sql::quote,
};

/// The longest name of an object or a label, in bytes.
const LONGEST: usize = 63;

/// A column of an enum.
#[derive(Clone, Debug)]
pub struct EnumColumn {
    table: String,
    column: String,
    is_nullable: bool,
    default: Option<String>,
    comment: Option<String>,
    key: Vec<String>,
    batch: Option<(String, String)>,
}

impl EnumColumn {
    /// A column of `table` that is not null and has no default.
    pub fn of(table: &str, column: &str) -> Self {
        let (table, column) = (table.to_owned(), column.to_owned());
        Self { table, column, is_nullable: false, default: None, comment: None, key: Vec::new(), batch: None }
    }

    /// It may be null.
    #[must_use]
    pub fn nullable(mut self) -> Self {
        self.is_nullable = true;
        self
    }

    /// Its default.
    #[must_use]
    pub fn default(mut self, label: &str) -> Self {
        self.default = Some(label.to_owned());
        self
    }

    /// Its comment: a change on MySQL states the whole column.
    #[must_use]
    pub fn comment(mut self, comment: &str) -> Self {
        self.comment = Some(comment.to_owned());
        self
    }

    /// Columns that identify a row.
    #[must_use]
    pub fn key(mut self, columns: &[&str]) -> Self {
        self.key = columns.iter().map(|column| (*column).to_owned()).collect();
        self
    }

    /// The column that the columnstore is segmented by, and the time column.
    #[must_use]
    pub fn batched_by(mut self, segment: &str, time: &str) -> Self {
        self.batch = Some((segment.to_owned(), time.to_owned()));
        self
    }
}

#[derive(Clone, Debug)]
enum Change {
    Add(String),
    Rename(String, String),
    Retire(String),
}

/// One change of the labels of an enum; a revision has one, and calls [`up`](Self::up) and [`down`](Self::down).
#[derive(Clone, Debug)]
pub struct EnumLabels {
    name: String,
    before: Vec<String>,
    columns: Vec<EnumColumn>,
    change: Option<Change>,
    instead: Option<String>,
}

impl EnumLabels {
    /// The enum of this name with all the labels that it has before the change, in order.
    pub fn of(name: &str, labels: &[&str]) -> Self {
        let before = labels.iter().map(|label| (*label).to_owned()).collect();
        Self { name: name.to_owned(), before, columns: Vec::new(), change: None, instead: None }
    }

    /// A column of it; all of them have to be named.
    #[must_use]
    pub fn used_by(mut self, column: EnumColumn) -> Self {
        self.columns.push(column);
        self
    }

    /// Adds a label behind the others.
    #[must_use]
    pub fn adding(mut self, label: &str) -> Self {
        self.change = Some(Change::Add(label.to_owned()));
        self
    }

    /// Renames a label; rows follow. Programs that are running know the old one alone.
    #[must_use]
    pub fn renaming(mut self, label: &str, to: &str) -> Self {
        self.change = Some(Change::Rename(label.to_owned(), to.to_owned()));
        self
    }

    /// Takes a label out.
    #[must_use]
    pub fn retiring(mut self, label: &str) -> Self {
        self.change = Some(Change::Retire(label.to_owned()));
        self
    }

    /// The label that rows get when theirs goes.
    #[must_use]
    pub fn instead(mut self, label: &str) -> Self {
        self.instead = Some(label.to_owned());
        self
    }

    /// Makes the change; made already, it is not made again.
    ///
    /// # Errors
    ///
    /// The labels are not those that were given, or rows have a label that goes and nothing is named
    /// [`instead`](Self::instead).
    pub async fn up(&self, manager: &SchemaManager<'_>) -> Result<(), DbErr> {
        self.refuse_mistakes()?;
        match &self.change {
            None => Ok(()),
            Some(Change::Add(label)) => self.arrive(manager, label, &self.before, &self.with(label)).await,
            Some(Change::Rename(from, to)) => self.renamed(manager, from, to, &self.before).await,
            Some(Change::Retire(label)) => self.leave(manager, label, &self.before, &self.without(label)).await,
        }
    }

    /// Takes it back.
    ///
    /// # Errors
    ///
    /// As those of [`up`](Self::up).
    pub async fn down(&self, manager: &SchemaManager<'_>) -> Result<(), DbErr> {
        self.refuse_mistakes()?;
        match &self.change {
            None => Ok(()),
            Some(Change::Add(label)) => self.leave(manager, label, &self.with(label), &self.before).await,
            Some(Change::Rename(from, to)) => self.renamed(manager, to, from, &replaced(&self.before, from, to)).await,
            Some(Change::Retire(label)) => self.arrive(manager, label, &self.without(label), &self.before).await,
        }
    }

    /// A label comes, and with it the rows that were kept when it went.
    async fn arrive(
        &self,
        manager: &SchemaManager<'_>,
        label: &str,
        from: &[String],
        to: &[String],
    ) -> Result<(), DbErr> {
        match Dialect::of(manager.get_database_backend()) {
            Dialect::Postgres => postgres::arrive(manager, &self.name, label, to).await?,
            Dialect::MySql | Dialect::Sqlite => {
                for column in &self.columns {
                    column.take(manager, from, to).await?;
                }
            }
        }
        for column in self.columns.iter().filter(|_| self.instead.is_some()) {
            self.kept(column, label, manager.get_database_backend()).restore(manager).await?;
        }
        Ok(())
    }

    /// A label goes; rows that have it are kept.
    async fn leave(
        &self,
        manager: &SchemaManager<'_>,
        label: &str,
        from: &[String],
        to: &[String],
    ) -> Result<(), DbErr> {
        let backend = manager.get_database_backend();
        if backend == DbBackend::Postgres && !postgres::has_label(manager, &self.name, label).await? {
            return Ok(());
        }
        // On MySQL for its one session, which has the locks of tables: the manager may be a pool.
        let work = manager.begin().await?;
        if backend == DbBackend::Postgres {
            sea_orm::ConnectionTrait::execute_unprepared(work.get_connection(), consent::EVERY_ROW).await?;
        }
        for column in &self.columns {
            let is_label = column.is_label(backend, label);
            match &self.instead {
                None => column.refuse_rows(&work, label, &is_label).await?,
                Some(instead) => {
                    let kept = self.kept(column, label, backend);
                    kept.keep(&work).await?;
                    let key: Vec<&str> = column.key.iter().map(String::as_str).collect();
                    let set = format!("{} = {}", quote(backend, &column.column), text(backend, instead));
                    BatchedUpdate::of(&column.table, &key).set(&set).rows_where(&is_label).run(&work).await?;
                }
            }
            if backend != DbBackend::Postgres {
                column.take(&work, from, to).await?;
            }
            if self.instead.is_some() {
                self.kept(column, label, backend).release(&work).await?;
            }
        }
        if backend == DbBackend::Postgres {
            postgres::rename(&work, &self.name, label, &set_aside(label)).await?;
        }
        work.commit().await
    }

    async fn renamed(&self, manager: &SchemaManager<'_>, from: &str, to: &str, before: &[String]) -> Result<(), DbErr> {
        let backend = manager.get_database_backend();
        if backend == DbBackend::Postgres {
            let is_done = !postgres::has_label(manager, &self.name, from).await?
                && postgres::has_label(manager, &self.name, to).await?;
            return if is_done { Ok(()) } else { postgres::rename(manager, &self.name, from, to).await };
        }
        let (both, after) = ([before, &[to.to_owned()]].concat(), replaced(before, from, to));
        for column in &self.columns {
            if column.takes(manager, &after).await? {
                continue;
            }
            column.refuse_other_uses(manager, from).await?;
            if !column.takes(manager, &both).await? {
                column.take(manager, before, &both).await?;
            }
            let key: Vec<&str> = column.key.iter().map(String::as_str).collect();
            let set = format!("{} = {}", quote(backend, &column.column), text(backend, to));
            let found = column.is_label(backend, from);
            BatchedUpdate::of(&column.table, &key).set(&set).rows_where(&found).run(manager).await?;
            column.take(manager, &both, &after).await?;
        }
        Ok(())
    }

    fn kept(&self, column: &EnumColumn, label: &str, backend: DbBackend) -> KeptColumns {
        let key: Vec<&str> = column.key.iter().map(String::as_str).collect();
        let kept = KeptColumns::of(&column.table, &format!("{}_{label}", column.column))
            .key(&key)
            .enum_column(&column.column, &self.name)
            .rows_where(&column.is_label(backend, label));
        let kept = match &self.instead {
            Some(instead) => kept.restored_where(&column.column, &text(backend, instead)),
            None => kept,
        };
        match &column.batch {
            Some((segment, time)) => kept.batched_by(segment, time),
            None => kept,
        }
    }

    fn with(&self, label: &str) -> Vec<String> {
        [self.before.as_slice(), &[label.to_owned()]].concat()
    }

    fn without(&self, label: &str) -> Vec<String> {
        self.before.iter().filter(|one| *one != label).cloned().collect()
    }

    /// Before anything is asked or run: what the author has to correct.
    fn refuse_mistakes(&self) -> Result<(), DbErr> {
        let has = |label: &str| self.before.iter().any(|one| one == label);
        let name = &self.name;
        let wrong = match &self.change {
            None => Some("nothing is changed; call adding, renaming or retiring".to_owned()),
            Some(Change::Add(label) | Change::Rename(_, label)) if has(label) => {
                Some(format!("'{label}' is one of its labels already"))
            }
            Some(Change::Retire(label) | Change::Rename(label, _)) if !has(label) => {
                Some(format!("'{label}' is none of its labels"))
            }
            Some(Change::Add(label) | Change::Retire(label)) => self.wrong_way_out(label),
            Some(Change::Rename(..)) => None,
        };
        match wrong {
            Some(wrong) => Err(DbErr::Migration(format!("labels of {name}: {wrong}"))),
            None => Ok(()),
        }
    }

    /// What keeps a label from going.
    fn wrong_way_out(&self, label: &str) -> Option<String> {
        let others = self.without(label);
        if set_aside(label).len() > LONGEST {
            return Some(format!(
                "'{label}' is longer than the {} bytes of a label that can go",
                LONGEST - PREFIX.len()
            ));
        }
        if let Some(instead) = &self.instead
            && !others.contains(instead)
        {
            return Some(format!("'{instead}', which rows get instead, is none of the other labels"));
        }
        self.columns.iter().find_map(|column| {
            let EnumColumn { table, column: name, default, key, .. } = column;
            if default.as_deref() == Some(label) {
                Some(format!("'{label}' is the default of {table}.{name}; change that first"))
            } else if self.instead.is_some() && key.is_empty() {
                Some(format!("give the key of {table}: its rows are kept by it"))
            } else {
                None
            }
        })
    }
}

impl EnumColumn {
    /// Condition that a row has the label. As text, because PostgreSQL does not take a new one before it is committed.
    fn is_label(&self, backend: DbBackend, label: &str) -> String {
        let as_text = if backend == DbBackend::Postgres { "::text" } else { "" };
        format!("{}{as_text} = {}", quote(backend, &self.column), text(backend, label))
    }

    /// Whether the column takes exactly these labels, as far as it can be asked.
    async fn takes(&self, manager: &SchemaManager<'_>, labels: &[String]) -> Result<bool, DbErr> {
        match Dialect::of(manager.get_database_backend()) {
            Dialect::Postgres => Ok(false),
            Dialect::MySql => mysql::takes(manager, self, labels).await,
            Dialect::Sqlite => sqlite::takes(manager, self, labels).await,
        }
    }

    /// Has it take these labels instead of those, where it is not a matter of the type.
    async fn take(&self, manager: &SchemaManager<'_>, from: &[String], to: &[String]) -> Result<(), DbErr> {
        match Dialect::of(manager.get_database_backend()) {
            Dialect::Postgres => Ok(()),
            Dialect::MySql => mysql::take(manager, self, from, to).await,
            Dialect::Sqlite => sqlite::take(manager, self, from, to).await,
        }
    }

    async fn refuse_rows(&self, manager: &SchemaManager<'_>, label: &str, is_label: &str) -> Result<(), DbErr> {
        let sql =
            format!("SELECT count(*) FROM {} WHERE {is_label}", quote(manager.get_database_backend(), &self.table));
        // In a schema that is being made there are none.
        let found: i64 = Question::new(sql, [], |_| 0).ask(manager.get_connection()).await?;
        if found == 0 {
            return Ok(());
        }
        Err(DbErr::Migration(format!(
            "{found} rows of {} have the {} '{label}', which is about to go, and nothing was changed; change them, or name \
             the label that they get with `instead`: then they have '{label}' again when it is back",
            self.table, self.column
        )))
    }

    /// Names in checks, indexes and defaults do not follow, but on PostgreSQL.
    async fn refuse_other_uses(&self, manager: &SchemaManager<'_>, label: &str) -> Result<(), DbErr> {
        let is_default = self.default.as_deref() == Some(label);
        let used = match Dialect::of(manager.get_database_backend()) {
            Dialect::Postgres => false,
            Dialect::MySql => mysql::is_used_elsewhere(manager, self, label).await?,
            Dialect::Sqlite => sqlite::is_used_elsewhere(manager, self, label).await?,
        };
        if !is_default && !used {
            return Ok(());
        }
        Err(DbErr::Migration(format!(
            "'{label}' of {}.{} cannot be renamed: a default, a check, an index, a view or a trigger names it too; drop \
             that first, and create it again afterwards",
            self.table, self.column
        )))
    }
}

/// Whether what comes is among the labels that are found, and what goes is not. They may be further on than the change
/// leads: a revision that makes several changes one after the other is started again with the first.
fn is_done(found: &[String], from: &[String], to: &[String]) -> bool {
    let has = |label: &&String| found.contains(label);
    let comes = to.iter().filter(|label| !from.contains(label)).all(|label| has(&label));
    comes && !from.iter().filter(|label| !to.contains(label)).any(|label| has(&label))
}

/// What a label is called on PostgreSQL once it went.
fn set_aside(label: &str) -> String {
    format!("{PREFIX}{label}")
}

fn replaced(labels: &[String], from: &str, to: &str) -> Vec<String> {
    labels.iter().map(|label| if label == from { to.to_owned() } else { label.clone() }).collect()
}

/// A label as a string literal.
pub(super) fn text(backend: DbBackend, label: &str) -> String {
    match Dialect::of(backend) {
        Dialect::Postgres => literal(label),
        Dialect::MySql => format!("'{}'", label.replace('\\', "\\\\").replace('\'', "''")),
        Dialect::Sqlite => format!("'{}'", label.replace('\'', "''")),
    }
}

/// Labels as a list of string literals.
fn list(backend: DbBackend, labels: &[String], separator: &str) -> String {
    labels.iter().map(|label| text(backend, label)).collect::<Vec<_>>().join(separator)
}

/// The labels are others than the revision says.
fn other_labels(column: &EnumColumn, expected: &[String], found: &str) -> DbErr {
    DbErr::Migration(format!(
        "{}.{} takes {found}, not exactly {}; nothing was changed. Correct the labels that the revision begins with",
        column.table,
        column.column,
        expected.join(", ")
    ))
}
