//! The digital twin: snapshots of the state of machines, their anomalies, and how each type of machine is set up.

mod ext;
#[allow(missing_docs)]
pub mod generated;

pub use generated::{
    anomaly_history as anomaly, anomaly_history::Model as Anomaly, machine_configurations as machine_configuration,
    machine_configurations::Model as MachineConfiguration, sea_orm_active_enums::AnomalySeverity,
    state_snapshots as state_snapshot, state_snapshots::Model as StateSnapshot,
};
