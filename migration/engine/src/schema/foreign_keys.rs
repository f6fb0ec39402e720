//! Foreign keys of SQLite around a revision.
//!
//! SQLite alters little of a table; the usual way is to build it anew, drop the old one and rename the new. But dropping a
//! table deletes its rows first, and with them, by `ON DELETE CASCADE`, rows of other tables. That keys are to be off then
//! is only heard outside a transaction. So whether a table that others refer to was dropped is read from the catalogue
//! before the commit: then the revision is rolled back and run again with keys off, and has to leave no row without the row
//! it refers to. Outside of a transaction nothing can be rolled back: there keys are off from the beginning when the
//! recorded statements drop such a table, or when they are not known.

use std::collections::{BTreeMap, BTreeSet};

use sea_orm::{ConnectionTrait, DbBackend, DbErr, QueryResult};

use crate::sql::{rows, sqlstate, text};

/// Result code of SQLite for a foreign key that is violated.
const VIOLATED: &str = "787";
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
const ORPHANS: &str =
    "SELECT \"table\" AS child, parent, count(*) AS number FROM pragma_foreign_key_check GROUP BY 1, 2 ORDER BY 1, 2";

/// Rows that refer to nothing, by their table and the one they refer to.
type Orphans = BTreeMap<(String, String), i64>;

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

    /// Whether [`settle`](Self::settle) has anything to look at.
    pub(crate) fn are_to_settle(&self) -> bool {
        !self.places.is_empty() || self.orphans.is_some()
    }

    /// For a revision that runs outside a transaction and may switch them itself; whoever calls it puts the session back
    /// afterwards. `statements` are the revision's, as far as they are known.
    pub(crate) async fn watched<C: ConnectionTrait>(db: &C, statements: Option<&[String]>) -> Result<Self, DbErr> {
        if db.get_database_backend() != DbBackend::Sqlite {
            return Ok(Self::default());
        }
        let keys = Self::of(db).await?;
        if statements.map_or(!keys.references.is_empty(), |statements| keys.may_be_in_the_way_of(statements)) {
            db.execute_unprepared("PRAGMA foreign_keys = OFF").await?;
        }
        Ok(Self { on: keys.on, orphans: orphans(db).await.ok(), ..Self::default() })
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
        for ((child, parent), number) in orphans(db).await? {
            let before = before.get(&(child.clone(), parent.clone())).copied().unwrap_or_default();
            if number > before {
                let more = number - before;
                let rows = if more == 1 { "1 row".to_owned() } else { format!("{more} rows") };
                return Err(DbErr::Migration(format!(
                    "it leaves {rows} of {child} that refer to rows of {parent} which are not there; delete or change \
                     them in the revision first"
                )));
            }
        }
        Ok(())
    }

    /// Whether the revision is to be tried again without keys.
    pub(crate) fn are_in_the_way(&self, error: &DbErr) -> bool {
        let violated = || sqlstate::code(error).as_deref() == Some(VIOLATED);
        self.on && self.orphans.is_none() && (*error == DbErr::Custom(DROPPED.to_owned()) || violated())
    }

    /// Switches them off.
    pub(crate) async fn off<C: ConnectionTrait>(self, db: &C) -> Result<Self, DbErr> {
        db.execute_unprepared("PRAGMA foreign_keys = OFF").await?;
        // Before they were checked, a table may have been made that refers to no key; SQLite cannot look then.
        Ok(Self { on: true, orphans: orphans(db).await.ok(), ..Self::default() })
    }

    /// As they were before.
    pub(crate) async fn restore<C: ConnectionTrait>(&self, db: &C) -> Result<(), DbErr> {
        if self.on { db.execute_unprepared("PRAGMA foreign_keys = ON").await.map(drop) } else { Ok(()) }
    }
}

async fn orphans<C: ConnectionTrait>(db: &C) -> Result<Orphans, DbErr> {
    let found = rows(db, ORPHANS).await?;
    let entry =
        |row: &QueryResult| Ok(((row.try_get("", "child")?, row.try_get("", "parent")?), row.try_get("", "number")?));
    found.iter().map(entry).collect()
}
