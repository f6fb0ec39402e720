//! Who may write, and what browsers may do with an answer.
//!
//! There is no login. What there is keeps web pages of others away, which a browser on the same machine also shows: they can
//! neither write (tower-http's `CsrfLayer` asks where a write comes from) nor read by giving their own name this address
//! (the host has to be known). With a token set, a write has to show it.

use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use axum_extra::extract::{CookieJar, cookie::Cookie};
use subtle::ConstantTimeEq;

use crate::{App, problem::Problem};

/// The cookie with the token, for forms of the page.
pub const TOKEN_COOKIE: &str = "core_server_token";

/// Nothing but what this service has itself; no inline script or style.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; \
    form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// Refuses requests to a name that is not this service's.
pub async fn refuse_strangers(State(app): State<App>, request: Request, next: Next) -> Response {
    let host = text(request.headers(), header::HOST).or_else(|| request.uri().host()).unwrap_or_default();
    if app.settings.goes_by(without_port(host)) {
        return next.run(request).await;
    }
    let detail = "the service does not go by this name; allow it with --host, or use the address it printed";
    Problem::new(StatusCode::MISDIRECTED_REQUEST, detail).into_response()
}

fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    }
}

/// Refuses writes without the token, if one is set.
pub async fn ask_for_token(State(app): State<App>, request: Request, next: Next) -> Response {
    if request.method().is_safe() || app.knows(request.headers(), None) {
        return next.run(request).await;
    }
    Problem::new(StatusCode::UNAUTHORIZED, "writes need the token: Authorization: Bearer …").into_response()
}

impl App {
    /// Whether the request may write: it shows the token in its header, its cookie or its form, or none is needed.
    pub fn knows(&self, headers: &HeaderMap, in_form: Option<&str>) -> bool {
        let Some(token) = self.settings.token() else { return true };
        let bearer = text(headers, header::AUTHORIZATION).and_then(|value| value.strip_prefix("Bearer "));
        let cookies = CookieJar::from_headers(headers);
        let shown = [bearer, cookies.get(TOKEN_COOKIE).map(Cookie::value), in_form];
        shown.into_iter().flatten().any(|shown| bool::from(shown.as_bytes().ct_eq(token.as_bytes())))
    }
}

fn text(headers: &HeaderMap, name: header::HeaderName) -> Option<&str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

/// What browsers may do with an answer.
pub async fn headers(mut response: Response) -> Response {
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "same-origin"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}
