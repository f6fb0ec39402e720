//! Rows of SQLite that go, or lose what they refer to, in tables that a revision does not name.
//!
//! `ON DELETE CASCADE` takes rows of other tables along when a row is deleted or replaced, and says nothing. Nobody sees that
//! in the revision. So where its recorded statements delete, replace or drop and name a table that others refer to, rows of
//! the tables that they do not name are counted before and after, in the transaction of the revision.
//!
//! A statement that only reads a table names it too: nothing is counted there. Neither is anything outside of a transaction,
//! where it could not be rolled back, nor where the statements are not known.

use std::collections::BTreeSet;

use sea_orm::{ConnectionTrait, DbBackend, DbErr};

use crate::{
    revision::consent,
    sql::{quote, rows, text},
};

const KEYS: &str = "SELECT m.name AS child, k.\"table\" AS parent, k.\"from\" AS own, k.on_delete AS action \
     FROM sqlite_master m JOIN pragma_foreign_key_list(m.name) k WHERE m.type = 'table' AND k.on_delete IN ('CASCADE', 'SET NULL') \
     ORDER BY m.name, k.id, k.seq";

/// What is counted of other tables. Nothing on other backends.
#[derive(Default)]
pub(crate) struct Cascades(Vec<Counted>);

struct Counted {
    child: String,
    parent: String,
    /// The column that is set to NULL; the row goes where there is none.
    set_null: Option<String>,
    number: i64,
}

impl Cascades {
    /// To be called in the transaction of the revision, before it.
    pub(crate) async fn before<C: ConnectionTrait>(db: &C, statements: Option<&[String]>) -> Result<Self, DbErr> {
        let names = statements.filter(|_| db.get_database_backend() == DbBackend::Sqlite).and_then(names);
        let Some(names) = names else { return Ok(Self::default()) };
        let has = |name: &str| names.contains(&name.to_lowercase());
        if !["delete", "replace", "drop"].into_iter().any(has) {
            return Ok(Self::default());
        }
        let mut counted = Vec::new();
        let mut deletes = false;
        for row in rows(db, KEYS).await? {
            let (child, parent): (String, String) = (row.try_get("", "child")?, row.try_get("", "parent")?);
            deletes |= has(&parent);
            if has(&child) {
                continue;
            }
            let (own, action): (String, String) = (row.try_get("", "own")?, row.try_get("", "action")?);
            counted.push(Counted { child, parent, set_null: (action == "SET NULL").then_some(own), number: 0 });
        }
        if !deletes {
            return Ok(Self::default());
        }
        for one in &mut counted {
            one.number = one.count(db).await?;
        }
        Ok(Self(counted))
    }

    /// An error when there are fewer now, unless the person running the command agreed to delete rows.
    pub(crate) async fn refuse_lost<C: ConnectionTrait>(&self, db: &C) -> Result<(), DbErr> {
        if consent::is_agreed() {
            return Ok(());
        }
        for one in &self.0 {
            let lost = one.number - one.count(db).await?;
            if lost > 0 {
                return Err(DbErr::Migration(one.says(lost)));
            }
        }
        Ok(())
    }
}

impl Counted {
    async fn count<C: ConnectionTrait>(&self, db: &C) -> Result<i64, DbErr> {
        let what = self.set_null.as_ref().map_or("*".to_owned(), |column| quote(DbBackend::Sqlite, column));
        let sql = format!("SELECT count({what}) AS number FROM {}", quote(DbBackend::Sqlite, &self.child));
        rows(db, &sql).await?.first().map_or(Ok(0), |row| row.try_get("", "number"))
    }

    fn says(&self, lost: i64) -> String {
        let Self { child, parent, .. } = self;
        let rows = if lost == 1 { "1 row".to_owned() } else { format!("{lost} rows") };
        match &self.set_null {
            None => format!(
                "it takes {rows} out of {child}, which it does not name: rows of {parent} that they refer to go, and the key \
                 says ON DELETE CASCADE; update the rows of {parent} instead, or delete those of {child} in the revision first"
            ),
            Some(column) => format!(
                "it sets {column} to NULL in {rows} of {child}, which it does not name: rows of {parent} that they refer to go, \
                 and the key says ON DELETE SET NULL; update the rows of {parent} instead, or those of {child} in the revision \
                 first"
            ),
        }
    }
}

/// Every name in these statements, in lower case; none where one cannot be read to its end.
fn names(statements: &[String]) -> Option<BTreeSet<String>> {
    let each = statements.iter().map(|sql| text::names(DbBackend::Sqlite, sql));
    Some(each.collect::<Option<Vec<_>>>()?.into_iter().flatten().collect())
}
