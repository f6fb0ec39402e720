//! Where the URL comes from.

use crate::{InvalidUrl, Target};

const VARIABLE: &str = "DATABASE_URL";
const EMBEDDED: &str = "the embedded default";

impl Target {
    /// Whether nothing names a database, so that the embedded file is used.
    pub fn is_embedded(&self) -> bool {
        self.origin() == EMBEDDED
    }

    /// The first of: `flag` (`--database-url`), `DATABASE_URL`, `DATABASE_URL` in a file `.env` in this folder or one
    /// above, and the SQLite file `embedded`.
    ///
    /// # Errors
    ///
    /// The URL that was found cannot be used, or `.env` cannot be read. A later source never stands in for a bad one.
    pub fn resolve(flag: Option<&str>, embedded: &str) -> Result<Self, InvalidUrl> {
        match flag {
            Some(url) => Self::parse(url, "--database-url"),
            None => match setting(VARIABLE)? {
                Some((url, origin)) => Self::parse(&url, origin),
                None => Self::parse(&format!("sqlite://{embedded}"), EMBEDDED),
            },
        }
    }

    /// The database of an area that is not the default one: the first of `flag`, `DATABASE_URL_<AREA>`, the area's place in
    /// the database of `DATABASE_URL` ([`Target::in_area`]), and the SQLite file `embedded`. Each variable is looked for in
    /// the environment and then in `.env`.
    ///
    /// ```
    /// use database_target::Target;
    ///
    /// let given = Target::resolve_area("telemetry", Some("postgres://db.example/plant"), "telemetry.sqlite")?;
    /// assert_eq!(given.schema(), Some("telemetry"));
    /// # Ok::<(), database_target::InvalidUrl>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`Target::resolve`].
    pub fn resolve_area(area: &str, flag: Option<&str>, embedded: &str) -> Result<Self, InvalidUrl> {
        if let Some(url) = flag {
            return Ok(Self::parse(url, "--database-url")?.with_schema(area));
        }
        let own = format!("{VARIABLE}_{}", area.to_uppercase());
        if let Some((url, origin)) = setting(&own)? {
            // Which file the name stands in counts for less than the name.
            let origin = if origin == ENV_FILE { format!("{own} in {ENV_FILE}") } else { own };
            return Ok(Self::parse(&url, origin)?.with_schema(area));
        }
        match setting(VARIABLE)? {
            Some((url, origin)) => Ok(Self::parse(&url, origin)?.in_area(area)),
            None => Ok(Self::parse(&format!("sqlite://{embedded}"), EMBEDDED)?.with_schema(area)),
        }
    }
}

const ENV_FILE: &str = ".env";

/// The value of a variable and where it stands: in the environment, or in a file `.env` in this folder or one above. An empty
/// value is none.
///
/// # Errors
///
/// The variable is not UTF-8, or `.env` cannot be read.
pub fn setting(name: &str) -> Result<Option<(String, String)>, InvalidUrl> {
    if let Some(value) = std::env::var_os(name).filter(|value| !value.is_empty()) {
        // One that cannot be read is not one that is missing: another database would be worked on.
        let reason = "is not UTF-8; percent-encode what is not ASCII in it".to_owned();
        let value = value.into_string().map_err(|_| InvalidUrl { origin: name.to_owned().into(), reason })?;
        return Ok(Some((value, name.to_owned())));
    }
    Ok(from_dotenv(name)?.map(|value| (value, ENV_FILE.to_owned())))
}

fn from_dotenv(name: &str) -> Result<Option<String>, InvalidUrl> {
    let invalid = |reason: &str| InvalidUrl { origin: ENV_FILE.into(), reason: reason.to_owned() };
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
        if key == name && !value.is_empty() {
            return Ok(Some(value));
        }
    }
    Ok(None)
}
