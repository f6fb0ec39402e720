//! A URL in a place from which it would be printed: of the command line, or in a variable of the environment.

use std::ffi::OsString;

use crate::InvalidUrl;

/// What to say when a database URL stands among a program's arguments, but not behind `-u` or `--database-url`: whoever
/// parses them would repeat it as an unknown name.
pub fn misplaced(arguments: impl IntoIterator<Item = OsString>) -> Option<InvalidUrl> {
    let mut expected = false;
    for argument in arguments {
        let argument = argument.to_string_lossy();
        // `-u`, or behind flags without a value: `-vu`.
        let short = argument
            .strip_prefix('-')
            .and_then(|flags| flags.split_once('u'))
            .filter(|(flags, _)| flags.bytes().all(|flag| flag.is_ascii_alphabetic()));
        let placed = expected || short.is_some() || argument.starts_with("--database-url=");
        expected = argument == "--database-url" || short.is_some_and(|(_, value)| value.is_empty());
        if !placed && holds_a_url(&argument) {
            return Some(InvalidUrl {
                origin: "the command line".into(),
                reason: "is not where it belongs, behind -u or --database-url".to_owned(),
            });
        }
    }
    None
}

/// What to say when a database URL is given as something else that is printed, a schema for example. `origin` says where:
/// `DATABASE_SCHEMA`.
pub fn not_a_url(value: &str, origin: &'static str) -> Result<(), InvalidUrl> {
    // Without its scheme it is one too: `user:password@host`.
    let is_login = value.split_once('@').is_some_and(|(user, _)| user.contains(':'));
    if !holds_a_url(value) && !is_login {
        return Ok(());
    }
    let reason = "is not where it belongs; put it into DATABASE_URL, or behind -u or --database-url".to_owned();
    Err(InvalidUrl { origin: origin.into(), reason })
}

/// What PostgreSQL's driver reads beside the URL. The server repeats them in its errors, and shows them to others.
const READ_BY_THE_DRIVER: &[&str] = &[
    "PGHOST",
    "PGHOSTADDR",
    "PGUSER",
    "PGDATABASE",
    "PGAPPNAME",
    "PGOPTIONS",
    "PGSSLROOTCERT",
    "PGSSLCERT",
    "PGSSLKEY",
];

/// An error when a variable that PostgreSQL's driver reads holds a URL.
pub(crate) fn not_in_the_driver_s_variables() -> Result<(), InvalidUrl> {
    READ_BY_THE_DRIVER.iter().try_for_each(|&name| match std::env::var_os(name) {
        Some(value) => not_a_url(&value.to_string_lossy(), name),
        None => Ok(()),
    })
}

fn holds_a_url(argument: &str) -> bool {
    const SCHEMES: [&str; 6] = ["postgres:", "postgresql:", "timescaledb:", "mysql:", "mariadb:", "sqlite:"];
    let lower = argument.to_ascii_lowercase();
    lower.contains("://") || SCHEMES.iter().any(|scheme| lower.contains(scheme))
}

#[cfg(test)]
mod tests {
    use super::{misplaced, not_a_url};

    #[test]
    fn a_url_belongs_behind_its_flag() {
        let of = |line: &str| misplaced(line.split(' ').map(Into::into));
        for line in
            ["m -u sqlite://a up", "m -vu sqlite://a", "m -usqlite://a", "m --database-url=mysql://h", "m up head"]
        {
            assert_eq!(of(line), None, "{line}");
        }
        for line in
            ["m up sqlite://a", "m --url=postgres://me:s3cret@h", "m -s mysql://h", "m -u sqlite://a down mysql:h"]
        {
            let error = of(line).unwrap().to_string();
            assert!(error.ends_with("behind -u or --database-url") && !error.contains("s3cret"), "{error}");
        }
    }

    #[test]
    fn a_schema_is_no_url() {
        for schema in ["app", "My Schema", "it's", "a.b", "a:b", "me@host", "größe"] {
            assert_eq!(not_a_url(schema, "DATABASE_SCHEMA"), Ok(()), "{schema}");
        }
        for url in ["postgres://me:s3cret@h/d", "POSTGRES:me", "me:s3cret@h/d", "sqlite:x"] {
            let error = not_a_url(url, "DATABASE_SCHEMA").unwrap_err().to_string();
            assert!(error.contains("from DATABASE_SCHEMA is not where") && !error.contains("s3cret"), "{error}");
        }
    }
}
