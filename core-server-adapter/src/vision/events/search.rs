//! Full-text search: by `tsvector` on PostgreSQL, FTS5 on SQLite, FULLTEXT on MySQL.

use entity::vision::{
    Event,
    event::{Column, Entity},
};
use migration_timescale::Dialect;
use sea_orm::{
    ConnectionTrait, DbBackend, DbErr, EntityTrait, FromQueryResult, Order, QueryFilter, QueryOrder, QueryResult,
    QuerySelect, QueryTrait, Select,
    sea_query::{Alias, Expr, JoinType},
};
use serde::{Deserialize, Serialize};

use super::{EventFilter, EventRepository, PLACE};
use crate::{
    AdapterError, PageRequest,
    page::{check_limit, limited},
    readable,
};

/// What the rank is called. FTS5 has a column `rank` of its own.
const RANK: &str = "search_rank";

/// An event that a search found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Found {
    /// The event.
    pub event: Event,
    /// How well it matches: more is better. Only ranks of one search on one backend compare.
    pub rank: f64,
}

impl FromQueryResult for Found {
    fn from_query_result(row: &QueryResult, prefix: &str) -> Result<Self, DbErr> {
        Ok(Self { event: Event::from_query_result(row, prefix)?, rank: row.try_get(prefix, RANK)? })
    }
}

impl<C: ConnectionTrait> EventRepository<'_, C> {
    /// The events that match and have all of these words in summary, reasoning or classes, the best ones first, and the
    /// later one first where two are as good. What is neither letter nor digit separates words; upper and lower case do not
    /// differ.
    ///
    /// What makes two forms of a word one is the backend's matter. PostgreSQL finds `persons` where `person` is, leaves out
    /// `the`, and knows the other case of letters beyond ASCII only where the database's locale does. MySQL asks words of less
    /// than three letters of no event, and finds only what was committed.
    ///
    /// # Errors
    ///
    /// - [`AdapterError::InvalidPage`] for a text without a word, and for a limit outside 1 to [`PageRequest::MAX_LIMIT`];
    /// - [`AdapterError::InvalidValue`] for a filter with a NUL;
    /// - failures of the database.
    pub async fn search(&self, text: &str, filter: &EventFilter, limit: u32) -> Result<Vec<Found>, AdapterError> {
        check_limit(limit, PageRequest::MAX_LIMIT)?;
        let words: Vec<&str> = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
        if words.is_empty() {
            return Err(AdapterError::InvalidPage { parameter: "text", reason: "has no word; give one".to_owned() });
        }
        let backend = self.db.get_database_backend();
        let query = Entity::find().filter(filter.checked(PLACE)?.condition(backend));
        let mut query = matching(query, &words, backend);
        QueryTrait::query(&mut query).order_by(Alias::new(RANK), Order::Desc);
        let query = query.order_by_desc(Column::StartedAt).order_by_desc(Column::Id);
        let found = readable::all(self.db, limited(query.build(backend), limit), PLACE, readable::by_name).await;
        found.map_err(PLACE.while_reading("searching events"))
    }
}

/// The events that have all of the words, and their rank.
fn matching(mut query: Select<Entity>, words: &[&str], backend: DbBackend) -> Select<Entity> {
    match Dialect::of(backend) {
        Dialect::Postgres => {
            let with = |sql: &'static str| Expr::cust_with_values(sql, [words.join(" ")]);
            query
                .filter(with("search_vector @@ plainto_tsquery('english', $1)"))
                .expr_as(with("CAST(ts_rank(search_vector, plainto_tsquery('english', $1)) AS float8)"), RANK)
        }
        Dialect::Sqlite => {
            // In quotes a word is nothing but a word.
            let all: Vec<String> = words.iter().map(|word| format!("\"{word}\"")).collect();
            let row = Expr::cust("events_search.rowid = events.id");
            QueryTrait::query(&mut query).join(JoinType::InnerJoin, Alias::new("events_search"), row);
            // The weights that PostgreSQL gives to summary, reasoning and classes.
            query
                .filter(Expr::cust_with_values("events_search MATCH ?", [all.join(" ")]))
                .expr_as(Expr::cust("-bm25(events_search, 1.0, 0.2, 0.4)"), RANK)
        }
        Dialect::MySql => {
            let all: Vec<String> = words.iter().map(|word| wanted(word)).collect();
            let with = |sql: &'static str| Expr::cust_with_values(sql, [all.join(" ")]);
            query
                .filter(with("MATCH (search_text) AGAINST (? IN BOOLEAN MODE)"))
                .expr_as(with("CAST(MATCH (search_text) AGAINST (? IN BOOLEAN MODE) AS double)"), RANK)
        }
    }
}

/// A word that has to be there, if the index has it: `InnoDB` leaves out short words and these.
fn wanted(word: &str) -> String {
    const LEFT_OUT: [&str; 16] = [
        "about", "are", "com", "for", "from", "how", "that", "the", "this", "was", "what", "when", "where", "who",
        "will", "with",
    ];
    let left_out = word.chars().count() < 3 || LEFT_OUT.contains(&&*word.to_lowercase());
    if left_out { word.to_owned() } else { format!("+{word}") }
}
