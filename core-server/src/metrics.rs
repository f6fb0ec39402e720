//! Whether the service can work, and its numbers for Prometheus.

use std::time::Instant;

use axum::{
    Json, Router,
    extract::{MatchedPath, Request, State},
    http::header,
    middleware::Next,
    response::{IntoResponse, Response},
    routing::get,
};
use prometheus_client::{
    encoding::{EncodeLabelSet, text::encode},
    metrics::{counter::Counter, family::Family, gauge::Gauge, histogram::Histogram},
    registry::{Registry, Unit},
};
use serde_json::{Value, json};

use crate::{App, problem::Problem};

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Answered {
    method: String,
    route: String,
    status: u16,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Sessions {
    area: &'static str,
    state: &'static str,
}

/// The numbers of the service.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    requests: Family<Answered, Counter>,
    seconds: Histogram,
    sessions: Family<Sessions, Gauge>,
}

impl Default for Metrics {
    fn default() -> Self {
        let bounds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];
        let (requests, sessions) = (Family::default(), Family::default());
        let seconds = Histogram::new(bounds);
        let mut registry = Registry::with_prefix("core_server");
        registry.register("requests", "Requests that were answered", Family::clone(&requests));
        let help = "Time to the first byte of an answer";
        registry.register_with_unit("request", help, Unit::Seconds, seconds.clone());
        registry.register(
            "pool_sessions",
            "Sessions of a pool: open, idle, and as many as there may be",
            Family::clone(&sessions),
        );
        Self { registry, requests, seconds, sessions }
    }
}

/// `/health` and `/metrics`.
pub fn router() -> Router<App> {
    Router::new().route("/health", get(health)).route("/metrics", get(metrics))
}

/// Fails until every area has its schema, and while a database is away.
async fn health(State(app): State<App>) -> Result<Json<Value>, Problem> {
    app.alarms.check().await?;
    app.telemetry.database().check().await?;
    Ok(Json(json!({ "status": "ok" })))
}

async fn metrics(State(app): State<App>) -> Response {
    for (area, database) in [("alarms", &app.alarms), ("telemetry", app.telemetry.database())] {
        let now = database.sessions();
        for (state, number) in [("open", now.open), ("idle", now.idle), ("most", now.most)] {
            app.metrics.sessions.get_or_create(&Sessions { area, state }).set(number.into());
        }
    }
    let mut text = String::new();
    if let Err(error) = encode(&mut text, &app.metrics.registry) {
        tracing::error!("the numbers cannot be written: {error}");
    }
    ([(header::CONTENT_TYPE, "application/openmetrics-text; version=1.0.0; charset=utf-8")], text).into_response()
}

/// Counts requests by route, never by address: an address may have any text.
pub async fn count(State(app): State<App>, request: Request, next: Next) -> Response {
    let begun = Instant::now();
    let route = request.extensions().get::<MatchedPath>().map_or("none", MatchedPath::as_str).to_owned();
    let method = if request.method().as_str().len() < 8 { request.method().to_string() } else { "other".to_owned() };
    let response = next.run(request).await;
    app.metrics.seconds.observe(begun.elapsed().as_secs_f64());
    app.metrics.requests.get_or_create(&Answered { method, route, status: response.status().as_u16() }).inc();
    response
}
