//! The evidence of an anomaly alert as what its model wrote.

use serde::de::DeserializeOwned;

use crate::telemetry::AnomalyAlert;

impl AnomalyAlert {
    /// The evidence as a type of the caller's; none when the alert has none.
    ///
    /// # Errors
    ///
    /// When the evidence has another shape, which an older model may have written.
    pub fn evidence_as<T: DeserializeOwned>(&self) -> Result<Option<T>, serde_json::Error> {
        self.evidence.as_ref().map(T::deserialize).transpose()
    }
}
