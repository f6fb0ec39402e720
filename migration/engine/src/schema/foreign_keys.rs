//! Foreign keys of SQLite around a revision.
//!
//! SQLite alters little of a table; the usual way is to build it anew, drop the old one and rename the new. But dropping a
//! table deletes its rows first, and with them, by `ON DELETE CASCADE`, rows of other tables. That keys are to be off then
//! is only heard outside a transaction. So whether a table that others refer to was dropped is read from the catalogue
//! before the commit: then the revision is rolled back and run again with keys off, and has to leave no row without the row
//! it refers to. Outside of a transaction nothing can be rolled back: there keys are off from the beginning when the
//! recorded statements drop such a table, or when they are not known.

use std::collections::BTreeMap;

use sea_orm::{ConnectionTrait, DbBackend, DbErr, QueryResult};

use crate::sql::{rows, sqlstate, text};

/// Result code of SQLite for a foreign key that is violated.
const VIOLATED: &str = "787";
/// Said by [`ForeignKeys::settle`] and heard by [`ForeignKeys::are_in_the_way`].
const DROPPED: &str = "a table that others refer to was dropped while foreign keys were on";

/// Whether keys are on, and then the tables that others refer to: one that is dropped and made anew is stored elsewhere.
pub(crate) const QUESTION: &str = "SELECT f.foreign_keys AS is_on, r.name AS name, r.place AS place FROM pragma_foreign_keys f \
     LEFT JOIN (SELECT DISTINCT p.name AS name, p.rootpage AS place FROM sqlite_master c \
     JOIN pragma_foreign_key_list(c.name) k JOIN sqlite_master p ON p.type = 'table' AND lower(p.name) = lower(k.\"table\") \
     WHERE c.type = 'table' AND c.name <> p.name AND instr(lower(c.sql), 'references')) r ON f.foreign_keys";
const PLACES: &str = "SELECT name, rootpage AS place FROM sqlite_master WHERE type = 'table'";
const ORPHANS: &str =
    "SELECT \"table\" AS child, parent, count(*) AS number FROM pragma_foreign_key_check GROUP BY 1, 2 ORDER BY 1, 2";

/// Rows that refer to nothing, by their table and the one they refer to.
type Orphans = BTreeMap<(String, String), i64>;

/// How foreign keys are before a revision. On other backends nothing is asked.
#[derive(Default)]
pub(crate) struct ForeignKeys {
    on: bool,
    referred: BTreeMap<String, i64>,
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
        let mut referred = BTreeMap::new();
        for row in rows {
            if let (Some(name), Some(place)) = (row.try_get("", "name")?, row.try_get("", "place")?) {
                referred.insert(name, place);
            }
        }
        Ok(Self { on, referred, orphans: None })
    }

    /// Whether [`settle`](Self::settle) has anything to look at.
    pub(crate) fn are_to_settle(&self) -> bool {
        !self.referred.is_empty() || self.orphans.is_some()
    }

    /// For a revision that runs outside a transaction and may switch them itself; whoever calls it puts the session back
    /// afterwards. `statements` are the revision's, as far as they are known.
    pub(crate) async fn watched<C: ConnectionTrait>(db: &C, statements: Option<&[String]>) -> Result<Self, DbErr> {
        if db.get_database_backend() != DbBackend::Sqlite {
            return Ok(Self::default());
        }
        let Self { on, referred, .. } = Self::of(db).await?;
        let drops = |sql: &String| {
            let dropped = text::tables_dropped(DbBackend::Sqlite, sql);
            dropped.iter().any(|name| referred.keys().any(|table| table.eq_ignore_ascii_case(name)))
        };
        if !referred.is_empty() && statements.is_none_or(|statements| statements.iter().any(drops)) {
            db.execute_unprepared("PRAGMA foreign_keys = OFF").await?;
        }
        Ok(Self { on, referred: BTreeMap::new(), orphans: orphans(db).await.ok() })
    }

    /// Before the commit: an error when the revision cannot stay as it is.
    pub(crate) async fn settle<C: ConnectionTrait>(&self, db: &C) -> Result<(), DbErr> {
        if !self.referred.is_empty() {
            let now: BTreeMap<String, i64> = rows(db, PLACES)
                .await?
                .iter()
                .map(|row| Ok((row.try_get("", "name")?, row.try_get("", "place")?)))
                .collect::<Result<_, DbErr>>()?;
            if self.referred.iter().any(|(table, place)| now.get(table) != Some(place)) {
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
        Ok(Self { on: true, referred: BTreeMap::new(), orphans: orphans(db).await.ok() })
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
