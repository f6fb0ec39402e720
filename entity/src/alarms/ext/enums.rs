//! The enums as text: spelled as in the database, in JSON and on command lines alike.

use std::{fmt, str::FromStr};

use sea_orm::{ActiveEnum, Iterable, sea_query::Enum};

use crate::alarms::{AlarmOrigin, AlarmSeverity, AlarmStatus};

/// A text that is none of the labels of an enum.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownLabel {
    /// The enum's name in the database.
    pub of: &'static str,
    /// The text.
    pub label: String,
    /// The labels there are.
    pub known: Vec<String>,
}

impl fmt::Display for UnknownLabel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} is no {}; choose from {}", self.label, self.of, self.known.join(", "))
    }
}

impl std::error::Error for UnknownLabel {}

fn label<E: ActiveEnum<Value = Enum>>(value: &E) -> String {
    value.to_value().value.into_owned()
}

macro_rules! as_text {
    ($($enum:ty: $name:literal),+ $(,)?) => {$(
        impl fmt::Display for $enum {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&label(self))
            }
        }

        impl FromStr for $enum {
            type Err = UnknownLabel;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Self::iter().find(|value| label(value) == text).ok_or_else(|| UnknownLabel {
                    of: $name,
                    label: text.to_owned(),
                    known: Self::iter().map(|value| label(&value)).collect(),
                })
            }
        }
    )+};
}

as_text!(AlarmOrigin: "alarm origin", AlarmSeverity: "alarm severity", AlarmStatus: "alarm status");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_and_json_are_the_labels_of_the_database() {
        assert_eq!(AlarmOrigin::AnomalyModel.to_string(), "anomaly_model");
        assert_eq!("acknowledged".parse(), Ok(AlarmStatus::Acknowledged));
        let error = "Threshold".parse::<AlarmOrigin>().unwrap_err().to_string();
        assert_eq!(error, "\"Threshold\" is no alarm origin; choose from threshold, anomaly_model");
    }
}
