//! Where the URL comes from.

use crate::{InvalidUrl, Target};

const VARIABLE: &str = "DATABASE_URL";

impl Target {
    /// The first of: `flag` (`--database-url`), `DATABASE_URL`, `DATABASE_URL` in a file `.env` in this folder or one
    /// above, and the SQLite file `embedded`.
    ///
    /// # Errors
    ///
    /// The URL that was found cannot be used, or `.env` cannot be read. A later source never stands in for a bad one.
    pub fn resolve(flag: Option<&str>, embedded: &str) -> Result<Self, InvalidUrl> {
        if let Some(url) = flag {
            return Self::parse(url, "--database-url");
        }
        if let Some(url) = std::env::var(VARIABLE).ok().filter(|url| !url.is_empty()) {
            return Self::parse(&url, VARIABLE);
        }
        match from_dotenv()? {
            Some(url) => Self::parse(&url, ".env"),
            None => Self::parse(&format!("sqlite://{embedded}"), "the embedded default"),
        }
    }
}

fn from_dotenv() -> Result<Option<String>, InvalidUrl> {
    let invalid = |reason: &str| InvalidUrl { origin: ".env", reason: reason.to_owned() };
    let entries = match dotenvy::dotenv_iter() {
        Ok(entries) => entries,
        Err(error) if error.not_found() => return Ok(None),
        Err(_) => return Err(invalid("cannot be read: the file is not readable")),
    };
    for entry in entries {
        // The parser's own message repeats the line, which may hold a secret.
        let (key, value) = entry.map_err(|_| {
            invalid("cannot be read: a line of the file is not NAME=value; quote values with spaces or #")
        })?;
        if key == VARIABLE && !value.is_empty() {
            return Ok(Some(value));
        }
    }
    Ok(None)
}
