//! Analytics: alerts and who is told of them, anomaly records, performance metrics, maintenance reports, and the models that
//! judge.
//!
//! ```
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use chrono::Utc;
//! use core_server_adapter::{
//!     PageRequest,
//!     analytics::{Alert, AlertFilter, AlertSeverity, Analytics, NewAlert, NewModel, NewNotification},
//! };
//! use futures_util::{TryStreamExt, stream};
//!
//! // In memory, for examples and tests; a service has `Analytics::connect`, which checks the schema's revision.
//! let analytics = Analytics::in_memory().await?;
//!
//! // An alert, somebody who cares, and somebody who is told.
//! let alerts = analytics.alerts();
//! let alert = alerts.raise(&NewAlert::new("press-2", AlertSeverity::High, "overheating", Utc::now())).await?;
//! alerts.assign(&alert.alert_id, "ana").await?;
//! let note = NewNotification::sent("EMAIL", "ana@example.com", Utc::now()).alert(&alert.alert_id);
//! let note = analytics.notifications().record(&note).await?;
//! analytics.notifications().mark_delivered(note.id, None).await?;
//! let hers = alerts.list(&AlertFilter::new().assigned_to("ana").open(), &PageRequest::first(50)).await?;
//! assert_eq!(hers.items[0].machine_id, "press-2");
//! alerts.resolve(&alert.alert_id).await?;
//!
//! // A model, whose bytes come and go in pieces.
//! let models = analytics.models();
//! models.register(&NewModel::new("press-forest-3", "press", "3.0")).await?;
//! let file = stream::iter((0..30).map(|_| std::io::Result::Ok(vec![7_u8; 100_000])));
//! assert_eq!(models.write("press-forest-3", file).await?, 3_000_000);
//! models.activate("press-forest-3").await?;
//! let active = models.active("press").await?.unwrap();
//! let mut bytes = 0;
//! let mut pieces = std::pin::pin!(models.read(&active.model_id));
//! while let Some(piece) = pieces.try_next().await? {
//!     bytes += piece.len();
//! }
//! assert_eq!(bytes, 3_000_000);
//! # Ok(())
//! # }
//! # #[cfg(feature = "runtime-tokio")]
//! # tokio::runtime::Runtime::new().unwrap().block_on(example()).unwrap();
//! # #[cfg(not(feature = "runtime-tokio"))]
//! # async_std::task::block_on(example()).unwrap();
//! ```
//!
//! # How to add a query
//!
//! Each noun has a file or folder with a repository: a method there, and a test in `tests/suite/adapter/analytics/`.

mod alerts;
mod anomalies;
mod database;
mod json;
mod metrics;
mod models;
mod notifications;
mod reports;

pub use alerts::{Alert, AlertCount, AlertFilter, AlertRepository, AlertSeverity, AlertStatus, NewAlert};
pub use anomalies::{AnomalyFilter, AnomalyRecord, AnomalyRepository, AnomalySeverity, NewAnomaly};
pub use database::{Analytics, AnalyticsWithin};
pub use metrics::{MAX_TREND, MetricRepository, NewMetric, PerformanceMetric};
pub use models::{MlModelStatus, Model, ModelRepository, NewModel, PIECE};
pub use notifications::{NewNotification, NotificationLog, NotificationRepository, NotificationStatus};
pub use reports::{MaintenanceReport, MaintenanceReportType, NewReport, ReportFilter, ReportRepository};
pub use sea_orm::prelude::Decimal;

use crate::{AdapterError, error::Place, value::decimal};

/// Name of the area.
pub const AREA: &str = crate::gate::ANALYTICS.area;

/// Characters of the ids and names of machines, and of kinds of things.
const SHORT: usize = 50;
/// Characters of a name of a person, a recipient or a model.
const LONG: usize = 100;
/// Characters of a version.
const VERSION: usize = 20;
/// Digits of a share of one, and how many of them are after the point.
const SHARE: (u32, u32) = (5, 4);

/// Checks a decimal that may be missing, from 0 to as many ones as the column holds whole: 1, or 100 of a percentage.
fn share(place: Place, column: &'static str, value: Option<Decimal>, digits: (u32, u32)) -> Result<(), AdapterError> {
    decimal(place, column, value, digits)?;
    let most = if digits == SHARE { Decimal::ONE } else { Decimal::ONE_HUNDRED };
    match value.filter(|value| *value < Decimal::ZERO || *value > most) {
        Some(value) => Err(place.invalid(column, format!("is {value}; allowed is 0 to {most}"))),
        None => Ok(()),
    }
}
