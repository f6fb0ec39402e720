//! Pages in the order in which alarms want attention: open ones first, then the worst, then the newest.
//!
//! The list is six lists one after the other, open critical to resolved info, each in the order and with the index of
//! [`AlarmRepository::list`]. One sort over all of them would read the whole table for its first page.

use std::{fmt, str::FromStr};

use entity::alarms::Alarm;
use sea_orm::ConnectionTrait;
use serde::{Deserialize, Serialize, de};

use super::{AlarmFilter, AlarmRepository, AlarmSeverity, AlarmStatus};
use crate::{AdapterError, Cursor, PageRequest};

/// A part of the list, most urgent first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct UrgentAlarms {
    /// The alarms.
    pub items: Vec<Alarm>,
    /// Leads to what follows, which may turn out to be nothing; none when this is the end.
    pub next: Option<UrgentCursor>,
    /// Alarms of this part that cannot be read, as another program wrote them: time, id and reason of each.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unreadable: Vec<String>,
}

/// Where in the list to go on: which of its six parts, and where in that. Text to be handed to clients and back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UrgentCursor {
    part: usize,
    within: Option<Cursor>,
}

/// Open or not, and how bad, in the order of the list.
const PARTS: [(bool, AlarmSeverity); 6] = [
    (true, AlarmSeverity::Critical),
    (true, AlarmSeverity::Warning),
    (true, AlarmSeverity::Info),
    (false, AlarmSeverity::Critical),
    (false, AlarmSeverity::Warning),
    (false, AlarmSeverity::Info),
];

impl<C: ConnectionTrait> AlarmRepository<'_, C> {
    /// `limit` of the alarms that match, open ones first, then the worst, then the newest; from `cursor` on, where one is
    /// given. The cursor belongs to the filter it came with.
    ///
    /// Following [`UrgentAlarms::next`] visits every alarm that matched at the start and has not changed since exactly once.
    /// One that is resolved meanwhile moves to a later part and may come twice.
    ///
    /// # Errors
    ///
    /// As [`list`](Self::list).
    pub async fn list_urgent(
        &self,
        filter: &AlarmFilter,
        limit: u32,
        cursor: Option<UrgentCursor>,
    ) -> Result<UrgentAlarms, AdapterError> {
        PageRequest::<uuid::Uuid>::first(limit).check()?;
        let mut page = UrgentAlarms { items: Vec::new(), next: None, unreadable: Vec::new() };
        let start = cursor.unwrap_or(UrgentCursor { part: 0, within: None });
        let mut within = start.within;
        let parts = PARTS.iter().enumerate().skip(start.part);
        for (part, filter) in parts.filter_map(|(part, of)| Some((part, narrowed(filter, *of)?))) {
            let taken = u32::try_from(page.items.len() + page.unreadable.len()).unwrap_or(limit);
            let left = limit.saturating_sub(taken);
            if left == 0 {
                page.next = Some(UrgentCursor { part, within: None });
                return Ok(page);
            }
            // A part that is begun on an earlier page goes on there.
            let cursor = within.take().filter(|_| part == start.part);
            let found = self.list(&filter, &PageRequest { limit: left, cursor }).await?;
            page.items.extend(found.items);
            page.unreadable.extend(found.unreadable);
            if let Some(next) = found.next {
                page.next = Some(UrgentCursor { part, within: Some(next) });
                return Ok(page);
            }
        }
        Ok(page)
    }
}

/// The filter of a part; none where it can hold nothing.
fn narrowed(filter: &AlarmFilter, (open, severity): (bool, AlarmSeverity)) -> Option<AlarmFilter> {
    let is_open = |status| status != AlarmStatus::Resolved;
    let possible = filter.severity.is_none_or(|wanted| wanted == severity)
        && filter.status.is_none_or(|wanted| is_open(wanted) == open)
        && (open || !filter.open);
    let narrowed = filter.clone().severity(severity);
    possible.then(|| if open { narrowed.open() } else { narrowed.status(AlarmStatus::Resolved) })
}

impl fmt::Display for UrgentCursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.part)?;
        self.within.map_or(Ok(()), |within| within.fmt(f))
    }
}

impl FromStr for UrgentCursor {
    type Err = AdapterError;

    fn from_str(text: &str) -> Result<Self, AdapterError> {
        let reason = "is not one that a page gave; start with the first page again";
        let invalid = || AdapterError::InvalidPage { parameter: "cursor", reason: reason.to_owned() };
        let (part, rest) = text.split_at_checked(1).ok_or_else(invalid)?;
        let part = part.parse().ok().filter(|part| *part < PARTS.len()).ok_or_else(invalid)?;
        let within = if rest.is_empty() { None } else { Some(rest.parse()?) };
        Ok(Self { part, within })
    }
}

impl Serialize for UrgentCursor {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for UrgentCursor {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cursors_survive_text_and_json() {
        let within = Cursor::older_than(chrono::DateTime::UNIX_EPOCH, uuid::Uuid::from_u128(7));
        for cursor in [UrgentCursor { part: 0, within: Some(within) }, UrgentCursor { part: 5, within: None }] {
            assert_eq!(cursor.to_string().parse::<UrgentCursor>().unwrap(), cursor);
            let json = serde_json::to_string(&cursor).unwrap();
            assert_eq!(serde_json::from_str::<UrgentCursor>(&json).unwrap(), cursor);
        }
        for text in ["", "6", "x", "ö", "+", "0o12"] {
            let error = text.parse::<UrgentCursor>().unwrap_err().to_string();
            assert_eq!(error, "cursor is not one that a page gave; start with the first page again", "{text}");
        }
    }

    #[test]
    fn parts_that_can_hold_nothing_are_not_asked_for() {
        let parts = |filter: AlarmFilter| PARTS.iter().filter(|part| narrowed(&filter, **part).is_some()).count();
        assert_eq!(parts(AlarmFilter::new()), 6);
        assert_eq!(parts(AlarmFilter::new().open()), 3);
        assert_eq!(parts(AlarmFilter::new().status(AlarmStatus::Resolved)), 3);
        assert_eq!(parts(AlarmFilter::new().status(AlarmStatus::Resolved).open()), 0);
        assert_eq!(parts(AlarmFilter::new().severity(AlarmSeverity::Info)), 2);
        // The status that is asked for stays: acknowledged alone is not all that is open.
        let acknowledged = AlarmFilter::new().status(AlarmStatus::Acknowledged);
        assert_eq!(narrowed(&acknowledged, PARTS[0]).unwrap().status, Some(AlarmStatus::Acknowledged));
    }
}
