//! Errors as RFC 9457 has them, `application/problem+json`: what is wrong, in which field and row.

use std::{any::Any, collections::BTreeMap, error::Error, iter::successors};

use axum::{
    Extension,
    extract::{
        FromRequest, FromRequestParts,
        rejection::{FormRejection, JsonRejection, PathRejection},
    },
    http::{StatusCode, header},
    response::{AppendHeaders, IntoResponse, Response},
};
use axum_extra::extract::QueryRejection;
use core_server_adapter::{AdapterError, ErrorKind};
use serde::{Deserialize, Serialize};
use serde_path_to_error::{Error as At, Path as Place, Segment};
use utoipa::{
    IntoResponses, ToSchema,
    openapi::{Content, Ref, RefOr, ResponseBuilder},
};

/// What is wrong with a request, or with the service.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Problem {
    /// The status again, for those who have only the body.
    pub status: u16,
    /// The status in words.
    pub title: String,
    /// What is wrong and what to do.
    pub detail: String,
    /// The field that is wrong, by the name of its column or parameter.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// Position in the list that was sent, from 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub row: Option<usize>,
}

impl Problem {
    /// A problem with no field.
    pub fn new(status: StatusCode, detail: impl Into<String>) -> Self {
        let title = status.canonical_reason().unwrap_or("Error").to_owned();
        Self { status: status.as_u16(), title, detail: detail.into(), field: None, row: None }
    }

    /// A field of the request is wrong.
    pub fn of_field(field: &str, detail: impl Into<String>) -> Self {
        Self { field: Some(field.to_owned()), ..Self::new(StatusCode::UNPROCESSABLE_ENTITY, detail) }
    }

    /// The same problem, at a place of what was sent, if that is known.
    fn at(mut self, place: Option<&Place>) -> Self {
        for segment in place.into_iter().flatten() {
            match segment {
                Segment::Seq { index } => self.row = self.row.or(Some(*index)),
                Segment::Map { key } => self.field = self.field.or_else(|| Some(key.clone())),
                Segment::Enum { .. } | Segment::Unknown => {}
            }
        }
        self
    }

    /// The status code.
    pub fn code(&self) -> StatusCode {
        StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }
}

impl From<AdapterError> for Problem {
    fn from(error: AdapterError) -> Self {
        let kind = error.kind();
        if matches!(kind, ErrorKind::Internal | ErrorKind::Unavailable) {
            tracing::error!("{}", error.on_one_line());
        }
        let status = StatusCode::from_u16(kind.http_status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let (field, row) = match &error {
            AdapterError::InvalidValue { column, row, .. } => (Some(*column), *row),
            AdapterError::AlreadyExists { row, .. } => (None, *row),
            AdapterError::InvalidPage { parameter, .. } => (Some(*parameter), None),
            _ => (None, None),
        };
        Self { field: field.map(str::to_owned), row, ..Self::new(status, error.for_clients()) }
    }
}

/// axum's, with errors as [`Problem`].
#[derive(FromRequest)]
#[from_request(via(axum::Json), rejection(Problem))]
pub struct Json<T>(pub T);

/// axum's, with errors as [`Problem`].
#[derive(FromRequest)]
#[from_request(via(axum::Form), rejection(Problem))]
pub struct Form<T>(pub T);

/// axum's, with errors as [`Problem`].
#[derive(FromRequestParts)]
#[from_request(via(axum_extra::extract::Query), rejection(Problem))]
pub struct Query<T>(pub T);

/// axum's, with errors as [`Problem`].
#[derive(FromRequestParts)]
#[from_request(via(axum::extract::Path), rejection(Problem))]
pub struct Path<T>(pub T);

macro_rules! from_rejections {
    ($($rejection:ty),+) => {
        $(impl From<$rejection> for Problem {
            fn from(rejection: $rejection) -> Self {
                Self::new(rejection.status(), rejection.body_text()).at(place(&rejection))
            }
        })+
    };
}
from_rejections!(FormRejection, JsonRejection, PathRejection, QueryRejection);

impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        axum::Json(self.0).into_response()
    }
}

/// Where in a request an error is, if that is known.
fn place<'e>(error: &'e (dyn Error + 'static)) -> Option<&'e Place> {
    successors(Some(error), |&error| error.source()).find_map(|error| {
        let in_json = error.downcast_ref::<At<serde_json::Error>>().map(At::path);
        in_json.or_else(|| error.downcast_ref::<At<serde::de::value::Error>>().map(At::path))
    })
}

/// Reads what has been taken for JSON already.
///
/// # Errors
///
/// A [`Problem`] with field and row.
pub fn read<'de, T: Deserialize<'de>>(json: serde_json::Value) -> Result<T, Problem> {
    serde_path_to_error::deserialize(json).map_err(|error| {
        Problem::new(StatusCode::UNPROCESSABLE_ENTITY, error.inner().to_string()).at(Some(error.path()))
    })
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let more = match self.code() {
            StatusCode::SERVICE_UNAVAILABLE => Some((header::RETRY_AFTER, "1")),
            StatusCode::UNAUTHORIZED => Some((header::WWW_AUTHENTICATE, "Bearer")),
            _ => None,
        };
        let kind = [(header::CONTENT_TYPE, "application/problem+json")];
        // Pages say it in words: see `page::in_words`.
        (self.code(), kind, AppendHeaders(more), Extension(self.clone()), Json(self)).into_response()
    }
}

/// The same for all addresses.
impl IntoResponses for Problem {
    fn responses() -> BTreeMap<String, RefOr<utoipa::openapi::Response>> {
        let about = "400 what cannot be read; 401 the token is missing; 403 another site asked; 404 nothing is there; 409 it is \
            too late for that, or the name is taken by something else; 413 too large; 422 a value that may not be; 503 the \
            database is away, try again";
        let content = Content::new(Some(Ref::from_schema_name("Problem")));
        let response = ResponseBuilder::new().description(about).content("application/problem+json", content);
        [("default".to_owned(), response.build().into())].into()
    }
}

/// A handler broke off: the log has the reason.
#[allow(clippy::needless_pass_by_value, reason = "the signature that the layer asks for")]
pub fn of_panic(reason: Box<dyn Any + Send>) -> Response {
    let text = reason.downcast_ref::<String>().map(String::as_str);
    tracing::error!("a handler broke off: {}", text.or_else(|| reason.downcast_ref().copied()).unwrap_or("unknown"));
    Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "an error of the server; its log has the reason").into_response()
}
