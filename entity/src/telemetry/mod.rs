//! Sensors and their readings, anomaly alerts, maintenance tasks and logs.

mod ext;
/// Tables and enums.
#[allow(missing_docs, reason = "what is derived of an entity has none")]
pub mod generated;
/// Views and continuous aggregates; they can be read only.
#[allow(missing_docs, reason = "what is derived of an entity has none")]
pub mod views;

#[doc(inline)]
pub use generated::{
    anomaly_alerts as anomaly_alert,
    anomaly_alerts::Model as AnomalyAlert,
    feature_snapshots as feature_snapshot,
    feature_snapshots::Model as FeatureSnapshot,
    maintenance_logs as maintenance_log,
    maintenance_logs::Model as MaintenanceLog,
    maintenance_tasks as maintenance_task,
    maintenance_tasks::Model as MaintenanceTask,
    sea_orm_active_enums::{
        AnomalyAlertSeverity, AnomalyAlertStatus, MaintenanceLogStatus, MaintenanceTaskPriority, MaintenanceTaskStatus,
        MaintenanceTaskType, SensorStatus,
    },
    sensor_readings as sensor_reading,
    sensor_readings::Model as SensorReading,
    sensors as sensor,
    sensors::Model as Sensor,
};
#[doc(inline)]
pub use views::{
    sensor_readings_summary_daily as daily_summary, sensor_readings_summary_daily::Model as DailySummary,
    sensor_readings_summary_hourly as hourly_summary, sensor_readings_summary_hourly::Model as HourlySummary,
    sensor_readings_summary_weekly as weekly_summary, sensor_readings_summary_weekly::Model as WeeklySummary,
};
