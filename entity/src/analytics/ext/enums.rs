//! The enums as text.

use crate::{
    analytics::{
        AlertSeverity, AlertStatus, AnomalySeverity, MaintenanceReportType, MlModelStatus, NotificationStatus,
    },
    labels::as_text,
};

as_text!(
    AlertSeverity: "alert severity",
    AlertStatus: "alert status",
    AnomalySeverity: "anomaly severity",
    MaintenanceReportType: "maintenance report type",
    MlModelStatus: "model status",
    NotificationStatus: "notification status",
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_and_json_are_the_labels_of_the_database() {
        assert_eq!(AlertStatus::InProgress.to_string(), "IN_PROGRESS");
        assert_eq!("NEW".parse(), Ok(AlertStatus::New));
        assert!("new".parse::<AlertStatus>().is_err());
        assert_eq!(serde_json::to_value(AlertStatus::InProgress).unwrap(), "IN_PROGRESS");
        assert_eq!(serde_json::from_str::<MaintenanceReportType>("\"WEEKLY\"").unwrap(), MaintenanceReportType::Weekly);
    }
}
