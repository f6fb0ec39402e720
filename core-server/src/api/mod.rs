//! JSON over HTTP.

mod alarms;
mod openapi;
mod telemetry;

use axum::{
    Router,
    extract::{FromRequest, FromRequestParts},
    middleware::from_fn_with_state,
    response::{IntoResponse, Response},
};
use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;

use crate::{App, guard, metrics, problem::Problem};

/// What is below `/api`, and what machines ask for besides; all of it is in the document.
pub fn router(app: &App) -> Router<App> {
    let (routes, document) = OpenApiRouter::with_openapi(openapi::About::openapi())
        .nest("/api", alarms::router().merge(telemetry::router()))
        .merge(metrics::router())
        .split_for_parts();
    routes.layer(from_fn_with_state(app.clone(), guard::ask_for_token)).merge(openapi::router(&document))
}

/// axum's, with errors as [`Problem`].
#[derive(FromRequest)]
#[from_request(via(axum::Json), rejection(Problem))]
struct Json<T>(T);

impl<T: serde::Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        axum::Json(self.0).into_response()
    }
}

/// axum's, with errors as [`Problem`].
#[derive(FromRequestParts)]
#[from_request(via(axum_extra::extract::Query), rejection(Problem))]
pub(crate) struct Query<T>(pub T);

/// axum's, with errors as [`Problem`].
#[derive(FromRequestParts)]
#[from_request(via(axum::extract::Path), rejection(Problem))]
struct Path<T>(T);
