//! Alerts and who hears of them, anomalies with what a model thinks of them, metrics, reports, and the models.

mod ext;
/// Tables and enums.
#[allow(missing_docs, reason = "what is derived of an entity has none")]
pub mod generated;

#[doc(inline)]
pub use generated::{
    alerts as alert,
    alerts::Model as Alert,
    anomaly_records as anomaly_record,
    anomaly_records::Model as AnomalyRecord,
    maintenance_reports as maintenance_report,
    maintenance_reports::Model as MaintenanceReport,
    ml_model_parts as ml_model_part, ml_models as ml_model,
    ml_models::Model as MlModel,
    notification_logs as notification_log,
    notification_logs::Model as NotificationLog,
    performance_metrics as performance_metric,
    performance_metrics::Model as PerformanceMetric,
    sea_orm_active_enums::{
        AlertSeverity, AlertStatus, AnomalySeverity, MaintenanceReportType, MlModelStatus, NotificationStatus,
    },
};
