//! Alarms, with their origin and anomaly score, and what people did about them.

mod ext;
/// Tables and enums.
#[allow(missing_docs, reason = "what is derived of an entity has none")]
pub mod generated;

#[doc(inline)]
pub use generated::{
    alarm_actions as alarm_action,
    alarm_actions::Model as AlarmAction,
    alarms as alarm,
    alarms::Model as Alarm,
    sea_orm_active_enums::{AlarmActionKind, AlarmOrigin, AlarmSeverity, AlarmStatus, AlarmVerdict},
};
