//! Takes the password out of a URL.

use percent_encoding::percent_decode_str;
use url::Url;

/// The password of the user part or, for PostgreSQL, of the parameter of that name; the URL keeps none.
///
/// An error says what is wrong with the URL.
pub(crate) fn take(url: &mut Url) -> Result<Option<String>, String> {
    if url.scheme() == "sqlite" {
        return Ok(None);
    }
    let mut password = None;
    if let Some(encoded) = url.password() {
        password = Some(percent_decode_str(encoded).decode_utf8_lossy().into_owned());
        // Fails only for URLs without a host, and those have no password.
        let _ = url.set_password(None);
    }
    let secret = |key: &str| key.to_ascii_lowercase().contains("password");
    if !url.query_pairs().any(|(key, _)| secret(&key)) {
        return Ok(password);
    }
    let mut kept = Vec::new();
    for (key, value) in url.query_pairs() {
        match &*key {
            "password" if url.scheme() == "postgres" => password = Some(value.into_owned()),
            // The driver would ignore it, and log its value.
            key if secret(key) => return Err(format!("has the parameter {key}, which the driver cannot use")),
            _ => kept.push((key.into_owned(), value.into_owned())),
        }
    }
    url.set_query(None);
    if !kept.is_empty() {
        url.query_pairs_mut().extend_pairs(kept);
    }
    Ok(password)
}
