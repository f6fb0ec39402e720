//! Foreign keys of SQLite around a revision.
//!
//! SQLite alters little of a table; the usual way is to build it anew, drop the old one and rename the new. But dropping a
//! table deletes its rows first, and with them, by `ON DELETE CASCADE`, rows of other tables. That keys are to be off then
//! is only heard outside a transaction. So whether a table that others refer to was dropped is read from the catalogue
//! before the commit: then the revision is rolled back and run again with keys off, and has to leave no row without the row
//! it refers to. Outside of a transaction nothing can be rolled back: there keys are off from the beginning when the
//! recorded statements drop such a table, or when they are not known.
//!
//! Without keys `ON UPDATE` does nothing either, and a row that refers to the wrong one is no orphan. So temporary triggers
//! refuse to change what others refer to with an `ON UPDATE`; whoever puts the session back takes them away. A revision
//! that speaks of the pragma itself knows that keys are off, and has none.

use std::collections::{BTreeMap, BTreeSet};

use sea_orm::{ConnectionTrait, DbBackend, DbErr, QueryResult};

use crate::sql::{quote, rows, sqlstate, text};

/// Result code of SQLite for a foreign key that is violated.
const VIOLATED: &str = "787";
/// Result code of SQLite for what it cannot do as it was asked, here to check a key that refers to no key.
const CANNOT: &str = "1";
/// Said by [`ForeignKeys::settle`] and heard by [`ForeignKeys::are_in_the_way`].
const DROPPED: &str = "a table that others refer to was dropped while foreign keys were on";

/// Whether keys are on, and then every table with its place, and what refers to what. A table that is dropped and made anew
/// is stored elsewhere, or is listed elsewhere where it got the page of the old one.
pub(crate) const QUESTION: &str = "SELECT f.foreign_keys AS is_on, t.name AS name, t.place AS place, t.parent AS parent \
     FROM pragma_foreign_keys f LEFT JOIN (\
     SELECT lower(name) AS name, rowid || ' ' || rootpage AS place, NULL AS parent FROM sqlite_master WHERE type = 'table' \
     UNION ALL SELECT DISTINCT lower(c.name), NULL, lower(k.\"table\") \
     FROM sqlite_master c JOIN pragma_foreign_key_list(c.name) k \
     WHERE c.type = 'table' AND instr(lower(c.sql), 'references')) t ON f.foreign_keys";
const CHILDREN: &str = "SELECT DISTINCT c.name AS name FROM sqlite_master c JOIN pragma_foreign_key_list(c.name) k \
     WHERE c.type = 'table' ORDER BY 1";

/// Columns that rows of other tables follow when they are updated.
const FOLLOWED: &str = "SELECT DISTINCT p.name AS parent, i.name AS own FROM sqlite_master c \
     JOIN pragma_foreign_key_list(c.name) k JOIN sqlite_master p ON p.type = 'table' AND lower(p.name) = lower(k.\"table\") \
     JOIN pragma_table_xinfo(p.name) i ON CASE WHEN k.\"to\" IS NULL THEN i.pk = k.seq + 1 ELSE lower(i.name) = lower(k.\"to\") END \
     WHERE c.type = 'table' AND p.rootpage > 0 AND k.on_update IN ('CASCADE', 'SET NULL', 'SET DEFAULT') ORDER BY 1, 2";

/// How many rows of each table refer to nothing, by the table they refer to. None of a table that SQLite cannot check: it
/// may refer to columns that are no key, or to a table that is not there yet.
type Orphans = BTreeMap<String, Option<BTreeMap<String, i64>>>;

/// How foreign keys are before a revision. On other backends nothing is asked.
#[derive(Default)]
pub(crate) struct ForeignKeys {
    on: bool,
    /// Where each table is, by its name in lower case.
    places: BTreeMap<String, String>,
    /// Which table refers to which.
    references: BTreeSet<(String, String)>,
    /// Known where the revision runs without keys.
    orphans: Option<Orphans>,
}

impl ForeignKeys {
    pub(crate) async fn of<C: ConnectionTrait>(db: &C) -> Result<Self, DbErr> {
        if db.get_database_backend() != DbBackend::Sqlite {
            return Ok(Self::default());
        }
        Self::in_rows(&rows(db, QUESTION).await?)
    }

    /// From the answer to [`QUESTION`]; from no rows on other backends.
    pub(crate) fn in_rows(rows: &[QueryResult]) -> Result<Self, DbErr> {
        let on = rows.first().map_or(Ok(false), |row| row.try_get::<i64>("", "is_on").map(|on| on != 0))?;
        let mut keys = Self { on, ..Self::default() };
        for row in rows {
            let Some(name) = row.try_get("", "name")? else { continue };
            match row.try_get("", "parent")? {
                Some(parent) => drop(keys.references.insert((name, parent))),
                None => drop(keys.places.insert(name, row.try_get("", "place")?)),
            }
        }
        Ok(keys)
    }

    /// Whether [`settle`](Self::settle) has anything to look at after these statements. Without the word no table goes.
    pub(crate) fn are_to_settle(&self, statements: Option<&[String]>) -> bool {
        let may_drop = |sql: &String| {
            text::names(DbBackend::Sqlite, sql).is_none_or(|names| names.iter().any(|name| name == "drop"))
        };
        let may_be_gone = || statements.is_none_or(|statements| statements.iter().any(may_drop));
        self.orphans.is_some() || (!self.places.is_empty() && may_be_gone())
    }

    /// For a revision that runs outside a transaction and may switch them itself; whoever calls it puts the session back
    /// afterwards. `statements` are the revision's, as far as they are known.
    pub(crate) async fn watched<C: ConnectionTrait>(db: &C, statements: Option<&[String]>) -> Result<Self, DbErr> {
        if db.get_database_backend() != DbBackend::Sqlite {
            return Ok(Self::default());
        }
        let keys = Self::of(db).await?;
        if statements.is_none_or(|statements| keys.may_be_in_the_way_of(statements)) {
            switch_off(db, statements).await?;
        }
        Ok(Self { on: keys.on, orphans: Some(orphans(db).await?), ..Self::default() })
    }

    /// Whether these statements drop a table that others refer to, or that those may refer to which they make.
    fn may_be_in_the_way_of(&self, statements: &[String]) -> bool {
        let makes_keys = || {
            let names = |sql: &String| text::names(DbBackend::Sqlite, sql);
            statements.iter().any(|sql| names(sql).is_none_or(|names| names.iter().any(|name| name == "references")))
        };
        let dropped = statements.iter().flat_map(|sql| text::tables_dropped(DbBackend::Sqlite, sql));
        let dropped = dropped.map(|name| name.to_ascii_lowercase()).filter(|name| self.places.contains_key(name));
        dropped.into_iter().any(|name| self.references.iter().any(|(_, parent)| *parent == name) || makes_keys())
    }

    /// Before the commit: an error when the revision cannot stay as it is.
    pub(crate) async fn settle<C: ConnectionTrait>(&self, db: &C) -> Result<(), DbErr> {
        if !self.places.is_empty() {
            let now = Self::of(db).await?;
            let is_gone = |table: &String| {
                self.places.get(table).is_some_and(|place| now.places.get(table).is_none_or(|other| other != place))
            };
            // Rows that referred to their own table went with it; those of the new one may refer to the old one.
            let before = self.references.iter().filter(|(child, parent)| child != parent);
            if before.chain(&now.references).any(|(_, parent)| is_gone(parent)) {
                return Err(DbErr::Custom(DROPPED.to_owned()));
            }
        }
        let Some(before) = &self.orphans else { return Ok(()) };
        for child in children(db).await? {
            let known = match before.get(&child) {
                Some(None) => continue,
                known => known.and_then(Option::as_ref),
            };
            for (parent, number) in orphans_of(db, &child).await? {
                let more = number - known.and_then(|known| known.get(&parent)).copied().unwrap_or_default();
                if more > 0 {
                    let rows = if more == 1 { "1 row".to_owned() } else { format!("{more} rows") };
                    return Err(DbErr::Migration(format!(
                        "it leaves {rows} of {child} that refer to rows of {parent} which are not there; delete or change \
                         them in the revision first"
                    )));
                }
            }
        }
        Ok(())
    }

    /// Whether the revision is to be tried again without keys.
    pub(crate) fn are_in_the_way(&self, error: &DbErr) -> bool {
        let violated = || sqlstate::code(error).as_deref() == Some(VIOLATED);
        self.on && self.orphans.is_none() && (*error == DbErr::Custom(DROPPED.to_owned()) || violated())
    }

    /// Switches them off, for a revision of these statements as far as they are known. Whoever calls it puts the session
    /// back afterwards.
    pub(crate) async fn off<C: ConnectionTrait>(db: &C, statements: Option<&[String]>) -> Result<Self, DbErr> {
        switch_off(db, statements).await?;
        Ok(Self { on: true, orphans: Some(orphans(db).await?), ..Self::default() })
    }
}

async fn switch_off<C: ConnectionTrait>(db: &C, statements: Option<&[String]>) -> Result<(), DbErr> {
    db.execute_unprepared("PRAGMA foreign_keys = OFF").await?;
    if statements.is_some_and(|statements| statements.iter().any(|sql| text::switches_foreign_keys(sql))) {
        return Ok(());
    }
    for (number, row) in rows(db, FOLLOWED).await?.iter().enumerate() {
        let (parent, own): (String, String) = (row.try_get("", "parent")?, row.try_get("", "own")?);
        let said = format!(
            "it changes {own} of {parent}, which rows refer to ON UPDATE, while foreign keys are off because a table that \
             others refer to may be dropped; change the keys of {parent} in a revision of its own, in a transaction"
        )
        .replace('\'', "''");
        let (parent, own) = (quote(DbBackend::Sqlite, &parent), quote(DbBackend::Sqlite, &own));
        // Not `UPDATE OF` it: a key of whole numbers has other names.
        let create = format!(
            "CREATE TEMP TRIGGER migration_key_{number} BEFORE UPDATE ON main.{parent} WHEN OLD.{own} IS NOT NEW.{own} \
             BEGIN SELECT RAISE(ABORT, '{said}'); END"
        );
        db.execute_unprepared(&create).await?;
    }
    Ok(())
}

async fn orphans<C: ConnectionTrait>(db: &C) -> Result<Orphans, DbErr> {
    let mut found = Orphans::new();
    for child in children(db).await? {
        let checked = match orphans_of(db, &child).await {
            Err(error) if sqlstate::code(&error).as_deref() == Some(CANNOT) => None,
            checked => Some(checked?),
        };
        found.insert(child, checked);
    }
    Ok(found)
}

async fn children<C: ConnectionTrait>(db: &C) -> Result<Vec<String>, DbErr> {
    rows(db, CHILDREN).await?.iter().map(|row| row.try_get("", "name")).collect()
}

/// Table by table: one that SQLite cannot check would end the check of all.
async fn orphans_of<C: ConnectionTrait>(db: &C, child: &str) -> Result<BTreeMap<String, i64>, DbErr> {
    let child = child.replace('\'', "''");
    let sql = format!(
        "SELECT parent, count(*) AS number FROM pragma_foreign_key_check('{child}', 'main') GROUP BY 1 ORDER BY 1"
    );
    rows(db, &sql).await?.iter().map(|row| Ok((row.try_get("", "parent")?, row.try_get("", "number")?))).collect()
}
