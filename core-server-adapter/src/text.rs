//! Texts that every backend can store.

/// Characters of a name at most: what the columns of sensors and people hold.
pub(crate) const NAME_CHARACTERS: usize = 255;
/// PostgreSQL stores no NUL, and SQLite's functions end at one.
pub(crate) const NUL: &str = "contains a NUL character; remove it";

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
