//! Rows of SQLite that go, or lose what they refer to, in tables that a revision does not name.
//!
//! `ON DELETE CASCADE` takes rows of other tables along when a row is deleted or replaced, and says nothing; `SET NULL` and
//! `SET DEFAULT` leave the row and take what it refers to, `ON UPDATE` too. Nobody sees that in the revision. So where its
//! recorded statements delete, replace, drop or update and name a table that others refer to:
//!
//! - in a transaction, rows of the tables that they do not name are counted before and after ([`Cascades`]);
//! - outside of one and in scripts, where nothing could be rolled back, temporary triggers refuse the statement that would
//!   do it ([`guards`]).
//!
//! A statement that only reads a table names it too: it is not looked after then. Neither is anything where the statements
//! are not known.

use std::collections::BTreeSet;

use sea_orm::{ConnectionTrait, DbBackend, DbErr, QueryResult};

use crate::{
    revision::consent,
    sql::{quote, rows, text},
};

/// Columns of foreign keys by which rows of a table change when rows of another go or get another key.
const KEYS: &str = "SELECT m.name AS child, k.\"table\" AS parent, k.\"from\" AS own, k.on_delete AS on_delete, \
     k.on_update AS on_update, coalesce(c.dflt_value, 'NULL') AS usual \
     FROM sqlite_master m JOIN pragma_foreign_key_list(m.name) k JOIN pragma_table_xinfo(m.name) c ON c.name = k.\"from\" \
     WHERE m.type = 'table' AND (k.on_delete IN ('CASCADE', 'SET NULL', 'SET DEFAULT') \
     OR k.on_update IN ('SET NULL', 'SET DEFAULT')) ORDER BY m.name, k.id, k.seq";

/// What is counted of other tables. Nothing on other backends.
#[derive(Default)]
pub(crate) struct Cascades(Vec<(Loss, i64)>);

impl Cascades {
    /// To be called in the transaction of the revision, before it.
    pub(crate) async fn before<C: ConnectionTrait>(db: &C, statements: Option<&[String]>) -> Result<Self, DbErr> {
        let mut counted = Vec::new();
        for loss in losses(db, statements).await? {
            let number = loss.count(db).await?;
            counted.push((loss, number));
        }
        Ok(Self(counted))
    }

    /// An error when there are fewer now, unless the person running the command agreed to delete rows.
    pub(crate) async fn refuse_lost<C: ConnectionTrait>(&self, db: &C) -> Result<(), DbErr> {
        if consent::is_agreed() {
            return Ok(());
        }
        for (loss, before) in &self.0 {
            let lost = before - loss.count(db).await?;
            if lost > 0 {
                let rows = if lost == 1 { "1 row".to_owned() } else { format!("{lost} rows") };
                return Err(DbErr::Migration(loss.says(&rows)));
            }
        }
        Ok(())
    }
}

/// A temporary trigger that refuses a change of a table that a revision does not name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Guard {
    /// Makes it.
    pub(crate) create: String,
    /// Takes it away.
    pub(crate) drop: String,
}

/// The guards of a revision with these statements, on the schema as it is. None on other backends.
pub(crate) async fn guards<C: ConnectionTrait>(db: &C, statements: Option<&[String]>) -> Result<Vec<Guard>, DbErr> {
    let losses = losses(db, statements).await?;
    Ok(losses.iter().enumerate().map(|(number, loss)| loss.guard(number)).collect())
}

/// The same while the revision runs: what puts the session back takes them away. None where the person running the command
/// agreed to delete rows.
pub(crate) async fn stand_guard<C: ConnectionTrait>(db: &C, statements: Option<&[String]>) -> Result<(), DbErr> {
    if !consent::is_agreed() {
        for guard in guards(db, statements).await? {
            db.execute_unprepared(&guard.create).await?;
        }
    }
    Ok(())
}

/// Whether these statements may take rows of tables along that they do not name, as far as their words tell.
pub(crate) fn may_take_rows(statements: &[String]) -> bool {
    names(statements).is_some_and(|names| EVENTS.iter().any(|event| event.is_among(&names)))
}

/// What happens to a row that others refer to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Event {
    Goes,
    GetsAnotherKey,
}

const EVENTS: [Event; 2] = [Event::Goes, Event::GetsAnotherKey];

impl Event {
    /// Whether there are words in a text by which it may happen.
    fn is_among(self, names: &BTreeSet<String>) -> bool {
        let words: &[&str] = match self {
            Self::Goes => &["delete", "replace", "drop"],
            Self::GetsAnotherKey => &["update"],
        };
        words.iter().any(|word| names.contains(*word))
    }

    fn clause(self) -> &'static str {
        match self {
            Self::Goes => "ON DELETE",
            Self::GetsAnotherKey => "ON UPDATE",
        }
    }
}

/// What may happen to rows of a table that a revision does not name.
struct Loss {
    child: String,
    parent: String,
    event: Event,
    /// The column that is set, and its default, with `SET NULL` or `SET DEFAULT`; the row goes where there is none.
    set: Option<(String, String)>,
}

impl Loss {
    /// What a key does at that event, when that is a loss.
    fn of(key: &QueryResult, event: Event) -> Result<Option<Self>, DbErr> {
        let text = |name| key.try_get::<String>("", name);
        let action = text(if event == Event::Goes { "on_delete" } else { "on_update" })?;
        let set = match (action.as_str(), event) {
            ("CASCADE", Event::Goes) => None,
            ("SET NULL", _) => Some((text("own")?, "NULL".to_owned())),
            ("SET DEFAULT", _) => Some((text("own")?, text("usual")?)),
            _ => return Ok(None),
        };
        Ok(Some(Self { child: text("child")?, parent: text("parent")?, event, set }))
    }

    /// How many rows there are that can be lost.
    async fn count<C: ConnectionTrait>(&self, db: &C) -> Result<i64, DbErr> {
        let what = self.set.as_ref().map_or("*".to_owned(), |(column, usual)| {
            format!("CASE WHEN {} IS NOT ({usual}) THEN 1 END", quote(DbBackend::Sqlite, column))
        });
        let sql = format!("SELECT count({what}) AS number FROM {}", quote(DbBackend::Sqlite, &self.child));
        rows(db, &sql).await?.first().map_or(Ok(0), |row| row.try_get("", "number"))
    }

    fn guard(&self, number: usize) -> Guard {
        let name = quote(DbBackend::Sqlite, &format!("migration_guard_{number}"));
        let table = quote(DbBackend::Sqlite, &self.child);
        let change = match &self.set {
            None => format!("BEFORE DELETE ON main.{table}"),
            Some((column, usual)) => {
                let column = quote(DbBackend::Sqlite, column);
                format!(
                    "BEFORE UPDATE OF {column} ON main.{table} \
                     WHEN OLD.{column} IS NOT ({usual}) AND NEW.{column} IS ({usual})"
                )
            }
        };
        let said = self.says("rows").replace('\'', "''");
        Guard {
            create: format!("CREATE TEMP TRIGGER {name} {change} BEGIN SELECT RAISE(ABORT, '{said}'); END"),
            drop: format!("DROP TRIGGER IF EXISTS temp.{name}"),
        }
    }

    fn says(&self, rows: &str) -> String {
        let Self { child, parent, event, set } = self;
        let what = match set {
            None => format!("takes {rows} out of {child}"),
            Some((column, usual)) => format!("sets {column} to {usual} in {rows} of {child}"),
        };
        let action = match set {
            None => "CASCADE",
            Some((_, usual)) if usual == "NULL" => "SET NULL",
            Some(_) => "SET DEFAULT",
        };
        let instead = match (event, set) {
            (Event::Goes, None) => {
                format!("update the rows of {parent} instead, or delete those of {child} in the revision first")
            }
            (Event::Goes, Some(_)) => {
                format!("update the rows of {parent} instead, or those of {child} in the revision first")
            }
            (Event::GetsAnotherKey, _) => format!("update those rows of {child} in the revision too"),
        };
        let happens = match event {
            Event::Goes => "go",
            Event::GetsAnotherKey => "get another key",
        };
        format!(
            "it {what}, which it does not name: rows of {parent} that they refer to {happens}, and the key says {} {action}; \
             {instead}",
            event.clause()
        )
    }
}

/// What these statements may do to rows of tables that they do not name.
async fn losses<C: ConnectionTrait>(db: &C, statements: Option<&[String]>) -> Result<Vec<Loss>, DbErr> {
    let names = statements.filter(|_| db.get_database_backend() == DbBackend::Sqlite).and_then(names);
    let Some(names) = names else { return Ok(Vec::new()) };
    let has = |name: &str| names.contains(&name.to_lowercase());
    let events = EVENTS.into_iter().filter(|event| event.is_among(&names)).collect::<Vec<_>>();
    if events.is_empty() {
        return Ok(Vec::new());
    }
    let mut losses = Vec::new();
    let mut touches = false;
    for key in rows(db, KEYS).await? {
        for event in &events {
            let Some(loss) = Loss::of(&key, *event)? else { continue };
            touches |= has(&loss.parent);
            if !has(&loss.child) {
                losses.push(loss);
            }
        }
    }
    Ok(if touches { losses } else { Vec::new() })
}

/// Every name in these statements, in lower case; none where one cannot be read to its end.
fn names(statements: &[String]) -> Option<BTreeSet<String>> {
    let each = statements.iter().map(|sql| text::names(DbBackend::Sqlite, sql));
    Some(each.collect::<Option<Vec<_>>>()?.into_iter().flatten().collect())
}
