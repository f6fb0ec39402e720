//! The enums as text.

use crate::{
    labels::as_text,
    telemetry::{
        AnomalyAlertSeverity, AnomalyAlertStatus, MaintenanceLogStatus, MaintenanceTaskPriority, MaintenanceTaskStatus,
        MaintenanceTaskType, SensorStatus,
    },
};

as_text!(
    AnomalyAlertSeverity: "anomaly alert severity",
    AnomalyAlertStatus: "anomaly alert status",
    MaintenanceLogStatus: "maintenance log status",
    MaintenanceTaskPriority: "maintenance task priority",
    MaintenanceTaskStatus: "maintenance task status",
    MaintenanceTaskType: "maintenance task type",
    SensorStatus: "sensor status",
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_the_label_of_the_database() {
        assert_eq!(MaintenanceTaskStatus::InProgress.to_string(), "in_progress");
        assert_eq!("faulty".parse(), Ok(SensorStatus::Faulty));
        let error = "gone".parse::<MaintenanceLogStatus>().unwrap_err().to_string();
        assert_eq!(error, "\"gone\" is no maintenance log status; choose from completed, incomplete, failed");
    }
}
