//! Alarms, with their origin and anomaly score.

mod ext;
#[allow(missing_docs)]
pub mod generated;

/// An alarm as the database holds it.
pub use generated::alarms::Model as Alarm;
pub use generated::{
    alarms as alarm,
    sea_orm_active_enums::{AlarmOrigin, AlarmSeverity, AlarmStatus},
};
