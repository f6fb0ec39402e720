//! A list of alarms as it is asked for over HTTP.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{AlarmFilter, AlarmOrigin, AlarmSeverity, AlarmStatus};
use crate::{Cursor, PageRequest, Period};

/// [`AlarmFilter`] and [`PageRequest`] as one query string, or one flat JSON object: no field has to be given, and none but
/// these may be.
///
/// ```
/// use core_server_adapter::alarms::{AlarmOrigin, AlarmQuery};
///
/// let query = "origin=anomaly_model&open=true&from=2026-11-01T00:00:00Z&limit=20";
/// let query: AlarmQuery = serde_urlencoded::from_str(query)?;
/// assert_eq!(query.filter().origin, Some(AlarmOrigin::AnomalyModel));
/// assert_eq!(query.page().limit, 20);
/// assert!(serde_urlencoded::from_str::<AlarmQuery>("orgin=threshold").is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AlarmQuery {
    /// Where it comes from.
    pub origin: Option<AlarmOrigin>,
    /// How bad it is.
    pub severity: Option<AlarmSeverity>,
    /// How far it is dealt with.
    pub status: Option<AlarmStatus>,
    /// Only what is not resolved.
    pub open: bool,
    /// The sensor's id, exactly.
    pub sensor: Option<String>,
    /// Raised at this time or later.
    pub from: Option<DateTime<Utc>>,
    /// Raised before this time.
    pub to: Option<DateTime<Utc>>,
    /// Rows at most, 1 to [`PageRequest::MAX_LIMIT`]; 50 when not given.
    pub limit: u32,
    /// Where to go on; the newest rows when not given.
    pub cursor: Option<Cursor>,
}

impl AlarmQuery {
    /// Which alarms.
    pub fn filter(&self) -> AlarmFilter {
        AlarmFilter {
            origin: self.origin,
            severity: self.severity,
            status: self.status,
            open: self.open,
            sensor: self.sensor.clone(),
            period: Period { from: self.from, to: self.to },
        }
    }

    /// Which part of the list.
    pub fn page(&self) -> PageRequest {
        PageRequest { limit: self.limit, cursor: self.cursor }
    }
}

impl From<(AlarmFilter, PageRequest)> for AlarmQuery {
    fn from((filter, page): (AlarmFilter, PageRequest)) -> Self {
        let AlarmFilter { origin, severity, status, open, sensor, period } = filter;
        let (Period { from, to }, PageRequest { limit, cursor }) = (period, page);
        Self { origin, severity, status, open, sensor, from, to, limit, cursor }
    }
}

/// The newest alarms of all.
impl Default for AlarmQuery {
    fn default() -> Self {
        (AlarmFilter::default(), PageRequest::default()).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_survives_the_query_string() {
        let moment = |second| DateTime::from_timestamp(second, 123_456_000).unwrap();
        let filter = AlarmFilter::new()
            .origin(AlarmOrigin::Threshold)
            .severity(AlarmSeverity::Critical)
            .status(AlarmStatus::Active)
            .open()
            .sensor("pump 1&2=ü")
            .period(Period::between(moment(1), moment(9)));
        let page = PageRequest::at(Cursor::older_than(moment(5), uuid::Uuid::from_u128(7)), 20);
        for (filter, page) in [(filter, page), (AlarmFilter::new(), PageRequest::default())] {
            let query = AlarmQuery::from((filter.clone(), page));
            let text = serde_urlencoded::to_string(&query).unwrap();
            let read: AlarmQuery = serde_urlencoded::from_str(&text).unwrap();
            assert_eq!((read.filter(), read.page()), (filter, page), "{text}");
        }
        for wrong in
            ["origin=model", "limit=-1", "limit=many", "cursor=x", "from=yesterday", "open=perhaps", "period=1"]
        {
            serde_urlencoded::from_str::<AlarmQuery>(wrong).unwrap_err();
        }
    }
}
