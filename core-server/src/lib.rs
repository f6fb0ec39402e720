//! An example service over `core-server-adapter`, to copy: an HTTP API, and a page with live alarms.
//!
//! # Where what is
//!
//! | file | what is there |
//! |-|-|
//! | `settings`, `start` | the command line; databases, schema and example data before the first request |
//! | `api` | JSON over HTTP: alarms, readings, sensors, their `OpenAPI` document |
//! | `page` | HTML: the list of alarms, one alarm, the health of models; `chart` draws SVG |
//! | `feed` | what happens to alarms, as a stream that can be taken up again |
//! | `guard` | who may write: token, host; headers of every answer |
//! | `problem` | errors as `application/problem+json` |
//! | `metrics` | health, and numbers for Prometheus |
//!
//! `shapes` and `example` are declarations and made-up data: read them last. `api::alarms` is the shortest way to what a
//! handler looks like, `feed` is the only part with a state of its own.
//!
//! # How to add a route
//!
//! A handler takes `State<App>`, asks a repository of the adapter, and ends with `?`: [`problem::Problem`] is made from
//! every error of the adapter. `#[utoipa::path]` gives its address, and `routes!` of its module puts it into the router and
//! into the document.

pub mod api;
pub mod example;
pub mod feed;
pub mod guard;
pub mod metrics;
pub mod page;
pub mod problem;
pub mod settings;
pub(crate) mod shapes;
pub mod start;

use std::{io, sync::Arc, time::Duration};

use axum::{
    Router,
    extract::DefaultBodyLimit,
    http::{StatusCode, Uri},
    middleware::{from_fn_with_state, map_response},
    response::IntoResponse,
};
use core_server_adapter::{Database, telemetry::Telemetry};
use tokio::net::TcpListener;
use tower_http::{catch_panic::CatchPanicLayer, csrf::CsrfLayer, timeout::TimeoutLayer, trace::TraceLayer};

use feed::Feed;
use metrics::Metrics;
use problem::Problem;
use settings::Settings;

/// The largest request, in bytes.
pub const LARGEST_BODY: usize = 1 << 20;
/// How long a request may take; a stream of events goes on after it has begun.
const PATIENCE: Duration = Duration::from_secs(20);

/// What handlers work with. Clones share it.
#[derive(Clone)]
pub struct App {
    /// The alarms.
    pub alarms: Database,
    /// Sensors and readings.
    pub telemetry: Telemetry,
    /// What happens to alarms.
    pub feed: Arc<Feed>,
    /// Numbers of requests.
    pub metrics: Arc<Metrics>,
    /// Who may write and read.
    pub settings: Arc<Settings>,
}

impl App {
    /// A service on these databases.
    pub fn new(alarms: Database, telemetry: Telemetry, settings: &Settings) -> Self {
        Self { alarms, telemetry, feed: Arc::default(), metrics: Arc::default(), settings: Arc::new(settings.clone()) }
    }

    /// Answers requests until `stop`. Then streams are ended, and requests that have begun are answered.
    ///
    /// # Errors
    ///
    /// Failures of the network.
    pub async fn serve(self, listener: TcpListener, stop: impl Future<Output = ()> + Send + 'static) -> io::Result<()> {
        tokio::spawn(Feed::look(self.clone()));
        let router = self.router();
        let stop = async move {
            stop.await;
            self.feed.end();
        };
        axum::serve(listener, router).with_graceful_shutdown(stop).await
    }

    /// All routes, with their limits.
    pub fn router(&self) -> Router {
        let of_others = |_| Problem::new(StatusCode::FORBIDDEN, "another site may not write here").into_response();
        page::router()
            .merge(api::router(self))
            .fallback(async |uri: Uri| Problem::new(StatusCode::NOT_FOUND, format!("nothing is at {}", uri.path())))
            .method_not_allowed_fallback(async || {
                Problem::new(StatusCode::METHOD_NOT_ALLOWED, "this address takes another method; see /api")
            })
            .layer(from_fn_with_state(self.clone(), metrics::count))
            .layer(DefaultBodyLimit::max(LARGEST_BODY))
            .layer(TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, PATIENCE))
            .layer(CsrfLayer::new().with_rejection_response(of_others))
            .layer(from_fn_with_state(self.clone(), guard::refuse_strangers))
            .layer(map_response(guard::headers))
            .layer(CatchPanicLayer::custom(problem::of_panic))
            .layer(TraceLayer::new_for_http())
            .with_state(self.clone())
    }
}
