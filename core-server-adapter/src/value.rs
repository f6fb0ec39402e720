//! Checks of values that several tables of the area have.

use chrono::{DateTime, Utc};
use entity::TextList;

use crate::{AdapterError, error::Place, moment, text};

/// Characters of a type of sensor or anomaly at most.
pub(super) const TYPE_CHARACTERS: usize = 100;
/// Characters of a unit at most.
pub(super) const UNIT_CHARACTERS: usize = 50;
/// Bytes of a list of texts at most.
const LIST_BYTES: usize = 65_535;

/// A name that has to be there.
pub(super) fn name(place: Place, column: &'static str, value: &str, characters: usize) -> Result<(), AdapterError> {
    text::check(value, characters).map_err(|reason| place.invalid(column, reason))?;
    // MySQL takes "a" and "a " for the same, so that they could not be two sensors there.
    if value.ends_with(' ') {
        return Err(place.invalid(column, "ends with a space; remove it"));
    }
    Ok(())
}

/// A name that may be missing.
pub(super) fn optional_name(
    place: Place,
    column: &'static str,
    value: Option<&str>,
    characters: usize,
) -> Result<(), AdapterError> {
    value.map_or(Ok(()), |value| name(place, column, value, characters))
}

/// A long text that may be missing.
pub(super) fn long_text(place: Place, column: &'static str, value: Option<&str>) -> Result<(), AdapterError> {
    value.map_or(Ok(()), text::check_long).map_err(|reason| place.invalid(column, reason))
}

/// A moment as it will be stored.
pub(super) fn moment(place: Place, column: &'static str, at: DateTime<Utc>) -> Result<DateTime<Utc>, AdapterError> {
    moment::storable(at).map_err(|reason| place.invalid(column, reason))
}

/// A list of texts.
pub(super) fn texts(place: Place, column: &'static str, list: &TextList) -> Result<(), AdapterError> {
    let bytes: usize = list.0.iter().map(String::len).sum();
    if bytes > LIST_BYTES {
        return Err(place.invalid(column, format!("has {bytes} bytes; at most {LIST_BYTES} are allowed")));
    }
    list.0.iter().try_for_each(|text| text::check_long(text).map_err(|reason| place.invalid(column, reason)))
}

/// Now, as it will be stored.
pub(super) fn now() -> DateTime<Utc> {
    moment::truncated(Utc::now())
}
