//! Whether a URL can be read in one way only.
//!
//! A password with `/`, `?`, `#` or `@` in it moves the places where the parts of a URL meet: a piece of it is then read as
//! host, port, database or parameter, and printed with them. So everything has to be where it belongs before a URL is used.

use sea_orm::DbBackend;
use sql_dialect::Dialect;

const DOUBT: &str = "can be read in more than one way; percent-encode # / ? @ % in the password \
     (%23 %2F %3F %40 %25), and in other parts of the URL";
const SQLITE_DOUBT: &str = "names no file in a way that can be read; an SQLite URL has no user and password, percent-encode # ? @ % in the file's name (%23 %3F %40 %25)";

/// The parameters the drivers read. A password in another one would reach their logs.
const POSTGRES: &[&str] = &[
    "sslmode",
    "ssl-mode",
    "sslrootcert",
    "ssl-root-cert",
    "ssl-ca",
    "sslcert",
    "ssl-cert",
    "sslkey",
    "ssl-key",
    "statement-cache-capacity",
    "host",
    "hostaddr",
    "port",
    "dbname",
    "user",
    "password",
    "application_name",
    "options",
];
const MYSQL: &[&str] = &[
    "sslmode",
    "ssl-mode",
    "sslca",
    "ssl-ca",
    "charset",
    "collation",
    "sslcert",
    "ssl-cert",
    "sslkey",
    "ssl-key",
    "statement-cache-capacity",
    "socket",
    "timezone",
    "time-zone",
];
const SQLITE: &[&str] = &["mode", "cache", "immutable", "vfs"];
/// The file systems that SQLite brings along. Any other text would be traced and then refused.
const FILE_SYSTEMS: &[&str] = &[
    "unix",
    "unix-dotfile",
    "unix-excl",
    "unix-none",
    "unix-namedsem",
    "memdb",
    "win32",
    "win32-longpath",
    "win32-none",
];

/// What is wrong with the part of a URL behind its scheme and colon, without a piece of it.
pub(crate) fn check(backend: DbBackend, rest: &str) -> Result<(), String> {
    let doubt = if backend == DbBackend::Sqlite { SQLITE_DOUBT } else { DOUBT };
    let known = match Dialect::of(backend) {
        Dialect::Postgres => POSTGRES,
        Dialect::MySql => MYSQL,
        Dialect::Sqlite => SQLITE,
    };
    let (place, query) = rest.split_once('?').unwrap_or((rest, ""));
    let is_clear = !rest.contains('#')
        && !rest.contains(char::is_control)
        && !query.contains(['?', '@'])
        && is_encoded(rest)
        && match Dialect::of(backend) {
            Dialect::Sqlite => !place.contains('@'),
            Dialect::Postgres | Dialect::MySql => is_server(place),
        };
    if !is_clear {
        return Err(doubt.to_owned());
    }
    for (key, value) in url::form_urlencoded::parse(query.as_bytes()) {
        let options =
            backend == DbBackend::Postgres && key.strip_prefix("options[").is_some_and(|key| key.ends_with(']'));
        if !options && !known.contains(&&*key) {
            // Not even its name: it may be a piece of a password.
            return Err(format!(
                "has a parameter that the driver cannot use; it knows {}, and a password belongs before the @",
                known.join(", ")
            ));
        }
        if backend == DbBackend::Sqlite && key == "vfs" && !FILE_SYSTEMS.contains(&&*value) {
            return Err(format!("names an unknown vfs; SQLite knows {}", FILE_SYSTEMS.join(", ")));
        }
    }
    Ok(())
}

/// `//user:password@host:port/database`, each but the host optional.
fn is_server(place: &str) -> bool {
    let Some(place) = place.strip_prefix("//") else { return false };
    let (authority, database) = place.split_once('/').unwrap_or((place, ""));
    let (user, server) = match authority.split_once('@') {
        Some((user, server)) => (user, server),
        None => ("", authority),
    };
    let name = user.split_once(':').map_or(user, |(name, _)| name);
    let named = percent_encoding::percent_decode_str(name).decode_utf8_lossy();
    let (host, port) = match server.strip_prefix('[').and_then(|inner| inner.split_once(']')) {
        Some((host, port)) => (host, port),
        None => server.split_at(server.find(':').unwrap_or(server.len())),
    };
    let in_brackets = server.starts_with('[');
    let in_host = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-' | '_' | '%') || (in_brackets && c == ':');
    let is_port = |port: &str| port.is_empty() || port.parse::<u16>().is_ok();
    !named.contains([':', '@', '/', '?', '#'])
        && !server.contains('@')
        && !database.contains(['/', '@', ':'])
        && host.chars().all(in_host)
        && (port.is_empty() || port.strip_prefix(':').is_some_and(is_port))
}

/// Whether each `%` begins a character.
fn is_encoded(text: &str) -> bool {
    let hex = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_hexdigit);
    let bytes = text.as_bytes();
    let escapes = bytes.iter().enumerate().filter(|(_, byte)| **byte == b'%');
    escapes.into_iter().all(|(at, _)| hex(bytes.get(at + 1)) && hex(bytes.get(at + 2)))
        && percent_encoding::percent_decode_str(text).decode_utf8().is_ok()
}
