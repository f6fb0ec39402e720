//! The `OpenAPI` document and its page, and the shapes of what the adapter gives: the adapter knows no HTTP, so they are said
//! here, and `tests/openapi.rs` compares them with what is really answered.

use axum::{Router, routing::get};
use chrono::{DateTime, Utc};
use maud::{Markup, html};
use serde_json::Value;
use utoipa::{IntoParams, OpenApi, ToSchema};
use uuid::Uuid;

use super::{Json, alarms, telemetry};
use crate::{App, page::layout};

/// `/api` and `/api/openapi.json`.
pub(super) fn router() -> Router<App> {
    Router::new().route("/", get(page)).route("/openapi.json", get(async || Json(document())))
}

#[derive(OpenApi)]
#[openapi(
    info(
        title = "core-server",
        description = "Alarms, sensors and readings. Errors are application/problem+json. Where a token is set, writes need \
            `Authorization: Bearer …`."
    ),
    paths(
        alarms::raise,
        alarms::list,
        alarms::counts,
        alarms::read,
        alarms::acknowledge,
        alarms::resolve,
        alarms::judge,
        alarms::seen,
        alarms::history,
        alarms::stream,
        telemetry::ingest,
        telemetry::window,
        telemetry::sensors,
        telemetry::register
    )
)]
struct Document;

/// The document.
fn document() -> utoipa::openapi::OpenApi {
    Document::openapi()
}

/// The document for people: drawn here, so that it needs neither scripts nor the internet.
async fn page() -> Markup {
    let document = serde_json::to_value(document()).unwrap_or_default();
    let text = |value: &Value, key: &str| value[key].as_str().unwrap_or_default().to_owned();
    let named = |schema: &Value| schema["$ref"].as_str().map(|at| at.rsplit('/').next().unwrap_or_default().to_owned());
    let shape = |schema: &Value| {
        let list = named(&schema["items"]).map(|of| format!("list of {of}"));
        named(schema).or(list).unwrap_or_else(|| schema["type"].to_string().replace('"', ""))
    };
    let none = serde_json::Map::new();
    let fields = |value: &Value| value.as_object().unwrap_or(&none).clone();
    layout::page(
        "API",
        layout::Place::Api,
        None,
        &html! {
            h1 { "API" }
            p { (prose(&text(&document["info"], "description"))) " " a href="/api/openapi.json" { "OpenAPI document" } }
            @for (path, methods) in fields(&document["paths"]) {
                @for (method, operation) in fields(&methods) {
                    section.operation {
                        h2 { span.method { (method.to_uppercase()) } " " code { (path) } }
                        p { (prose(&text(&operation, "description"))) " " (prose(&text(&operation, "summary"))) }
                        @if let Some(parameters) = operation["parameters"].as_array() {
                            table {
                                thead { tr { th scope="col" { "Parameter" } th scope="col" { "In" } th scope="col" { "Meaning" } } }
                                tbody { @for one in parameters {
                                    tr { td { code { (text(one, "name")) } } td { (text(one, "in")) } td { (prose(&text(one, "description"))) } }
                                } }
                            }
                        }
                        @let body = &operation["requestBody"]["content"]["application/json"]["schema"];
                        @if !body.is_null() { p { "Takes: " code { (shape(body)) } } }
                        p { @for (status, answer) in fields(&operation["responses"]) {
                            @let content = fields(&answer["content"]);
                            code { (status) } " " @for (_, of) in &content { (shape(&of["schema"])) } " "
                        } }
                    }
                }
            }
            h1 { "Shapes" }
            @for (name, schema) in fields(&document["components"]["schemas"]) {
                section.operation {
                    h2 id=(name) { code { (name) } }
                    p { (prose(&text(&schema, "description"))) }
                    table {
                        thead { tr { th scope="col" { "Field" } th scope="col" { "Type" } th scope="col" { "Meaning" } } }
                        tbody { @for (field, of) in fields(&schema["properties"]) {
                            tr { td { code { (field) } } td { (shape(&of)) } td { (prose(&text(&of, "description"))) } }
                        } }
                    }
                }
            }
        },
    )
}

/// Text with code between backticks.
fn prose(text: &str) -> Markup {
    html! { @for (place, part) in text.split('`').enumerate() { @if place % 2 == 1 { code { (part) } } @else { (part) } } }
}

/// Which alarms, and which part of the list.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[allow(dead_code, reason = "for the document alone")]
pub(super) struct AlarmQuery {
    /// `threshold` or `anomaly_model`.
    origin: Option<String>,
    /// `info`, `warning` or `critical`.
    severity: Option<String>,
    /// `active`, `acknowledged` or `resolved`.
    status: Option<String>,
    /// Only what is not resolved.
    open: Option<bool>,
    /// The sensor's id, exactly.
    sensor: Option<String>,
    /// Raised at this time or later.
    from: Option<DateTime<Utc>>,
    /// Raised before this time.
    to: Option<DateTime<Utc>>,
    /// Rows at most, 1 to 1,000; 50 when not given.
    limit: Option<u32>,
    /// Where to go on; the newest rows when not given.
    cursor: Option<String>,
}

/// Shapes of the adapter's types, for the document alone.
macro_rules! shapes {
    ($($(#[$about:meta])* $name:ident { $($(#[$meaning:meta])* $field:ident: $type:ty,)+ })+) => {
        $($(#[$about])*
        #[derive(ToSchema)]
        #[allow(dead_code, clippy::struct_field_names, reason = "for the document alone")]
        pub(super) struct $name { $($(#[$meaning])* $field: $type,)+ })+
    };
}

shapes! {
    /// An alarm that is to be raised.
    NewAlarm {
        /// At most a day ahead.
        raised_at: DateTime<Utc>,
        /// 1 to 255 characters.
        sensor_id: String,
        /// `info`, `warning` or `critical`.
        severity: String,
        /// `threshold` or `anomaly_model`.
        origin: String,
        /// 0 to 1; for an alarm of a model, and for no other.
        anomaly_score: Option<f64>,
        /// What was measured, in the sensor's unit.
        value: Option<f64>,
        /// The limit that was crossed, in the sensor's unit.
        threshold: Option<f64>,
        /// A sentence for people.
        message: Option<String>,
        /// Anything else worth keeping.
        context: Option<Value>,
        /// Which model found it.
        model_name: Option<String>,
        model_version: Option<String>,
    }
    /// An alarm.
    Alarm {
        id: Uuid,
        raised_at: DateTime<Utc>,
        sensor_id: String,
        severity: String,
        status: String,
        value: Option<f64>,
        threshold: Option<f64>,
        message: String,
        context: Option<Value>,
        acknowledged_at: Option<DateTime<Utc>>,
        acknowledged_by: Option<String>,
        resolved_at: Option<DateTime<Utc>>,
        origin: String,
        anomaly_score: Option<f64>,
        model_name: Option<String>,
        model_version: Option<String>,
        /// When the condition was last seen again.
        last_seen_at: Option<DateTime<Utc>>,
        /// How often it was seen again.
        repeats: i32,
    }
    /// Something that was done about an alarm.
    AlarmAction {
        id: Uuid,
        alarm_id: Uuid,
        raised_at: DateTime<Utc>,
        /// `acknowledged`, `resolved`, `verdict` or `task`.
        action: String,
        acted_at: DateTime<Utc>,
        actor: Option<String>,
        /// `real`, `false_alarm` or `known`.
        verdict: Option<String>,
        /// The maintenance task, in telemetry.
        task_id: Option<Uuid>,
        note: Option<String>,
    }
    /// A part of the list of alarms.
    AlarmPage {
        items: Vec<Alarm>,
        /// The cursor of the older alarms that follow.
        next: Option<String>,
        /// The cursor of the newer alarms before.
        previous: Option<String>,
    }
    /// Number of alarms of one origin and severity.
    AlarmCount { origin: String, severity: String, count: u64, }
    /// An alarm that was to be acknowledged.
    Acknowledged {
        alarm: Alarm,
        /// Whether this request acknowledged it.
        first: bool,
    }
    /// A sensor that is to be registered.
    NewSensor {
        /// Its name, up to 255 characters.
        sensor_id: String,
        /// What it measures.
        r#type: String,
        location: Option<String>,
        /// `active` when not given.
        status: Option<String>,
    }
    /// A sensor.
    Sensor {
        id: Uuid,
        sensor_id: String,
        r#type: String,
        location: Option<String>,
        status: String,
        created_at: DateTime<Utc>,
        updated_at: DateTime<Utc>,
    }
    /// What a sensor measured, as it is stored.
    Reading {
        timestamp: DateTime<Utc>,
        sensor_id: String,
        sensor_type: Option<String>,
        value: f64,
        unit: Option<String>,
        quality: Option<f64>,
        sensor_metadata: Option<Value>,
        created_at: DateTime<Utc>,
        id: i32,
    }
    /// A sensor and its last reading.
    SensorState { sensor: Sensor, last: Option<Reading>, }
    /// A part of the list of sensors.
    SensorPage { items: Vec<SensorState>, next: Option<String>, previous: Option<String>, }
    /// What a sensor measured.
    NewReading {
        sensor_id: String,
        timestamp: DateTime<Utc>,
        /// Finite, in the sensor's unit.
        value: f64,
        sensor_type: Option<String>,
        unit: Option<String>,
        quality: Option<f64>,
        sensor_metadata: Option<Value>,
    }
    /// What a sensor measured in a bucket of time.
    ReadingBucket {
        /// Begin of the bucket.
        bucket: DateTime<Utc>,
        /// Number of readings; 0 when the values are made up.
        count: i64,
        average: Option<f64>,
        minimum: Option<f64>,
        maximum: Option<f64>,
    }
}
