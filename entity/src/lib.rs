//! SeaORM entities of the platform, one module per area.
//!
//! `<area>/generated` and `<area>/views` are written by `make entities` from the migrated schema and never edited by hand;
//! `make verify` fails when they are not up to date. What an area adds to its entities by hand stands in `<area>/ext`.
//! Entities of views and continuous aggregates can be read as any other; saving one is an error. What is said of tables,
//! columns and enums here is in `<area>/sentences.txt`.
//!
//! # JSON
//!
//! An entity is read from JSON and written to it with the names of its columns. The value of a column is
//!
//! | in the database | in JSON |
//! |-|-|
//! | a moment | text of RFC 3339 in UTC, to the microsecond |
//! | a uuid, a decimal | text |
//! | another number, a boolean, a text | the same |
//! | an enum | its label, as its page shows it |
//! | a list of texts | an array |
//! | bytes | an array of numbers |
//! | JSON | itself; its column says what it is by custom |
//! | NULL | `null`; when it is read the name may be missing, too |
//!
//! ```
//! use entity::{alarms::{Alarm, AlarmOrigin}, twin::MachineConfiguration};
//! use serde_json::json;
//!
//! let json = json!({
//!     "id": "019a3f6e-8c80-7b1c-9e0a-3f2b6c1d4e5f", "raised_at": "2026-11-01T10:00:00.123456Z", "sensor_id": "bearing-7",
//!     "severity": "critical", "status": "active", "value": 97.5, "threshold": 90.0, "message": "hot", "context": {"cut_off": 0.9},
//!     "acknowledged_at": null, "acknowledged_by": null, "resolved_at": null, "origin": "anomaly_model", "anomaly_score": 0.97,
//!     "model_name": "forest", "model_version": "3", "last_seen_at": null, "repeats": 0,
//! });
//! let alarm: Alarm = serde_json::from_value(json.clone())?;
//! assert_eq!(alarm.origin, AlarmOrigin::AnomalyModel);
//! assert_eq!(serde_json::to_value(&alarm)?, json);
//!
//! let press = json!({
//!     "id": 1, "machine_type": "press", "baseline_temp": "71.50", "thresholds": {"temperature": {"max": 90}},
//!     "created_at": "2026-11-01T10:00:00Z", "updated_at": "2026-11-01T10:00:00Z",
//! });
//! let press: MachineConfiguration = serde_json::from_value(press)?;
//! assert_eq!(serde_json::to_value(&press)?["baseline_temp"], json!("71.50"));
//! # Ok::<(), serde_json::Error>(())
//! ```

mod active_enum;
mod labels;
#[doc(hidden)]
pub mod read_only;
mod text_list;

pub mod alarms;
pub mod analytics;
pub mod plugins;
pub mod telemetry;
pub mod twin;
pub mod vision;

pub use labels::UnknownLabel;
pub use text_list::TextList;
