//! The enums as text.

use crate::{
    alarms::{AlarmActionKind, AlarmOrigin, AlarmSeverity, AlarmStatus, AlarmVerdict},
    labels::as_text,
};

as_text!(
    AlarmActionKind: "alarm action",
    AlarmOrigin: "alarm origin",
    AlarmSeverity: "alarm severity",
    AlarmStatus: "alarm status",
    AlarmVerdict: "alarm verdict",
);

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
