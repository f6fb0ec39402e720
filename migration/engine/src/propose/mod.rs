//! A revision written from the difference between the project's entities and what its revisions make.
//!
//! Both are read from scratch databases by the same queries: what the revisions make, and what SeaORM makes of the
//! entities. What differs becomes steps (`difference`), and these are run here as a revision ([`Proposal::revision`]) and
//! written as its code (`code`).
//!
//! What entities cannot say is left alone: checks, partial indexes and indexes over expressions, triggers, views,
//! hypertables, policies. An index or a foreign key that no entity has is dropped only when it has a name as SeaORM gives to
//! those of entities, `idx-…` and `fk-…`; a default of the database stays where the entity has none.
//!
//! # How to add a step
//!
//! A variant of `step::Step` with its inverse, what it runs, and its code in `code`; then where it belongs in
//! `difference`.

mod code;
mod difference;
mod fill;
mod found;
mod model;
mod renames;
mod step;
mod types;
mod wanted;

use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;
use migration_timescale::Dialect;
use sea_orm::DbErr;
use sea_orm_migration::{MigrationName, MigrationTrait, SchemaManager};
use sqlparser::tokenizer::Token;

use crate::{
    EngineError, Runner,
    error::{ProposalError, Undecided},
    recording::{self, Profile, model::Model},
    schema::{
        catalog::{Catalog, Difference, Kind},
        scratch,
    },
    sql::parsed,
};
use model::Schema;
use step::Step;

/// What the author said.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Tables that have another name now.
    tables: Vec<(String, String)>,
    /// Columns and labels that have: the table or enum, the old name, the new one.
    columns: Vec<(String, String, String)>,
    /// The value of a new column in the rows that there are.
    fills: BTreeMap<(String, String), String>,
    /// What is gone, as `alarms.site`, and has no other name now.
    pub gone: BTreeSet<String>,
    /// Whether what is gone is dropped, though it may be renamed; tables as well.
    pub allow_drop: bool,
}

impl Options {
    /// Adds `sites:locations` or `alarms.site:location`.
    ///
    /// # Errors
    ///
    /// What is wrong with the text.
    pub fn rename(&mut self, text: &str) -> Result<(), String> {
        let wrong = || format!("{text} is none of: table:new, table.column:new, enum.label:new");
        let (from, to) = text.split_once(':').ok_or_else(wrong)?;
        if from.is_empty() || to.is_empty() {
            return Err(wrong());
        }
        match from.split_once('.') {
            Some((of, from)) => self.columns.push((of.to_owned(), from.to_owned(), to.to_owned())),
            None => self.tables.push((from.to_owned(), to.to_owned())),
        }
        Ok(())
    }

    /// Adds `alarms.site=unknown`.
    ///
    /// # Errors
    ///
    /// What is wrong with the text.
    pub fn fill(&mut self, text: &str) -> Result<(), String> {
        let parts = text.split_once('=').and_then(|(column, value)| Some((column.split_once('.')?, value)));
        let ((table, column), value) = parts.ok_or_else(|| format!("{text} is not table.column=value"))?;
        self.fills.insert((table.to_owned(), column.to_owned()), value.to_owned());
        Ok(())
    }

    /// Whether it is known that this has no other name now.
    fn lets_go(&self, name: &str) -> bool {
        self.allow_drop || self.gone.contains(name)
    }

    fn renames_of(&self, name: &str) -> Vec<(String, String)> {
        let of = self.columns.iter().filter(|(of, ..)| of == name);
        of.map(|(_, from, to)| (from.clone(), to.clone())).collect()
    }
}

/// Both schemas.
pub struct Compared {
    dialect: Dialect,
    found: Schema,
    catalog: Catalog,
    wanted: Schema,
}

impl Compared {
    /// Reads what the revisions make, and what the entities say.
    ///
    /// # Errors
    ///
    /// The project has no entities, or a scratch database cannot be had.
    pub async fn read(runner: &Runner) -> Result<Self, EngineError> {
        let entities = runner.project().entities.as_ref().ok_or(ProposalError::NoEntities)?;
        let (mut found, catalog) = made_by(runner, &revisions(runner)?).await?;
        segmented(runner, &mut found).await?;
        let wanted = scratch::read_of(runner, &[], async |manager| wanted::read(manager, entities).await).await?;
        Ok(Self { dialect: Dialect::of(runner.target().backend()), found, catalog, wanted })
    }

    /// What differs, as a revision of this name.
    ///
    /// # Errors
    ///
    /// [`ProposalError::Undecided`].
    pub fn proposal(&self, name: &str, options: &Options) -> Result<Proposal, Vec<Undecided>> {
        let found = difference::difference(self.dialect, &self.found, &self.wanted, options);
        if !found.undecided.is_empty() {
            return Err(found.undecided);
        }
        Ok(Proposal { name: name.to_owned(), steps: found.steps, notes: found.notes })
    }

    /// Runs the proposal behind the revisions, in a scratch database: it has to leave no difference, and nothing may go that
    /// it does not name.
    ///
    /// # Errors
    ///
    /// It does not.
    pub async fn settle(&self, runner: &Runner, proposal: &Proposal) -> Result<(), EngineError> {
        let revision = proposal.revision();
        let mut order = revisions(runner)?;
        order.push(revision.as_ref());
        let (found, catalog) = made_by(runner, &order).await?;
        let left = difference::difference(self.dialect, &found, &self.wanted, &Options::default());
        let lines = left.steps.iter().map(Step::words).chain(left.undecided.iter().map(ToString::to_string));
        let lines: Vec<String> = lines.collect();
        if !lines.is_empty() {
            return Err(ProposalError::Unsettled { lines }.into());
        }
        let gone = catalog.diff(&self.catalog).into_iter().filter(|one| one.live.is_none());
        let undeclared = gone.filter(|one| !proposal.declares(one, &found));
        let objects: Vec<String> = undeclared.map(|one| format!("{} {}", one.kind, one.name)).collect();
        if objects.is_empty() { Ok(()) } else { Err(ProposalError::Loses { objects }.into()) }
    }
}

/// Finds out which tables the revisions give a columnstore: there rows are changed segment by segment. Of the revisions,
/// since a revision that is written on SQLite runs on TimescaleDB too.
async fn segmented(runner: &Runner, found: &mut Schema) -> Result<(), EngineError> {
    let server = Profile::Timescaledb.capability(None);
    let mut model = Model::default();
    for recorded in recording::record_each(&revisions(runner)?, server).await.into_iter().flatten() {
        recorded.up.statements.iter().for_each(|one| model.apply(server.backend(), &one.sql));
    }
    for table in found.tables.values_mut() {
        let Some(hypertable) = model.hypertable(&table.name) else { continue };
        let segments = hypertable.columnstore.as_ref().map(|store| store.segment_by.as_slice());
        if let (Some([segment]), Some(time)) = (segments, hypertable.dimensions.first()) {
            table.batch = Some((segment.clone(), time.clone()));
        }
    }
    Ok(())
}

fn revisions(runner: &Runner) -> Result<Vec<&dyn MigrationTrait>, EngineError> {
    runner.in_order().map(|name| runner.project().revision(name)).collect()
}

async fn made_by(runner: &Runner, revisions: &[&dyn MigrationTrait]) -> Result<(Schema, Catalog), EngineError> {
    let bookkeeping = runner.project().bookkeeping_table();
    let read = async |manager: &SchemaManager<'_>| {
        let db = manager.get_connection();
        Ok((found::read(db, &bookkeeping).await?, Catalog::read(db, &bookkeeping).await?))
    };
    Ok(scratch::read_of(runner, revisions, read).await?)
}

/// A revision to be.
#[derive(Clone, Debug)]
pub struct Proposal {
    name: String,
    steps: Vec<Step>,
    /// What is left as it is, and why.
    pub notes: Vec<String>,
}

impl Proposal {
    /// Whether nothing differs.
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    /// What differs, in a few words each.
    pub fn lines(&self) -> Vec<String> {
        self.steps.iter().map(Step::words).collect()
    }

    /// Its code; with a description of itself, where every revision of the project has one.
    ///
    /// # Errors
    ///
    /// [`ProposalError::NoRust`].
    pub fn code(&self, described: bool) -> Result<String, ProposalError> {
        code::code(&self.steps, described).map_err(|source| ProposalError::NoRust { source })
    }

    /// The same to be run.
    pub fn revision(&self) -> Box<dyn MigrationTrait> {
        Box::new(Revision { name: self.name.clone(), steps: self.steps.clone() })
    }

    /// Whether it says that an object goes, or that one does with which it goes.
    fn declares(&self, gone: &Difference, after: &Schema) -> bool {
        let table = gone.table.as_deref().unwrap_or(&gone.name);
        // The one that counts its key has no table of its own.
        let counts = |of: &str| gone.kind == Kind::Sequence && gone.name.starts_with(&format!("{of}_"));
        let mut columns = BTreeSet::new();
        for step in &self.steps {
            match step {
                Step::SetAside { table: from } | Step::RenameTable { from, .. } if from == table || counts(from) => {
                    return true;
                }
                Step::DropEnum { name, .. } | Step::DropIndex { index: model::Index { name, .. }, .. }
                    if gone.name.ends_with(name.as_str()) =>
                {
                    return true;
                }
                // On MySQL with the index that was made for it.
                Step::DropReference { table: of, reference }
                    if of == table
                        && (gone.kind == Kind::Constraint
                            || gone.kind == Kind::Index && gone.name.ends_with(reference.name.as_str())) =>
                {
                    return true;
                }
                Step::DropColumn { table: of, column, .. } if of == table => {
                    columns.insert(column.name.as_str());
                }
                Step::RenameColumn { table: of, from, .. } if of == table => {
                    columns.insert(from.as_str());
                }
                _ => {}
            }
        }
        let of_column = |kind| matches!(kind, Kind::Column | Kind::Comment | Kind::Sequence | Kind::Constraint);
        if columns.is_empty() || !of_column(gone.kind) {
            return false;
        }
        // A check of the column alone goes with it, one of others too does not.
        let definition = gone.expected.as_deref().unwrap_or_default();
        let tokens = parsed::tokens(sea_orm::DbBackend::Postgres, definition);
        let others = after.tables.get(table).into_iter().flat_map(|table| &table.columns);
        let names = |name: &str| tokens.iter().any(|token| matches!(token, Token::Word(word) if word.value == name));
        match gone.kind {
            Kind::Constraint => !others.into_iter().any(|column| names(&column.name)),
            _ => columns.iter().any(|column| gone.name.contains(column)),
        }
    }
}

struct Revision {
    name: String,
    steps: Vec<Step>,
}

impl MigrationName for Revision {
    fn name(&self) -> &str {
        &self.name
    }
}

#[async_trait]
impl MigrationTrait for Revision {
    fn use_transaction(&self) -> Option<bool> {
        if self.steps.iter().all(Step::runs_in_transaction) { None } else { Some(false) }
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for step in &self.steps {
            step.run(manager).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for step in self.steps.iter().rev().filter_map(Step::inverse) {
            step.run(manager).await?;
        }
        Ok(())
    }
}
