//! What other schemas of PostgreSQL hold, before and after something is dropped with `CASCADE`: a column there may have a
//! type from here.

use std::collections::BTreeMap;

use migration_timescale::literal;
use sea_orm::{ConnectionTrait, DbBackend, DbErr};

use crate::sql::rows;

const QUESTION: &str = include_str!("outside.sql");

/// By their place in the catalogue: what each is part of, and what it is called.
pub(crate) struct Outside(BTreeMap<String, (Option<String>, String)>);

impl Outside {
    /// Empty on other backends, where nothing can be dropped along.
    pub(crate) async fn read<C: ConnectionTrait>(db: &C) -> Result<Self, DbErr> {
        Self::read_without(db, &[]).await
    }

    /// Without these schemas, which are to go.
    pub(crate) async fn read_without<C: ConnectionTrait>(db: &C, schemas: &[&str]) -> Result<Self, DbErr> {
        if db.get_database_backend() != DbBackend::Postgres {
            return Ok(Self(BTreeMap::new()));
        }
        let mut found = BTreeMap::new();
        let schemas: Vec<String> = schemas.iter().map(|schema| literal(schema)).collect();
        let question = QUESTION.replace("{schemas}", &schemas.join(", "));
        for row in rows(db, &question).await? {
            found.insert(row.try_get("", "place")?, (row.try_get("", "of")?, row.try_get("", "what")?));
        }
        Ok(Self(found))
    }

    /// What was here and is not there any more; parts of what is gone are not told.
    pub(crate) fn missing_from(&self, now: &Self) -> Vec<String> {
        let is_gone = |place: &String| self.0.contains_key(place) && !now.0.contains_key(place);
        let gone = self.0.iter().filter(|(place, (of, _))| is_gone(place) && !of.as_ref().is_some_and(is_gone));
        gone.map(|(_, (_, what))| what.clone()).collect()
    }
}
