//! Texts, numbers and JSON that every backend can store.

use sea_orm::prelude::Json;

/// Characters of a name at most: what the columns of sensors and people hold.
pub(crate) const NAME_CHARACTERS: usize = 255;
/// Bytes of a long text at most: what MySQL's `text` holds.
const LONG_BYTES: usize = 65_535;
/// Levels of arrays and objects within each other at most: what MariaDB holds.
const JSON_LEVELS: usize = 31;
/// PostgreSQL stores no NUL, and SQLite's functions end at one.
const NUL: &str = "contains a NUL character; remove it";

/// Checks a name: something to see in it, not too long, no NUL.
pub(crate) fn check(text: &str, characters: usize) -> Result<(), String> {
    // MySQL compares without trailing spaces: a blank name is an empty one there.
    if text.trim().is_empty() {
        return Err("is empty; give a name".to_owned());
    }
    let length = text.chars().count();
    if length > characters {
        return Err(format!("has {length} characters; at most {characters} are allowed"));
    }
    check_nul(text)
}

/// Checks that there is no NUL.
pub(crate) fn check_nul(text: &str) -> Result<(), String> {
    if text.contains('\0') { Err(NUL.to_owned()) } else { Ok(()) }
}

/// Checks a text of any kind.
pub(crate) fn check_long(text: &str) -> Result<(), String> {
    check_length(text.len())?;
    check_nul(text)
}

fn check_length(bytes: usize) -> Result<(), String> {
    if bytes > LONG_BYTES { Err(format!("has {bytes} bytes; at most {LONG_BYTES} are allowed")) } else { Ok(()) }
}

/// Checks that a number is one: SQLite would store NaN as NULL, MySQL neither NaN nor the infinities.
pub(crate) fn check_number(number: Option<f64>) -> Result<(), String> {
    match number.filter(|number| !number.is_finite()) {
        Some(number) => Err(format!("is {number}; give a finite number or leave it out")),
        None => Ok(()),
    }
}

/// Checks that there is no NUL, in keys neither, which PostgreSQL's `jsonb` does not take; and that arrays and objects are
/// not nested too deep: MariaDB refuses the next level, and what is written beyond 127 can never be read again.
///
/// Every number is stored so that the same double or integer is read. PostgreSQL keeps neither the sign of a zero nor
/// whether a large number without a fraction was written as an integer.
pub(crate) fn check_json(json: Option<&Json>) -> Result<(), String> {
    json.map_or(Ok(()), |json| check_level(json, 1))
}

/// Checks that JSON is no longer than a long text.
pub(crate) fn check_long_json(json: Option<&Json>) -> Result<(), String> {
    json.map_or(Ok(()), |json| check_length(json.to_string().len()))
}

fn check_level(json: &Json, level: usize) -> Result<(), String> {
    if level > JSON_LEVELS && (json.is_array() || json.is_object()) {
        return Err(format!("nests arrays and objects deeper than {JSON_LEVELS} levels; write a flatter one"));
    }
    match json {
        Json::String(text) => check_nul(text),
        Json::Array(items) => items.iter().try_for_each(|item| check_level(item, level + 1)),
        Json::Object(fields) => {
            fields.iter().try_for_each(|(key, value)| check_nul(key).and_then(|()| check_level(value, level + 1)))
        }
        Json::Null | Json::Bool(_) | Json::Number(_) => Ok(()),
    }
}
