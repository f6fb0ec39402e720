//! Alarms: raised by a threshold or an anomaly model, acknowledged and resolved by people.
//!
//! # How to add a query
//!
//! 1. Add a method to [`AlarmRepository`] in the file of its purpose: `repository.rs` reads one alarm and counts,
//!    `list.rs` and `urgent.rs` read pages, `raise.rs` inserts, `lifecycle.rs` and `repeat.rs` change, `actions.rs` is
//!    about what people did, `timeline.rs` and `model_health.rs` count.
//! 2. Build it with SeaORM over `entity::alarms::alarm`. Conditions come from [`AlarmFilter`]; write labels of enums as
//!    literals and bound `raised_at` wherever possible: `filter.rs` says why.
//! 3. `.map_err(PLACE.while_doing("…"))` turns database errors into [`AdapterError`](crate::AdapterError).
//! 4. Look at its plan on TimescaleDB with compressed chunks (`EXPLAIN (ANALYZE, BUFFERS)`), then add it to
//!    the suite in `tests`, which runs on every backend.

mod actions;
mod counts;
mod filter;
mod id;
mod lifecycle;
mod list;
mod model_health;
mod new_alarm;
mod query;
mod raise;
mod repeat;
mod repository;
mod score;
mod taken;
mod timeline;
mod urgent;

pub use crate::batch::Added;
pub use counts::{AlarmCount, AlarmCounts};
#[doc(inline)]
pub use entity::alarms::{Alarm, AlarmAction, AlarmActionKind, AlarmOrigin, AlarmSeverity, AlarmStatus, AlarmVerdict};
pub use filter::AlarmFilter;
pub use id::{AlarmId, Detection};
pub use lifecycle::Acknowledged;
pub use model_health::{FalseAlarms, ScoreBucket};
pub use new_alarm::{NewAlarm, RawAlarm};
pub use query::AlarmQuery;
pub use repository::AlarmRepository;
pub use score::AnomalyScore;
pub use timeline::AlarmBucket;
pub use urgent::{UrgentAlarms, UrgentCursor};

use crate::error::Place;

/// Name of the area.
pub const AREA: &str = crate::gate::ALARMS.area;

/// For errors.
const PLACE: Place = Place { area: AREA, table: "alarms" };
const ACTIONS: Place = Place { area: AREA, table: "alarm_actions" };
