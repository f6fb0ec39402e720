//! Keyset pagination: pages that stay where they are while rows are added.
//!
//! Rows are ordered by time and id, newest first, and a cursor is the time and id of a row. A page is what lies beyond that
//! row, however many rows have come since: nothing is shown twice or left out, and page 1000 costs what page 1 costs.

use std::{
    fmt::{self, Write},
    str::FromStr,
};

use chrono::{DateTime, Utc};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DbBackend, DbErr, EntityTrait, ExprTrait, FromQueryResult, IdenStatic,
    Order, QueryFilter, QueryOrder, QueryResult, QueryTrait, Select, Statement, TryGetable,
    sea_query::{Expr, Value},
};
use serde::{Deserialize, Serialize, de};
use uuid::Uuid;

use crate::{AdapterError, condition::column, moment, readable};

/// What tells rows of one time apart, next to that time: the id of most rows, be it a UUID or a number; the sensor of a
/// reading.
pub trait PageKey: Clone + fmt::Display + Into<Value> + TryGetable {
    /// As letters and digits.
    fn to_text(&self) -> String;

    /// From what [`to_text`](Self::to_text) gave; none from anything else.
    fn from_text(text: &str) -> Option<Self>;
}

impl PageKey for Uuid {
    fn to_text(&self) -> String {
        self.simple().to_string()
    }

    fn from_text(text: &str) -> Option<Self> {
        Self::try_parse(Some(text).filter(|id| id.len() == 32)?).ok()
    }
}

impl PageKey for i64 {
    fn to_text(&self) -> String {
        format!("{self:016x}")
    }

    fn from_text(text: &str) -> Option<Self> {
        let whole = Some(text).filter(|number| number.len() == 16 && !number.starts_with('+'));
        u64::from_str_radix(whole?, 16).ok().map(u64::cast_signed)
    }
}

impl PageKey for String {
    /// The bytes in hexadecimal: a name may have any character.
    fn to_text(&self) -> String {
        self.bytes().fold(Self::new(), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        })
    }

    fn from_text(text: &str) -> Option<Self> {
        let digits = text.as_bytes().chunks(2);
        // A sign would count as a digit to `from_str_radix`.
        let whole = |pair: &&str| pair.len() == 2 && !pair.starts_with('+');
        let byte = |pair: &[u8]| u8::from_str_radix(str::from_utf8(pair).ok().filter(whole)?, 16).ok();
        let name = Self::from_utf8(digits.map(byte).collect::<Option<_>>()?).ok()?;
        Some(name).filter(|name| !name.is_empty())
    }
}

/// A part of a list, newest first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound(serialize = "T: Serialize, K: PageKey", deserialize = "T: Deserialize<'de>, K: PageKey"))]
pub struct Page<T, K = Uuid> {
    /// The rows, newest first.
    pub items: Vec<T>,
    /// Leads to the older rows that follow; none when there were none.
    pub next: Option<Cursor<K>>,
    /// Leads back to the newer rows before; none when there were none. Rows that are raised later come before them: see
    /// [`Cursor::newer_than`] to ask for those.
    pub previous: Option<Cursor<K>>,
    /// Rows of this part that cannot be read, as another program wrote them: time, id and reason of each.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unreadable: Vec<String>,
}

/// Which part of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, bound(serialize = "K: PageKey", deserialize = "K: PageKey"))]
pub struct PageRequest<K = Uuid> {
    /// Rows at most, 1 to [`MAX_LIMIT`](PageRequest::MAX_LIMIT); 50 when not given.
    pub limit: u32,
    /// Where to go on; the newest rows when not given. Belongs to the filter it came with.
    pub cursor: Option<Cursor<K>>,
}

impl PageRequest {
    /// The largest page.
    pub const MAX_LIMIT: u32 = 1000;
}

impl<K> PageRequest<K> {
    /// The newest `limit` rows.
    pub fn first(limit: u32) -> Self {
        Self { limit, cursor: None }
    }

    /// `limit` rows from `cursor` on.
    pub fn at(cursor: Cursor<K>, limit: u32) -> Self {
        Self { limit, cursor: Some(cursor) }
    }

    pub(crate) fn check(&self) -> Result<(), AdapterError> {
        check_limit(self.limit, PageRequest::MAX_LIMIT)
    }

    /// The query for the page in the order of time and key, newest first. One row more than the page tells whether another
    /// page follows.
    pub(crate) fn statement<E: EntityTrait>(
        &self,
        mut query: Select<E>,
        (at, key): (E::Column, E::Column),
        backend: DbBackend,
    ) -> Statement
    where
        K: PageKey,
    {
        let order = match &self.cursor {
            Some(Cursor { direction: Direction::Newer, .. }) => Order::Asc,
            _ => Order::Desc,
        };
        if let Some(cursor) = &self.cursor {
            query = query.filter(cursor.beyond(at, key));
        }
        let query = query.order_by(at, order.clone()).order_by(key, order);
        limited(query.build(backend), self.limit + 1)
    }

    /// The page of a query in the order of time and key, newest first.
    pub(crate) async fn read<E: EntityTrait, C: ConnectionTrait>(
        &self,
        db: &C,
        query: Select<E>,
        columns: (E::Column, E::Column),
        failed: impl FnOnce(DbErr) -> AdapterError,
        key: impl Fn(&E::Model) -> (DateTime<Utc>, K),
    ) -> Result<Page<E::Model, K>, AdapterError>
    where
        K: PageKey,
    {
        self.read_by(db, query, columns, failed, key, |row| E::Model::from_query_result(row, "")).await
    }

    /// The same; a row is read by `decode`.
    pub(crate) async fn read_by<E: EntityTrait, C: ConnectionTrait>(
        &self,
        db: &C,
        query: Select<E>,
        columns: (E::Column, E::Column),
        failed: impl FnOnce(DbErr) -> AdapterError,
        key: impl Fn(&E::Model) -> (DateTime<Utc>, K),
        decode: impl Fn(&QueryResult) -> Result<E::Model, DbErr>,
    ) -> Result<Page<E::Model, K>, AdapterError>
    where
        K: PageKey,
    {
        self.check()?;
        let statement = self.statement(query, columns, db.get_database_backend());
        let read = |row: &QueryResult| match decode(row) {
            Ok(model) => Ok((key(&model), Ok(model))),
            Err(error) if readable::is_about_a_value(&error) => {
                let (at, id) =
                    (row.try_get::<DateTime<Utc>>("", columns.0.as_str())?, row.try_get("", columns.1.as_str())?);
                let reason = format!("{} {id}: {error}", at.to_rfc3339());
                Ok(((at, id), Err(reason)))
            }
            Err(error) => Err(error),
        };
        let rows = db.query_all_raw(statement).await;
        let rows: Result<Vec<_>, _> = rows.and_then(|rows| rows.iter().map(read).collect());
        let page = self.cut(rows.map_err(failed)?, |(place, _)| place.clone());
        let (mut items, mut unreadable) = (Vec::with_capacity(page.items.len()), page.unreadable);
        for (_, row) in page.items {
            match row {
                Ok(model) => items.push(model),
                Err(reason) => unreadable.push(reason),
            }
        }
        Ok(Page { items, next: page.next, previous: page.previous, unreadable })
    }

    /// Cuts a page from the rows that lie beyond the cursor, in the order of the query: nearest to the cursor first, one
    /// more than the limit if there are as many.
    pub(crate) fn cut<T>(&self, mut rows: Vec<T>, key: impl Fn(&T) -> (DateTime<Utc>, K)) -> Page<T, K> {
        let limit = usize::try_from(self.limit).unwrap_or(usize::MAX);
        let more = rows.len() > limit;
        rows.truncate(limit);
        let backwards = self.cursor.as_ref().is_some_and(|cursor| cursor.direction == Direction::Newer);
        if backwards {
            rows.reverse();
        }
        // Where we came from there is the cursor's row at least.
        let (older, newer) = if backwards { (true, more) } else { (more, self.cursor.is_some()) };
        let cursor = |there: bool, row: Option<&T>, direction| {
            row.filter(|_| there).map(|row| {
                let (at, id) = key(row);
                Cursor { direction, at, id }
            })
        };
        Page {
            next: cursor(older, rows.last(), Direction::Older),
            previous: cursor(newer, rows.first(), Direction::Newer),
            items: rows,
            unreadable: Vec::new(),
        }
    }
}

impl<K> Default for PageRequest<K> {
    fn default() -> Self {
        Self::first(50)
    }
}

/// A place in a list, as an opaque text in JSON and URLs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Cursor<K = Uuid> {
    pub(crate) direction: Direction,
    pub(crate) at: DateTime<Utc>,
    pub(crate) id: K,
}

/// To which side of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Direction {
    Older,
    Newer,
}

impl Cursor {
    /// What comes after the row of this time and id in a list.
    pub fn older_than(at: impl Into<DateTime<Utc>>, id: impl Into<Uuid>) -> Self {
        Self { direction: Direction::Older, at: moment::truncated(at.into()), id: id.into() }
    }

    /// What comes before the row of this time and id in a list: with the newest row known, what has been raised since.
    pub fn newer_than(at: impl Into<DateTime<Utc>>, id: impl Into<Uuid>) -> Self {
        Self { direction: Direction::Newer, at: moment::truncated(at.into()), id: id.into() }
    }
}

impl<K: PageKey> Cursor<K> {
    /// The rows on the cursor's side of its row.
    ///
    /// The row comparison alone would be right; the bound on the time alone is what TimescaleDB excludes chunks by, and
    /// what MySQL enters its index with.
    pub(crate) fn beyond<C: ColumnTrait>(&self, at: C, key: C) -> Condition {
        let place = Expr::tuple([column(at), column(key)]);
        let bound = moment::bound(self.at);
        let row = Expr::tuple([Expr::val(bound), Expr::val(self.id.clone())]);
        match self.direction {
            Direction::Older => Condition::all().add(at.lte(bound)).add(place.lt(row)),
            Direction::Newer => Condition::all().add(at.gte(bound)).add(place.gt(row)),
        }
    }
}

/// `o` or `n`, the microseconds since 1970 and the key, in hexadecimal.
impl<K: PageKey> fmt::Display for Cursor<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let direction = match self.direction {
            Direction::Older => 'o',
            Direction::Newer => 'n',
        };
        write!(f, "{direction}{:016x}{}", self.at.timestamp_micros(), self.id.to_text())
    }
}

impl<K: PageKey> FromStr for Cursor<K> {
    type Err = AdapterError;

    fn from_str(text: &str) -> Result<Self, AdapterError> {
        let read = || {
            let direction = match text.get(..1)? {
                "o" => Direction::Older,
                "n" => Direction::Newer,
                _ => return None,
            };
            let at = DateTime::from_timestamp_micros(i64::from_str_radix(text.get(1..17)?, 16).ok()?)?;
            Some(Self { direction, at, id: K::from_text(text.get(17..)?)? })
        };
        let reason = "is not one that a page gave; start with the first page again";
        read().ok_or_else(|| AdapterError::InvalidPage { parameter: "cursor", reason: reason.to_owned() })
    }
}

impl<K: PageKey> Serialize for Cursor<K> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de, K: PageKey> Deserialize<'de> for Cursor<K> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

pub(crate) fn check_limit(limit: u32, most: u32) -> Result<(), AdapterError> {
    if (1..=most).contains(&limit) {
        return Ok(());
    }
    Err(AdapterError::InvalidPage { parameter: "limit", reason: format!("{limit} is not between 1 and {most}") })
}

/// At most so many rows of a query.
///
/// SeaORM would bind the limit. PostgreSQL estimates a bound limit badly, prefers custom plans for it, and so plans anew for
/// every chunk at every call: 2.5 to 7 times the time. As a literal it leads to one generic plan. The alternative,
/// `plan_cache_mode = force_generic_plan`, is a setting of the session and would hit every other query of a shared pool.
pub(crate) fn limited(mut statement: Statement, rows: u32) -> Statement {
    let _ = write!(statement.sql, " LIMIT {rows}");
    statement
}

#[cfg(test)]
mod tests {
    use super::*;

    #[allow(clippy::trivially_copy_pass_by_ref, reason = "the signature that `cut` asks for")]
    fn key(row: &i64) -> (DateTime<Utc>, Uuid) {
        (DateTime::from_timestamp_micros(*row).unwrap(), Uuid::from_u128(7))
    }

    #[test]
    fn cursors_survive_text_and_json() {
        let at = DateTime::from_timestamp_micros(1_386_018_900_123_456).unwrap();
        for cursor in [Cursor::older_than(at, Uuid::from_u128(42)), Cursor::newer_than(at, Uuid::max())] {
            assert_eq!(cursor.to_string().parse::<Cursor>().unwrap(), cursor);
            let json = serde_json::to_string(&cursor).unwrap();
            assert_eq!(serde_json::from_str::<Cursor>(&json).unwrap(), cursor);
        }
    }

    #[test]
    fn names_survive_text_whatever_they_are_made_of() {
        for name in ["pump-1", "Öl/25 °C \"水\"", " "] {
            let cursor = Cursor { direction: Direction::Older, at: DateTime::UNIX_EPOCH, id: name.to_owned() };
            assert!(cursor.to_string().bytes().all(|byte| byte.is_ascii_alphanumeric()));
            assert_eq!(cursor.to_string().parse::<Cursor<String>>().unwrap(), cursor);
        }
        for end in ["", "7", "7g", "+7", "ff", "737"] {
            format!("o0000000000000000{end}").parse::<Cursor<String>>().unwrap_err();
        }
    }

    #[test]
    fn numbers_survive_text() {
        for number in [0, 1, 42, i64::MAX, i64::MIN, -1] {
            let cursor = Cursor { direction: Direction::Newer, at: DateTime::UNIX_EPOCH, id: number };
            assert_eq!(cursor.to_string().parse::<Cursor<i64>>().unwrap(), cursor);
        }
        for end in ["", "2a", "+00000000000002a", "000000000000002g", "0000000000000002a"] {
            format!("o0000000000000000{end}").parse::<Cursor<i64>>().unwrap_err();
        }
    }

    #[test]
    fn texts_that_are_no_cursor_are_refused() {
        let good = Cursor::older_than(DateTime::UNIX_EPOCH, Uuid::nil()).to_string();
        for text in
            ["", "o", "ö", "x12", &good[..48], &format!("{good}0"), &good.replace('o', "p"), "o-00000000000000f"]
        {
            let error = text.parse::<Cursor>().unwrap_err().to_string();
            assert_eq!(error, "cursor is not one that a page gave; start with the first page again", "{text}");
        }
    }

    #[test]
    fn a_page_knows_its_neighbours() {
        let first = PageRequest::first(2);
        let page = first.cut(vec![5, 4, 3], key);
        assert_eq!((&page.items[..], page.previous), (&[5, 4][..], None));
        let next = page.next.unwrap();
        assert_eq!((next.direction, key(&4).0), (Direction::Older, next.at));

        let last = PageRequest::at(next, 2).cut(vec![3, 2], key);
        assert_eq!((&last.items[..], last.next), (&[3, 2][..], None));
        let previous = last.previous.unwrap();
        assert_eq!((previous.direction, previous.at), (Direction::Newer, key(&3).0));

        // Backwards the query gives the nearest first.
        let back = PageRequest::at(previous, 2).cut(vec![4, 5, 6], key);
        assert_eq!(back.items, [5, 4]);
        assert!(back.next.is_some() && back.previous.is_some());
        assert_eq!(PageRequest::at(previous, 2).cut(vec![4, 5], key).previous, None);
        assert_eq!(
            first.cut(Vec::new(), key),
            Page { items: Vec::new(), next: None, previous: None, unreadable: Vec::new() }
        );
    }

    #[test]
    fn limits_outside_the_range_are_refused() {
        for limit in [0, 1001] {
            let error = PageRequest::<Uuid>::first(limit).check().unwrap_err().to_string();
            assert_eq!(error, format!("limit {limit} is not between 1 and 1000"));
        }
    }
}
