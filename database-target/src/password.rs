//! Takes the password out of a URL.

use percent_encoding::percent_decode_str;
use url::Url;

/// The password of the user part or, for PostgreSQL, of the parameter of that name; the URL keeps none.
pub(crate) fn take(url: &mut Url) -> Option<String> {
    let mut password = None;
    if let Some(encoded) = url.password() {
        password = Some(percent_decode_str(encoded).decode_utf8_lossy().into_owned());
        // Fails only for URLs without a host, and those have no password.
        let _ = url.set_password(None);
    }
    let parameters: Vec<(String, String)> = url.query_pairs().into_owned().collect();
    if let Some((_, given)) = parameters.iter().rfind(|(key, _)| key == "password") {
        password = Some(given.clone());
        url.set_query(None);
        let kept: Vec<_> = parameters.iter().filter(|(key, _)| key != "password").collect();
        if !kept.is_empty() {
            url.query_pairs_mut().extend_pairs(kept);
        }
    }
    password
}
