//! A snapshot that is to be recorded.

use chrono::{DateTime, Utc};
use sea_orm::prelude::Json;

use super::PLACE;
use crate::{
    AdapterError,
    twin::ID_CHARACTERS,
    value::{moment, name, required_json},
};

/// The state of a machine at a moment.
///
/// ```
/// use chrono::Utc;
/// use core_server_adapter::twin::NewSnapshot;
/// use serde_json::json;
///
/// let snapshot = NewSnapshot::new("press-1", Utc::now(), json!({ "temperature": 71.5, "tool": "A3" }));
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct NewSnapshot {
    pub(super) machine_id: String,
    pub(super) snapshot_time: DateTime<Utc>,
    pub(super) state_data: Json,
}

impl NewSnapshot {
    /// `machine`, up to 50 characters, was in this state at that moment. A state is any JSON but `null`.
    pub fn new(machine: impl Into<String>, at: impl Into<DateTime<Utc>>, state: impl Into<Json>) -> Self {
        Self { machine_id: machine.into(), snapshot_time: at.into(), state_data: state.into() }
    }

    /// Checks the snapshot as [`SnapshotRepository::record`](super::SnapshotRepository::record) will.
    ///
    /// # Errors
    ///
    /// [`AdapterError::InvalidValue`] with the column and what is allowed.
    pub fn validate(&self) -> Result<(), AdapterError> {
        self.checked().map(drop)
    }

    /// As it will be stored.
    pub(super) fn checked(&self) -> Result<Self, AdapterError> {
        name(PLACE, "machine_id", &self.machine_id, ID_CHARACTERS)?;
        required_json(PLACE, "state_data", &self.state_data)?;
        let snapshot_time = moment(PLACE, "snapshot_time", self.snapshot_time)?;
        Ok(Self { snapshot_time, ..self.clone() })
    }
}
