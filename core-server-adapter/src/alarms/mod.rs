//! Alarms: raised by a threshold or an anomaly model, acknowledged and resolved by people.
//!
//! # How to add a query
//!
//! 1. Add a method to [`AlarmRepository`] in the file of its purpose: `repository.rs` reads one alarm and counts,
//!    `list.rs` reads pages, `raise.rs` inserts, `lifecycle.rs` changes.
//! 2. Build it with SeaORM over `entity::alarms::alarm`. Conditions come from [`AlarmFilter`]; write labels of enums as
//!    literals and bound `raised_at` wherever possible: `filter.rs` says why.
//! 3. `.map_err(PLACE.while_doing("…"))` turns database errors into [`AdapterError`](crate::AdapterError).
//! 4. Look at its plan on TimescaleDB with compressed chunks (`EXPLAIN (ANALYZE, BUFFERS)`), then add it to
//!    the suite in `tests`, which runs on every backend.

mod counts;
mod filter;
mod id;
mod lifecycle;
mod list;
mod new_alarm;
mod query;
mod raise;
mod repository;
mod score;
mod taken;

pub use crate::batch::Added;
pub use counts::{AlarmCount, AlarmCounts};
pub use entity::alarms::{Alarm, AlarmOrigin, AlarmSeverity, AlarmStatus};
pub use filter::AlarmFilter;
pub use id::{AlarmId, Detection};
pub use lifecycle::Acknowledged;
pub use new_alarm::{NewAlarm, RawAlarm};
pub use query::AlarmQuery;
pub use repository::AlarmRepository;
pub use score::AnomalyScore;

use crate::error::Place;

/// Name of the area.
pub const AREA: &str = crate::gate::ALARMS.area;

/// For errors.
const PLACE: Place = Place { area: AREA, table: "alarms" };
