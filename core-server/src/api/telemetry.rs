//! Sensors and what they measure.
#![allow(unused_qualifications, reason = "utoipa writes them around the parameters")]

use axum::{extract::State, http::StatusCode};
use chrono::{DateTime, Utc};
use core_server_adapter::{
    Cursor, Page, PageRequest,
    telemetry::{
        Added, Gaps, Interval, NewReading, NewSensor, ReadingBucket, Sensor, SensorFilter, SensorState, SensorStatus,
    },
};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::Answer;
use crate::{
    App,
    problem::{Json, Path, Problem, Query},
    shapes,
};

/// Readings that are written in one request at most.
const MOST: usize = 10_000;

pub(super) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::default().routes(routes!(sensors, register)).routes(routes!(window)).routes(routes!(ingest))
}

/// Which sensors, and which part of their list.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct SensorQuery {
    /// What it measures, exactly.
    #[serde(rename = "type")]
    kind: Option<String>,
    #[param(value_type = Option<shapes::SensorStatus>)]
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
#[utoipa::path(get, path = "/sensors", tag = "telemetry", params(SensorQuery),
    responses((status = 200, body = shapes::SensorPage), Problem))]
async fn sensors(State(app): State<App>, Query(query): Query<SensorQuery>) -> Answer<Page<SensorState>> {
    let filter = SensorFilter { kind: query.kind, status: query.status, location: query.location };
    let request = PageRequest { limit: query.limit.unwrap_or(50), cursor: query.cursor };
    Ok(Json(app.telemetry.sensors().list_with_last_reading(&filter, &request).await?))
}

/// Registers a sensor, unless it is there; gives the one that is. One that measures something else is a conflict.
#[utoipa::path(post, path = "/sensors", tag = "telemetry", request_body = shapes::NewSensor,
    responses((status = 201, body = shapes::Sensor), Problem))]
async fn register(State(app): State<App>, Json(new): Json<NewSensor>) -> Result<(StatusCode, Json<Sensor>), Problem> {
    let sensor = app.telemetry.sensors().register(&new).await?;
    if sensor.r#type != new.kind() {
        let detail = format!("{} is registered already, and measures {}", sensor.sensor_id, sensor.r#type);
        return Err(Problem::new(StatusCode::CONFLICT, detail));
    }
    Ok((StatusCode::CREATED, Json(sensor)))
}

/// Writes those of the readings that are not there, all or none; up to 10,000.
#[utoipa::path(post, path = "/readings", tag = "telemetry", request_body = [shapes::NewReading],
    responses((status = 200, body = shapes::Added), Problem))]
async fn ingest(State(app): State<App>, Json(rows): Json<Vec<NewReading>>) -> Answer<Added> {
    if rows.len() > MOST {
        return Err(Problem::of_field("readings", format!("are {}; send up to {MOST} at once", rows.len())));
    }
    Ok(Json(app.telemetry.readings().insert_missing(&rows).await?))
}

/// A window of a sensor.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct Window {
    /// First moment in it.
    from: DateTime<Utc>,
    /// First moment after it.
    to: DateTime<Utc>,
    /// Width of a bucket in seconds; 300 when not given.
    seconds: Option<u32>,
    /// What stands for a bucket without readings; `leave_out` when not given.
    #[serde(default)]
    #[param(value_type = Option<shapes::Gaps>)]
    gaps: Gaps,
}

/// What a sensor measured, in buckets of time.
#[utoipa::path(get, path = "/sensors/{sensor}/readings", tag = "telemetry", params(("sensor" = String, Path), Window),
    responses((status = 200, body = [shapes::ReadingBucket]), Problem))]
async fn window(
    State(app): State<App>,
    Path(sensor): Path<String>,
    Query(window): Query<Window>,
) -> Answer<Vec<ReadingBucket>> {
    let width = Interval::seconds(window.seconds.unwrap_or(300));
    Ok(Json(app.telemetry.readings().buckets(&sensor, width, (window.from, window.to), window.gaps).await?))
}
