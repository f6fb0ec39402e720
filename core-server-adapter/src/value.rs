//! Checks of values that several tables have.

use chrono::{DateTime, FixedOffset, Utc};
use entity::TextList;
use sea_orm::prelude::{Decimal, Json};

use crate::{AdapterError, error::Place, moment, text};

/// Bytes of a list of texts at most.
const LIST_BYTES: usize = 65_535;

/// A name that has to be there.
pub(crate) fn name(place: Place, column: &'static str, value: &str, characters: usize) -> Result<(), AdapterError> {
    text::check(value, characters).map_err(|reason| place.invalid(column, reason))?;
    // MySQL takes "a" and "a " for the same, so that they could not be two sensors there.
    if value.ends_with(' ') {
        return Err(place.invalid(column, "ends with a space; remove it"));
    }
    Ok(())
}

/// A name that may be missing.
pub(crate) fn optional_name(
    place: Place,
    column: &'static str,
    value: Option<&str>,
    characters: usize,
) -> Result<(), AdapterError> {
    value.map_or(Ok(()), |value| name(place, column, value, characters))
}

/// A long text that may be missing.
pub(crate) fn long_text(place: Place, column: &'static str, value: Option<&str>) -> Result<(), AdapterError> {
    value.map_or(Ok(()), text::check_long).map_err(|reason| place.invalid(column, reason))
}

/// A moment as it will be stored.
pub(crate) fn moment(place: Place, column: &'static str, at: DateTime<Utc>) -> Result<DateTime<Utc>, AdapterError> {
    moment::storable(at).map_err(|reason| place.invalid(column, reason))
}

/// JSON that may be missing.
pub(crate) fn json(place: Place, column: &'static str, json: Option<&Json>) -> Result<(), AdapterError> {
    text::check_json(json).map_err(|reason| place.invalid(column, reason))
}

/// JSON that has to be there.
pub(crate) fn required_json(place: Place, column: &'static str, value: &Json) -> Result<(), AdapterError> {
    if value.is_null() {
        return Err(place.invalid(column, "is null; give a value"));
    }
    json(place, column, Some(value))
}

/// A decimal that may be missing, as a column of so many digits, of which so many after the point, can hold it. PostgreSQL
/// and MySQL would round one that has more.
pub(crate) fn decimal(
    place: Place,
    column: &'static str,
    value: Option<Decimal>,
    (digits, after_point): (u32, u32),
) -> Result<(), AdapterError> {
    let Some(value) = value.map(|value| value.normalize()) else { return Ok(()) };
    let end = Decimal::from(10_u64.pow(digits - after_point));
    if value.scale() > after_point || value.abs() >= end {
        let before = digits - after_point;
        let allowed = format!("allowed are {before} digits before and {after_point} after the point");
        return Err(place.invalid(column, format!("is {value}; {allowed}")));
    }
    Ok(())
}

/// A list of texts.
pub(crate) fn texts(place: Place, column: &'static str, list: &TextList) -> Result<(), AdapterError> {
    let bytes: usize = list.0.iter().map(String::len).sum();
    if bytes > LIST_BYTES {
        return Err(place.invalid(column, format!("has {bytes} bytes; at most {LIST_BYTES} are allowed")));
    }
    list.0.iter().try_for_each(|text| text::check_long(text).map_err(|reason| place.invalid(column, reason)))
}

/// Now, as it will be stored.
pub(crate) fn now() -> DateTime<FixedOffset> {
    moment::bound(moment::truncated(Utc::now()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLACE: Place = Place { area: "a", table: "t" };

    #[test]
    fn decimals_are_taken_as_far_as_the_column_goes() {
        let check = |text: &str| decimal(PLACE, "c", Some(text.parse().unwrap()), (5, 2));
        for good in ["0", "999.99", "-999.99", "0.01", "20.1000", "-0.00"] {
            check(good).unwrap();
        }
        for bad in ["1000", "-1000", "999.991", "0.001", "1000000000000000000000"] {
            let error = check(bad).unwrap_err().to_string();
            assert_eq!(error, format!("a: t.c is {bad}; allowed are 3 digits before and 2 after the point"));
        }
    }
}
