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

use crate::{App, guard, problem::Problem};

/// What is below `/api`.
pub fn router(app: &App) -> Router<App> {
    alarms::router()
        .merge(telemetry::router())
        .layer(from_fn_with_state(app.clone(), guard::ask_for_token))
        .merge(openapi::router())
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
#[from_request(via(axum::extract::Query), rejection(Problem))]
struct Query<T>(T);

/// axum's, with errors as [`Problem`].
#[derive(FromRequestParts)]
#[from_request(via(axum::extract::Path), rejection(Problem))]
struct Path<T>(T);
