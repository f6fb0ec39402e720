//! Whether the service can work, and its numbers for Prometheus.

use std::time::{Duration, Instant};

use axum::{
    Json,
    extract::{MatchedPath, Request, State},
    http::{StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use prometheus_client::{
    encoding::text::encode,
    metrics::{counter::Counter, family::Family, gauge::Gauge, histogram::Histogram},
    registry::{Registry, Unit},
};
use serde_json::{Value, json};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{App, problem::Problem};

/// How long who asks for the health waits for the database.
const PATIENCE: Duration = Duration::from_secs(3);

type Labels<const N: usize> = [(&'static str, String); N];

/// The numbers of the service.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    requests: Family<Labels<3>, Counter>,
    seconds: Histogram,
    sessions: Family<Labels<2>, Gauge>,
}

impl Default for Metrics {
    fn default() -> Self {
        let (requests, sessions) = (Family::default(), Family::default());
        let seconds = Histogram::new([0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0]);
        let mut registry = Registry::with_prefix("core_server");
        registry.register("requests", "Requests that were answered", Family::clone(&requests));
        let help = "Time to the first byte of an answer";
        registry.register_with_unit("request", help, Unit::Seconds, seconds.clone());
        let help = "Sessions of a pool: open, idle, and as many as there may be";
        registry.register("pool_sessions", help, Family::clone(&sessions));
        Self { registry, requests, seconds, sessions }
    }
}

/// `/health` and `/metrics`.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::default().routes(routes!(health)).routes(routes!(metrics))
}

/// Whether the service can work: fails until every area has its schema, and while a database is away.
#[utoipa::path(get, path = "/health", tag = "operations", responses((status = 200, body = Value), Problem))]
async fn health(State(app): State<App>) -> Result<Json<Value>, Problem> {
    let checked = async { app.alarms.check().await.and(app.telemetry.database().check().await) };
    match tokio::time::timeout(PATIENCE, checked).await {
        Ok(checked) => Ok(checked.map(|()| Json(json!({ "status": "ok" })))?),
        Err(_) => Err(Problem::new(StatusCode::SERVICE_UNAVAILABLE, "the database does not answer")),
    }
}

/// Numbers for Prometheus.
#[utoipa::path(get, path = "/metrics", tag = "operations", responses((status = 200, body = String)))]
async fn metrics(State(app): State<App>) -> Response {
    for (area, database) in [("alarms", &app.alarms), ("telemetry", app.telemetry.database())] {
        let now = database.sessions();
        for (state, number) in [("open", now.open), ("idle", now.idle), ("most", now.most)] {
            let labels = [("area", area.to_owned()), ("state", state.to_owned())];
            app.metrics.sessions.get_or_create(&labels).set(number.into());
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
    let labels = [("method", method), ("route", route), ("status", response.status().as_u16().to_string())];
    app.metrics.requests.get_or_create(&labels).inc();
    response
}
