//! The digital twin: snapshots of the state of machines, their anomalies, and how each type of machine is set up.

mod ext;
/// Tables and enums.
#[allow(missing_docs, reason = "what is derived of an entity has none")]
pub mod generated;

#[doc(inline)]
pub use generated::{
    anomaly_history as anomaly, anomaly_history::Model as Anomaly, machine_configurations as machine_configuration,
    machine_configurations::Model as MachineConfiguration, sea_orm_active_enums::AnomalySeverity,
    state_snapshots as state_snapshot, state_snapshots::Model as StateSnapshot,
};
