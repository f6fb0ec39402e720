//! Rows that verify makes by itself, so that a loss shows although the author wrote no seed.
//!
//! Every table without rows gets one, parents before those that refer to them, and a column that holds no more than NULL or
//! its default in all rows gets a value in one of them. What the database refuses (a check, a trigger, an exclusion) is left
//! out: nothing is said, because it says nothing about a revision.

mod mysql;
mod postgres;
mod sqlite;
mod statement;
mod table;
mod touched;

use std::collections::{BTreeMap, BTreeSet};

use sea_orm::{ConnectionTrait, DbErr, TransactionTrait};
use sea_orm_migration::SchemaManagerConnection;

use self::table::{Column, Table};
use crate::{
    schema::{
        catalog::Catalog,
        scratch::Scratch,
        verify::rows::{self, Columns, Rows, tables},
    },
    sql::{rows, sqlstate},
};

/// What verify put into the tables of one scratch database.
#[derive(Default)]
pub(super) struct MadeRows {
    put: BTreeMap<String, Put>,
    /// What was refused while the table was the same: tables with their definition, columns with them.
    refused: BTreeSet<(String, Option<String>)>,
    /// Of each table, with its definition: the columns that the database changes with every update.
    touched: BTreeMap<String, (String, Columns)>,
    /// Of each table that was completed, with its definition: what it held then.
    complete: BTreeMap<String, (String, Rows)>,
}

/// What verify put into one table.
#[derive(Default)]
struct Put {
    row: bool,
    columns: BTreeSet<String>,
}

impl MadeRows {
    /// Puts in what is missing, but nothing into these tables and columns: what a revision took out of them must not be back.
    /// `held` is what the tables hold. Says whether there is a table that was looked at.
    pub(super) async fn complete(
        &mut self,
        scratch: &Scratch<'_>,
        catalog: &Catalog,
        but: &BTreeMap<String, Columns>,
        held: &rows::Held,
    ) -> Result<bool, DbErr> {
        let manager = scratch.manager();
        let db = manager.get_connection();
        let mut incomplete = tables(catalog);
        incomplete.retain(|table, columns| {
            but.get(table).is_none_or(|but| !columns.is_subset(but))
                && self
                    .complete
                    .get(table)
                    .is_none_or(|(known, rows)| held.get(table) != Some(rows) || *known != definition(catalog, table))
        });
        if incomplete.is_empty() {
            return Ok(false);
        }
        let mut waiting = table::read(db, &incomplete).await?;
        while !waiting.is_empty() {
            let waits = |one: &Table| waiting.iter().any(|other| other.name != one.name && one.refers_to(&other.name));
            // In a circle the first that can do without the others is one whose keys take NULL; the database tells.
            let next = waiting.iter().position(|one| !waits(one)).unwrap_or(0);
            let table = waiting.remove(next);
            let definition = definition(catalog, &table.name);
            self.fill(db, &table, &definition, but.get(&table.name)).await?;
            if but.is_empty() && self.touched.get(&table.name).is_none_or(|(known, _)| *known != definition) {
                let touched = touched::columns(db, &table).await?;
                self.touched.insert(table.name, (definition, touched));
            }
        }
        Ok(true)
    }

    /// What these tables hold, now that they are complete: while it stays, nothing is missing.
    pub(super) fn are_complete(&mut self, catalog: &Catalog, held: &rows::Held) {
        for (table, rows) in held {
            self.complete.insert(table.clone(), (definition(catalog, table), rows.clone()));
        }
    }

    /// These tables without the columns that the database changes by itself.
    pub(super) fn compared(&self, mut tables: BTreeMap<String, Columns>) -> BTreeMap<String, Columns> {
        for (table, columns) in &mut tables {
            if let Some((_, touched)) = self.touched.get(table) {
                columns.retain(|column| !touched.contains(column));
            }
        }
        tables
    }

    /// Whether there is anything.
    pub(super) fn is_empty(&self) -> bool {
        self.put.is_empty()
    }

    /// Whether the row of a table is one of these.
    pub(super) fn has_row(&self, table: &str) -> bool {
        self.put.get(table).is_some_and(|put| put.row)
    }

    /// What was put into a table, to be said after "verify itself".
    pub(super) fn told(&self, table: &str) -> Option<String> {
        let put = self.put.get(table)?;
        let columns = put.columns.iter().map(String::as_str).collect::<Vec<_>>().join(", ");
        Some(match (put.row, columns.is_empty()) {
            (true, true) => "inserted a row".to_owned(),
            (true, false) => format!("inserted a row and set {columns}"),
            (false, _) => format!("set {columns}"),
        })
    }

    async fn fill(
        &mut self,
        db: &SchemaManagerConnection<'_>,
        table: &Table,
        definition: &str,
        but: Option<&Columns>,
    ) -> Result<(), DbErr> {
        if but.is_some_and(|but| table.columns.iter().all(|column| but.contains(&column.name))) {
            return Ok(());
        }
        let Some(mut held) = held(db, table).await? else { return Ok(()) };
        if held.rows == 0 {
            if but.is_some() {
                return Ok(());
            }
            let mark = (definition.to_owned(), None);
            if self.refused.contains(&mark) {
                return Ok(());
            }
            if !takes_one(db, &statement::inserts(db.get_database_backend(), table)).await? {
                self.refused.insert(mark);
                return Ok(());
            }
            self.put.entry(table.name.clone()).or_default().row = true;
            match self::held(db, table).await? {
                Some(now) => held = now,
                None => return Ok(()),
            }
        }
        for (column, holds) in table.columns.iter().zip(held.more_than_default) {
            if !holds && but.is_none_or(|but| !but.contains(&column.name)) {
                self.set(db, table, column, definition).await?;
            }
        }
        Ok(())
    }

    async fn set(
        &mut self,
        db: &SchemaManagerConnection<'_>,
        table: &Table,
        column: &Column,
        definition: &str,
    ) -> Result<(), DbErr> {
        let mark = (definition.to_owned(), Some(column.name.clone()));
        if self.refused.contains(&mark) {
            return Ok(());
        }
        if takes_one(db, &statement::updates(db.get_database_backend(), table, column)).await? {
            self.put.entry(table.name.clone()).or_default().columns.insert(column.name.clone());
        } else {
            self.refused.insert(mark);
        }
        Ok(())
    }
}

/// How many values of these columns are neither NULL nor the default.
pub(crate) async fn filled<C: ConnectionTrait>(
    db: &C,
    catalog: &Catalog,
    wanted: &[(String, String)],
) -> Result<Vec<((String, String), u64)>, DbErr> {
    let mut found = Vec::new();
    for mut table in table::read(db, &tables(catalog)).await? {
        let name = table.name.clone();
        let is_wanted = |column: &Column| wanted.iter().any(|(table, one)| *table == name && *one == column.name);
        table.columns.retain(|column| is_wanted(column) && !column.is_given);
        if table.columns.is_empty() {
            continue;
        }
        let counted = rows(db, &statement::question(db.get_database_backend(), &table)).await?;
        for (place, column) in (1..).zip(&table.columns) {
            let number = counted.first().map_or(Ok(0), |row| row.try_get_by_index::<i64>(place))?;
            found.push(((name.clone(), column.name.clone()), number.unsigned_abs()));
        }
    }
    Ok(found)
}

/// All that is known of a table: while it is the same, the same is refused.
fn definition(catalog: &Catalog, table: &str) -> String {
    let objects = catalog.objects().iter().filter(|object| object.table.as_deref() == Some(table));
    objects.fold(table.to_owned(), |text, object| format!("{text}\n{} {}", object.name, object.definition))
}

/// What a table holds.
struct Held {
    rows: i64,
    /// Of each column: whether a row has more in it than NULL or the default.
    more_than_default: Vec<bool>,
}

/// Nothing where the database cannot say, because a default cannot be computed for example.
async fn held(db: &SchemaManagerConnection<'_>, table: &Table) -> Result<Option<Held>, DbErr> {
    // In a savepoint, so that an error does not end the transaction around it.
    let look = db.begin().await?;
    let found = rows(&look, &statement::question(db.get_database_backend(), table)).await;
    look.rollback().await?;
    let found = match found {
        Ok(found) => found,
        Err(error) if sqlstate::still_answers(&error) => return Ok(None),
        Err(error) => return Err(error),
    };
    let Some(row) = found.first() else { return Ok(None) };
    let number = |place: usize| row.try_get_by_index::<i64>(place);
    let more_than_default = (1..=table.columns.len()).map(|place| number(place).map(|number| number > 0));
    Ok(Some(Held { rows: number(0)?, more_than_default: more_than_default.collect::<Result<_, _>>()? }))
}

/// Runs these statements until one has changed a row; each in a savepoint.
async fn takes_one(db: &SchemaManagerConnection<'_>, statements: &[String]) -> Result<bool, DbErr> {
    for sql in statements {
        let attempt = db.begin().await?;
        let ran = attempt.execute_unprepared(sql).await;
        let done = match ran {
            Ok(done) if done.rows_affected() > 0 => attempt.commit().await.map(|()| true),
            Ok(_) => attempt.rollback().await.map(|()| false),
            Err(error) => attempt.rollback().await.and(Err(error)),
        };
        match done {
            Ok(true) => return Ok(true),
            Ok(false) => {}
            Err(error) if sqlstate::still_answers(&error) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(false)
}
