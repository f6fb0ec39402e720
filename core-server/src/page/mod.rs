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
    extract::{FromRequest, FromRequestParts},
    http::header,
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
}

fn asset(kind: &'static str, text: &'static str) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, "no-cache")], text)
}

/// axum's, with errors as a page.
#[derive(FromRequestParts)]
#[from_request(via(axum::extract::Path), rejection(Failed))]
struct Path<T>(T);

/// axum's, with errors as a page.
#[derive(FromRequestParts)]
#[from_request(via(axum_extra::extract::Query), rejection(Failed))]
struct Query<T>(T);

/// axum's, with errors as a page.
#[derive(FromRequest)]
#[from_request(via(axum::Form), rejection(Failed))]
struct Form<T>(T);

/// A problem as a page.
struct Failed(Problem);

impl<P: Into<Problem>> From<P> for Failed {
    fn from(problem: P) -> Self {
        Self(problem.into())
    }
}

impl IntoResponse for Failed {
    fn into_response(self) -> Response {
        let Self(problem) = self;
        let page = layout::page(
            &problem.title,
            layout::Place::Elsewhere,
            None,
            &html! {
                h1 { (problem.title) }
                p.failed role="alert" { @if let Some(field) = &problem.field { strong { (field) } " " } (problem.detail) }
                p { a href="/" { "To the alarms" } }
            },
        );
        (problem.code(), page).into_response()
    }
}
