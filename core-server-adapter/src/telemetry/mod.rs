//! Telemetry: sensors and their readings, features of training windows, anomaly alerts, maintenance tasks and logs.
//!
//! ```
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use chrono::{TimeDelta, Utc};
//! use core_server_adapter::{
//!     Period,
//!     telemetry::{
//!         AnomalyAlertSeverity, Gaps, Interval, NewAnomalyAlert, NewReading, NewSensor, ReadingFilter, Summary, Telemetry,
//!         TrainingWindow, WindowFeatures,
//!     },
//! };
//!
//! // In memory, for examples and tests; a service has `Telemetry::connect`, which checks the schema's revision.
//! let telemetry = Telemetry::in_memory().await?;
//! telemetry.sensors().register(&NewSensor::new("bearing-7", "temperature")).await?;
//!
//! let start = Utc::now() - TimeDelta::hours(6);
//! let new: Vec<NewReading> = (0..300)
//!     .map(|minute| NewReading::new("bearing-7", start + TimeDelta::minutes(minute), 70.0 + minute as f64 / 10.0))
//!     .collect();
//! let readings = telemetry.readings();
//! assert_eq!(readings.insert_missing(&new).await?.new, 300);
//! assert_eq!(readings.latest("bearing-7", 10).await?[0].value, 99.9);
//!
//! // Has it drifted?
//! let noon = start + TimeDelta::hours(3);
//! let windows = readings.compare("bearing-7", Period::until(noon), Period::since(noon)).await?;
//! if windows.effect_size().is_some_and(|size| size > 0.8) {
//!     let alert = NewAnomalyAlert::new("bearing-7", "drift", AnomalyAlertSeverity::High, 0.9).evidence(&windows)?;
//!     telemetry.anomaly_alerts().raise(&alert).await?;
//! }
//!
//! let end = start + TimeDelta::hours(6);
//! let hours = readings.summary(Summary::Hourly, Some("bearing-7"), Period::ALL).await?;
//! let quarters = readings.buckets("bearing-7", Interval::minutes(15), (start, end), Gaps::Last).await?;
//! assert!(hours.len() >= 5 && quarters.len() >= 24);
//!
//! // What a model is trained on, the same however often it is asked for.
//! let window = TrainingWindow::new("bearing-7", start, noon);
//! let snapshot = telemetry.feature_snapshots().take(&window).await?;
//! let features: WindowFeatures = snapshot.features_as()?;
//! assert_eq!((snapshot.reading_count, features.mean), (0, None)); // no reading has a quality
//!
//! // Everything as CSV, and next time what is new since then.
//! let mut file = Vec::new();
//! let exported = readings.write_csv(&ReadingFilter::new(), None, &mut file).await?;
//! assert_eq!(exported.rows, 300);
//! let exported = readings.write_csv(&ReadingFilter::new(), exported.position.as_ref(), &mut file).await?;
//! assert_eq!(exported.rows, 0);
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
//! Each noun has a folder or file with a repository; its module says where what belongs.

mod alerts;
mod database;
mod features;
mod maintenance;
mod operations;
mod readings;
mod sensors;

pub use crate::batch::Added;
pub use alerts::{
    AnomalyAlert, AnomalyAlertFilter, AnomalyAlertRepository, AnomalyAlertSeverity, AnomalyAlertStatus, NewAnomalyAlert,
};
pub use database::{Telemetry, TelemetryWithin};
pub use features::{
    FEATURE_SET, FEATURE_SET_VERSION, FeatureSnapshot, FeatureSnapshotFilter, FeatureSnapshotRepository,
    MAX_WINDOW_DAYS, TrainingWindow, WindowFeatures,
};
pub use maintenance::{
    MaintenanceLog, MaintenanceLogFilter, MaintenanceLogRepository, MaintenanceLogStatus, MaintenanceTask,
    MaintenanceTaskFilter, MaintenanceTaskPriority, MaintenanceTaskRepository, MaintenanceTaskStatus,
    MaintenanceTaskType, NewMaintenanceLog, NewMaintenanceTask,
};
pub use migration_timescale::{Capability, Interval};
pub use operations::{Operations, inspect};
pub use readings::{
    Band, CSV_HEADER, Comparison, CsvChunk, Exported, Gaps, MAX_BUCKETS, MAX_LATEST, NewReading, ReadingBucket,
    ReadingCursor, ReadingFilter, ReadingRepository, ReadingSummary, SensorReading, Summary, WindowStatistics,
};
pub use sensors::{NewSensor, Sensor, SensorFilter, SensorRepository, SensorState, SensorStatus};

/// Name of the area.
pub const AREA: &str = crate::gate::TELEMETRY.area;

/// Characters of a type of sensor or anomaly at most.
const TYPE_CHARACTERS: usize = 100;
/// Characters of a unit at most.
const UNIT_CHARACTERS: usize = 50;
