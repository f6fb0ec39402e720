//! Sensors and what they measure.
#![allow(unused_qualifications, reason = "utoipa writes them around the parameters")]

use axum::{
    Router,
    extract::State,
    http::StatusCode,
    routing::{get, post},
};
use chrono::{DateTime, Utc};
use core_server_adapter::{
    Cursor, Page, PageRequest,
    telemetry::{
        Gaps, Interval, NewReading, NewSensor, ReadingBucket, Sensor, SensorFilter, SensorState, SensorStatus,
    },
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use super::{Json, Path, Query, openapi};
use crate::{App, problem::Problem};

/// Readings that are written in one request at most.
const MOST: usize = 10_000;

pub(super) fn router() -> Router<App> {
    Router::new()
        .route("/sensors", get(sensors).post(register))
        .route("/sensors/{sensor}/readings", get(window))
        .route("/readings", post(ingest))
}

/// What became of a list of readings.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Written {
    /// Readings that were written.
    new: u64,
    /// Readings that were there before.
    already_there: u64,
}

/// Which sensors, and which part of their list.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct SensorQuery {
    /// What it measures, exactly.
    #[serde(rename = "type")]
    kind: Option<String>,
    /// `active`, `inactive`, `maintenance` or `faulty`.
    #[param(value_type = Option<String>)]
    status: Option<SensorStatus>,
    /// Where it is, exactly.
    location: Option<String>,
    /// 1 to 1,000; 50 when not given.
    limit: Option<u32>,
    /// Where to go on.
    #[param(value_type = Option<String>)]
    cursor: Option<Cursor>,
}

/// Sensors with their last reading, those registered last first.
#[utoipa::path(get, path = "/api/sensors", tag = "telemetry", params(SensorQuery),
    responses((status = 200, body = openapi::SensorPage)))]
pub(super) async fn sensors(
    State(app): State<App>,
    Query(query): Query<SensorQuery>,
) -> Result<Json<Page<SensorState>>, Problem> {
    let filter = SensorFilter { kind: query.kind, status: query.status, location: query.location };
    let request = PageRequest { limit: query.limit.unwrap_or(50), cursor: query.cursor };
    Ok(Json(app.telemetry.sensors().list_with_last_reading(&filter, &request).await?))
}

/// Registers a sensor, unless it is there; gives the one that is.
#[utoipa::path(post, path = "/api/sensors", tag = "telemetry", request_body = openapi::NewSensor,
    responses((status = 201, body = openapi::Sensor), (status = 422, body = Problem)))]
pub(super) async fn register(
    State(app): State<App>,
    Json(new): Json<NewSensor>,
) -> Result<(StatusCode, Json<Sensor>), Problem> {
    Ok((StatusCode::CREATED, Json(app.telemetry.sensors().register(&new).await?)))
}

/// Writes those of the readings that are not there, all or none; up to 10,000.
#[utoipa::path(post, path = "/api/readings", tag = "telemetry", request_body = [openapi::NewReading],
    responses((status = 200, body = Written), (status = 422, body = Problem)))]
pub(super) async fn ingest(State(app): State<App>, Json(rows): Json<Vec<Value>>) -> Result<Json<Written>, Problem> {
    if rows.len() > MOST {
        return Err(Problem::of_field("readings", format!("are {}; send up to {MOST} at once", rows.len())));
    }
    let read = |(row, reading)| {
        serde_json::from_value::<NewReading>(reading)
            .map_err(|error| Problem::new(StatusCode::UNPROCESSABLE_ENTITY, error.to_string()).in_row(row))
    };
    let readings: Vec<_> = rows.into_iter().enumerate().map(read).collect::<Result<_, _>>()?;
    let added = app.telemetry.readings().insert_missing(&readings).await?;
    Ok(Json(Written { new: added.new, already_there: added.already_there }))
}

/// A window of a sensor.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct Window {
    /// First moment in it.
    from: DateTime<Utc>,
    /// First moment after it.
    to: DateTime<Utc>,
    /// Width of a bucket in seconds; 300 when not given.
    seconds: Option<u32>,
    /// What stands for a bucket without readings: `leave_out` (when not given), `empty`, `last` or `linear`.
    #[serde(default)]
    #[param(value_type = Option<String>)]
    gaps: Gaps,
}

/// What a sensor measured, in buckets of time.
#[utoipa::path(get, path = "/api/sensors/{sensor}/readings", tag = "telemetry", params(("sensor" = String, Path), Window),
    responses((status = 200, body = [openapi::ReadingBucket]), (status = 422, body = Problem)))]
pub(super) async fn window(
    State(app): State<App>,
    Path(sensor): Path<String>,
    Query(window): Query<Window>,
) -> Result<Json<Vec<ReadingBucket>>, Problem> {
    let width = Interval::seconds(window.seconds.unwrap_or(300));
    Ok(Json(app.telemetry.readings().buckets(&sensor, width, (window.from, window.to), window.gaps).await?))
}
