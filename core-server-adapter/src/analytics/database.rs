//! The handle on the area's database.

use super::{
    AlertRepository, AnomalyRepository, MetricRepository, ModelRepository, NotificationRepository, ReportRepository,
};
use crate::handle::handle;

handle! {
    /// A pool of sessions on the database of the analytics. Clones share the pool.
    ///
    /// Where it is, [`Target::resolve_area`](crate::Target::resolve_area) finds: `DATABASE_URL_ANALYTICS`, or the area's place
    /// in `DATABASE_URL`.
    Analytics, AnalyticsWithin: ANALYTICS {
        /// The alerts of machines.
        alerts: AlertRepository;
        /// What thresholds and models found odd.
        anomalies: AnomalyRepository;
        /// How machines did.
        metrics: MetricRepository;
        /// What was written about them.
        reports: ReportRepository;
        /// Who was told of alerts.
        notifications: NotificationRepository;
        /// The machine-learning models.
        models: ModelRepository;
    }
}
