//! Alarms, with their origin and anomaly score, and what people did about them.

mod ext;
#[allow(missing_docs)]
pub mod generated;

/// Something that was done about an alarm, as the database holds it.
pub use generated::alarm_actions::Model as AlarmAction;
/// An alarm as the database holds it.
pub use generated::alarms::Model as Alarm;
pub use generated::{
    alarm_actions as alarm_action, alarms as alarm,
    sea_orm_active_enums::{AlarmActionKind, AlarmOrigin, AlarmSeverity, AlarmStatus, AlarmVerdict},
};
