//! JSON over HTTP.

mod alarms;
mod openapi;
mod telemetry;

use axum::{Router, middleware::from_fn_with_state};
use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;

use crate::{
    App, guard, metrics,
    problem::{Json, Problem},
};

/// What most handlers answer with.
type Answer<T> = Result<Json<T>, Problem>;

/// What is below `/api`, and what machines ask for besides; all of it is in the document.
pub fn router(app: &App) -> Router<App> {
    let (routes, document) = OpenApiRouter::with_openapi(openapi::About::openapi())
        .nest("/api", alarms::router().merge(telemetry::router()))
        .merge(metrics::router())
        .split_for_parts();
    routes.layer(from_fn_with_state(app.clone(), guard::ask_for_token)).merge(openapi::router(&document))
}
