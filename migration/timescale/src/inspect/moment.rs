//! Moments that a server has and this program's dates may not.

use std::{borrow::Cow, fmt};

use chrono::{DateTime, Utc};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use sea_orm::{ColIdx, QueryResult, TryGetError, TryGetable};
use serde::{Serialize, Serializer};

/// A moment. PostgreSQL counts from 4713 BC to the year 294276, dates of chrono end with the year 262142.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Moment {
    /// A date.
    At(DateTime<Utc>),
    /// One beyond the dates, as the server writes it.
    Beyond(String),
}

impl Moment {
    /// The date, if there is one.
    pub fn date(&self) -> Option<DateTime<Utc>> {
        match self {
            Self::At(at) => Some(*at),
            Self::Beyond(_) => None,
        }
    }

    /// SQL of PostgreSQL for a moment as this type reads it.
    pub(super) fn sql(moment: &str) -> String {
        format!("to_char({moment} AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\" BC')")
    }

    fn of(text: &str) -> Self {
        // RFC 3339 gives years of more than four digits a sign.
        let text = match text.strip_suffix(" AD") {
            Some(text) if text.find('-').is_some_and(|digits| digits > 4) => format!("+{text}"),
            Some(text) => text.to_owned(),
            None => text.to_owned(),
        };
        text.parse().map_or_else(|_| Self::Beyond(text), Self::At)
    }
}

/// RFC 3339.
impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::At(at) => at.to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true).fmt(f),
            Self::Beyond(text) => text.fmt(f),
        }
    }
}

impl Serialize for Moment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl JsonSchema for Moment {
    fn schema_name() -> Cow<'static, str> {
        "Moment".into()
    }

    fn json_schema(_generator: &mut SchemaGenerator) -> Schema {
        schemars::json_schema!({
            "description": "A moment, RFC 3339 in UTC; beyond the year 262142 and before Christ as PostgreSQL writes it.",
            "type": "string"
        })
    }
}

impl TryGetable for Moment {
    fn try_get_by<I: ColIdx>(row: &QueryResult, index: I) -> Result<Self, TryGetError> {
        String::try_get_by(row, index).map(|text| Self::of(&text))
    }
}

/// SQL of PostgreSQL for a moment that arithmetic goes on with: the last one there is a date for, instead of a later one.
pub fn within_dates(moment: &str) -> String {
    const LAST: &str = "TIMESTAMPTZ '262142-12-31 23:59:59.999999+00'";
    format!("CASE WHEN {moment} > {LAST} THEN {LAST} ELSE {moment} END")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_read_and_what_lies_beyond_stays_as_it_is() {
        for (written, shown) in [
            ("2026-01-01T00:30:00.000000Z AD", "2026-01-01T00:30:00Z"),
            ("12026-01-01T00:30:00.000000Z AD", "+12026-01-01T00:30:00Z"),
            ("262142-12-31T00:00:00.000000Z AD", "+262142-12-31T00:00:00Z"),
        ] {
            let moment = Moment::of(written);
            assert!(moment.date().is_some());
            assert_eq!(moment.to_string(), shown);
        }
        for (written, shown) in [
            ("262143-02-01T00:00:00.000000Z AD", "+262143-02-01T00:00:00.000000Z"),
            ("0044-03-15T12:00:00.000000Z BC", "0044-03-15T12:00:00.000000Z BC"),
        ] {
            assert_eq!(Moment::of(written), Moment::Beyond(shown.to_owned()));
        }
    }
}
