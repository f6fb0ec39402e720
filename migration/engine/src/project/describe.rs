//! What a revision says about itself beyond SeaORM's `MigrationTrait`.
//!
//! Nothing here is needed: a revision without a description follows the one before it in the migrator's list. With
//! [`Describe`] a revision names its parents, its area, other revisions it depends on, rows that `verify` puts in before
//! it reverts the revision, work that `maintain` does on its tables, and the findings of `lint` that are meant to be.
//!
//! # How to describe a revision
//!
//! Implement [`Describe`] beside `MigrationTrait` in the revision's file, and name the revision in the project:
//! `Project::new(Migrator).describe(m20261101_000000_add_alarm_origin::Migration)`.

use migration_timescale::Maintenance;
use sea_orm::DbErr;
use sea_orm_migration::{MigrationName, SchemaManager, async_trait::async_trait};

use crate::Project;

/// The revisions that come directly before one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Parents {
    /// The revision listed before it (the first has none).
    #[default]
    Previous,
    /// These, by name: one for a branch, several for a merge, none for a root.
    Named(&'static [&'static str]),
}

/// A finding of `lint` that is meant to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Allowed {
    /// Name of the rule, as `lint` prints it.
    pub rule: &'static str,
    /// Why it is right here. Must not be empty.
    pub reason: &'static str,
}

/// What a revision says about itself. Every part has a default.
#[async_trait]
pub trait Describe: MigrationName + Send + Sync {
    /// The revisions directly before this one.
    fn parents(&self) -> Parents {
        Parents::Previous
    }

    /// The area it belongs to, a label that `history` shows and that is a target for `up` and `down`.
    fn area(&self) -> Option<&'static str> {
        None
    }

    /// Revisions that have to be applied before this one without being its parents.
    fn depends_on(&self) -> &'static [&'static str] {
        &[]
    }

    /// Findings of `lint` that are meant to be, each with its reason.
    fn allows(&self) -> &'static [Allowed] {
        &[]
    }

    /// The names of the revisions that this one stands in place of, in order: `squash` writes them. A database that has
    /// them all counts it as applied, and the next `up` writes that down; one that has some of them has to finish first.
    fn replaces(&self) -> &'static [&'static str] {
        &[]
    }

    /// The code of those revisions, for as long as it is there: `verify` proves that both ways end at the same schema, and
    /// `--unsquashed` finishes a database that has some of them.
    fn replaced(&self) -> Option<Project> {
        None
    }

    /// Refreshes and retention that have to be done again and again on what this revision makes.
    ///
    /// The same values whose policies it adds: [`maintain`](crate::operate::maintain) does them where the server has no job that
    /// does. Of several revisions that speak of the same table or aggregate, the one applied last counts.
    fn maintenance(&self) -> Vec<Maintenance> {
        Vec::new()
    }

    /// Inserts rows that make `down` work for its keep: called by `verify` on a scratch database, right after `up`.
    ///
    /// Not needed for losses to show: [`verify`](crate::schema::verify) makes rows of its own. It helps where a table's checks refuse
    /// values that are made up.
    ///
    /// It is called a second time when `down` dropped tables that it had filled, so that later revisions find rows there: a
    /// seed that fills older tables as well has to leave out the rows that are there already.
    async fn seed(&self, _manager: &SchemaManager) -> Result<(), DbErr> {
        Ok(())
    }
}
