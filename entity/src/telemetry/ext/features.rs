//! The features of a snapshot as what they were written from.

use serde::de::DeserializeOwned;

use crate::telemetry::FeatureSnapshot;

impl FeatureSnapshot {
    /// The features as a type of the caller's.
    ///
    /// # Errors
    ///
    /// When the features have another shape, which another feature set or version has.
    pub fn features_as<T: DeserializeOwned>(&self) -> Result<T, serde_json::Error> {
        T::deserialize(&self.features)
    }
}
