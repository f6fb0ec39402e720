//! A configuration that is to be set.

use entity::twin::machine_configuration::ActiveModel;
use sea_orm::{
    ActiveValue::{NotSet, Set},
    prelude::{Decimal, Json},
};

use super::PLACE;
use crate::{
    AdapterError,
    twin::ID_CHARACTERS,
    value::{decimal, json, name, now, optional_name},
};

/// Characters of an operational pattern at most.
const PATTERN_CHARACTERS: usize = 20;
/// Digits of a measure, and how many of them are after the point.
const MEASURE: (u32, u32) = (5, 2);

/// How a type of machine is set up. Measures have up to 3 digits before and 2 after the point.
///
/// ```
/// use core_server_adapter::twin::NewConfiguration;
/// use serde_json::json;
///
/// let press = NewConfiguration::new("press")
///     .baseline_temp("71.50".parse()?)
///     .temp_variation("2.25".parse()?)
///     .operational_pattern("two shifts")
///     .thresholds(json!({ "temperature": { "max": 90 } }));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct NewConfiguration {
    machine_type: String,
    baseline_temp: Option<Decimal>,
    temp_variation: Option<Decimal>,
    baseline_vibration: Option<Decimal>,
    vibration_variation: Option<Decimal>,
    operational_pattern: Option<String>,
    thresholds: Option<Json>,
}

impl NewConfiguration {
    /// Of this type of machine, up to 50 characters; nothing else is known of it yet.
    pub fn new(machine_type: impl Into<String>) -> Self {
        Self {
            machine_type: machine_type.into(),
            baseline_temp: None,
            temp_variation: None,
            baseline_vibration: None,
            vibration_variation: None,
            operational_pattern: None,
            thresholds: None,
        }
    }

    /// The temperature it usually has, in the unit of its sensors.
    #[must_use]
    pub fn baseline_temp(mut self, temperature: Decimal) -> Self {
        self.baseline_temp = Some(temperature);
        self
    }

    /// How far its temperature usually is from that; not negative.
    #[must_use]
    pub fn temp_variation(mut self, variation: Decimal) -> Self {
        self.temp_variation = Some(variation);
        self
    }

    /// The vibration it usually has, in the unit of its sensors.
    #[must_use]
    pub fn baseline_vibration(mut self, vibration: Decimal) -> Self {
        self.baseline_vibration = Some(vibration);
        self
    }

    /// How far its vibration usually is from that; not negative.
    #[must_use]
    pub fn vibration_variation(mut self, variation: Decimal) -> Self {
        self.vibration_variation = Some(variation);
        self
    }

    /// When and how it works, in a few words of up to 20 characters.
    #[must_use]
    pub fn operational_pattern(mut self, pattern: impl Into<String>) -> Self {
        self.operational_pattern = Some(pattern.into());
        self
    }

    /// What its monitoring goes by. JSON `null` counts as nothing.
    #[must_use]
    pub fn thresholds(mut self, thresholds: impl Into<Json>) -> Self {
        self.thresholds = Some(thresholds.into()).filter(|thresholds| !thresholds.is_null());
        self
    }

    /// The type of machine.
    pub fn machine_type(&self) -> &str {
        &self.machine_type
    }

    /// Checks the configuration as [`ConfigurationRepository::set`](super::ConfigurationRepository::set) will.
    ///
    /// # Errors
    ///
    /// [`AdapterError::InvalidValue`] with the column and what is allowed.
    pub fn validate(&self) -> Result<(), AdapterError> {
        name(PLACE, "machine_type", &self.machine_type, ID_CHARACTERS)?;
        let variations = [("temp_variation", self.temp_variation), ("vibration_variation", self.vibration_variation)];
        let baselines = [("baseline_temp", self.baseline_temp), ("baseline_vibration", self.baseline_vibration)];
        for (column, measure) in variations.into_iter().chain(baselines) {
            decimal(PLACE, column, measure, MEASURE)?;
        }
        for (column, variation) in variations {
            if let Some(negative) = variation.filter(|variation| *variation < Decimal::ZERO) {
                return Err(PLACE.invalid(column, format!("is {negative}; allowed is what is not negative")));
            }
        }
        optional_name(PLACE, "operational_pattern", self.operational_pattern.as_deref(), PATTERN_CHARACTERS)?;
        json(PLACE, "thresholds", self.thresholds.as_ref())
    }

    /// The row that is written, if there is none of this type.
    pub(super) fn into_row(self) -> ActiveModel {
        let now = now();
        ActiveModel {
            id: NotSet,
            machine_type: Set(self.machine_type),
            baseline_temp: Set(self.baseline_temp),
            temp_variation: Set(self.temp_variation),
            baseline_vibration: Set(self.baseline_vibration),
            vibration_variation: Set(self.vibration_variation),
            operational_pattern: Set(self.operational_pattern),
            thresholds: Set(self.thresholds),
            created_at: Set(now),
            updated_at: Set(now),
        }
    }
}
