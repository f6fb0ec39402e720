//! HTML, made on the server. Every page works without scripts; with them, alarms arrive and change in place.

pub mod chart;
mod detail;
pub mod layout;
mod list;
mod models;
mod viewer;
mod words;

use axum::{
    Router,
    http::header,
    middleware::map_response,
    response::{IntoResponse, Response},
    routing::{get, post},
};
use maud::html;

use crate::{App, problem::Problem};

/// `/`, `/alarms/{id}`, `/models`, and what they are made with.
pub fn router() -> Router<App> {
    Router::new()
        .route("/", get(list::show))
        .route("/alarms/{id}", get(detail::show))
        .route("/alarms/{id}/row", get(list::row))
        .route("/alarms/{id}/{action}", post(viewer::act))
        .route("/models", get(models::show))
        .route("/assets/app.css", get(async || asset("text/css", include_str!("../../assets/app.css"))))
        .route("/assets/app.js", get(async || asset("text/javascript", include_str!("../../assets/app.js"))))
        .route("/assets/icon.svg", get(async || asset("image/svg+xml", include_str!("../../assets/icon.svg"))))
        .route_layer(map_response(in_words))
}

fn asset(kind: &'static str, text: &'static str) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, "no-cache")], text)
}

/// A problem in words, for those who look at a page.
async fn in_words(response: Response) -> Response {
    let Some(problem) = response.extensions().get::<Problem>() else { return response };
    let content = html! {
        h1 { (problem.title) }
        p.failed role="alert" { @if let Some(field) = &problem.field { strong { (field) } " " } (problem.detail) }
        p { a href="/" { "To the alarms" } }
    };
    (problem.code(), layout::page(&problem.title, None, &content)).into_response()
}
