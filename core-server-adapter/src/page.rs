//! Keyset pagination: pages that stay where they are while rows are added.
//!
//! Rows are ordered by time and id, newest first, and a cursor is the time and id of a row. A page is what lies beyond that
//! row, however many rows have come since: nothing is shown twice or left out, and page 1000 costs what page 1 costs.

use std::{fmt, str::FromStr};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize, de};
use uuid::Uuid;

use crate::{AdapterError, moment};

/// A part of a list, newest first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Page<T> {
    /// The rows, newest first.
    pub items: Vec<T>,
    /// Leads to the older rows that follow; none when there were none.
    pub next: Option<Cursor>,
    /// Leads back to the newer rows before; none when there were none. Rows that are raised later come before them: see
    /// [`Cursor::newer_than`] to ask for those.
    pub previous: Option<Cursor>,
}

/// Which part of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PageRequest {
    /// Rows at most, 1 to [`MAX_LIMIT`](Self::MAX_LIMIT); 50 when not given.
    pub limit: u32,
    /// Where to go on; the newest rows when not given. Belongs to the filter it came with.
    pub cursor: Option<Cursor>,
}

impl PageRequest {
    /// The largest page.
    pub const MAX_LIMIT: u32 = 1000;

    /// The newest `limit` rows.
    pub fn first(limit: u32) -> Self {
        Self { limit, cursor: None }
    }

    /// `limit` rows from `cursor` on.
    pub fn at(cursor: Cursor, limit: u32) -> Self {
        Self { limit, cursor: Some(cursor) }
    }

    pub(crate) fn check(&self) -> Result<(), AdapterError> {
        if (1..=Self::MAX_LIMIT).contains(&self.limit) {
            return Ok(());
        }
        let reason = format!("{} is not between 1 and {}", self.limit, Self::MAX_LIMIT);
        Err(AdapterError::InvalidPage { parameter: "limit", reason })
    }

    /// Cuts a page from the rows that lie beyond the cursor, in the order of the query: nearest to the cursor first, one
    /// more than the limit if there are as many.
    pub(crate) fn cut<T>(&self, mut rows: Vec<T>, key: impl Fn(&T) -> (DateTime<Utc>, Uuid)) -> Page<T> {
        let limit = usize::try_from(self.limit).unwrap_or(usize::MAX);
        let more = rows.len() > limit;
        rows.truncate(limit);
        let backwards = self.cursor.is_some_and(|cursor| cursor.direction == Direction::Newer);
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
        }
    }
}

impl Default for PageRequest {
    fn default() -> Self {
        Self::first(50)
    }
}

/// A place in a list, as an opaque text in JSON and URLs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Cursor {
    pub(crate) direction: Direction,
    pub(crate) at: DateTime<Utc>,
    pub(crate) id: Uuid,
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

/// `o` or `n`, the microseconds since 1970 and the id, in hexadecimal.
impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let direction = match self.direction {
            Direction::Older => 'o',
            Direction::Newer => 'n',
        };
        write!(f, "{direction}{:016x}{}", self.at.timestamp_micros(), self.id.simple())
    }
}

impl FromStr for Cursor {
    type Err = AdapterError;

    fn from_str(text: &str) -> Result<Self, AdapterError> {
        let read = || {
            let direction = match text.get(..1)? {
                "o" => Direction::Older,
                "n" => Direction::Newer,
                _ => return None,
            };
            let at = DateTime::from_timestamp_micros(i64::from_str_radix(text.get(1..17)?, 16).ok()?)?;
            Some(Self { direction, at, id: Uuid::try_parse(text.get(17..).filter(|id| id.len() == 32)?).ok()? })
        };
        let reason = "is not one that a page gave; start with the first page again";
        read().ok_or_else(|| AdapterError::InvalidPage { parameter: "cursor", reason: reason.to_owned() })
    }
}

impl Serialize for Cursor {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Cursor {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
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
        assert_eq!(first.cut(Vec::new(), key), Page { items: Vec::new(), next: None, previous: None });
    }

    #[test]
    fn limits_outside_the_range_are_refused() {
        for limit in [0, 1001] {
            let error = PageRequest::first(limit).check().unwrap_err().to_string();
            assert_eq!(error, format!("limit {limit} is not between 1 and 1000"));
        }
    }
}
