//! Acknowledges, resolves and dismisses.
//!
//! ```text
//! open ──acknowledge──▶ acknowledged ──resolve──▶ resolved
//!  ├───────────────────────resolve──────────────────▲
//!  │                        └──────dismiss──▶ dismissed
//!  └───────────────────────────────dismiss──────▲
//! ```

use entity::telemetry::{
    AnomalyAlert,
    AnomalyAlertStatus::{self, Acknowledged, Dismissed, Open, Resolved},
    anomaly_alert::{Column, Entity},
};
use sea_orm::ConnectionTrait;
use uuid::Uuid;

use super::{AnomalyAlertRepository, PLACE};
use crate::{
    AdapterError,
    rows::{Lifecycle, Transition},
};

const LIFECYCLE: Lifecycle<Entity, AnomalyAlertStatus> = Lifecycle {
    place: PLACE,
    id: Column::Id,
    status: Column::Status,
    updated_at: Some(Column::UpdatedAt),
    status_of: |alert| alert.status,
};

impl<C: ConnectionTrait> AnomalyAlertRepository<'_, C> {
    /// Somebody has seen the alert; gives it as it is now. One that is acknowledged already stays as it is.
    ///
    /// # Errors
    ///
    /// - [`AdapterError::NotFound`] when there is no such alert;
    /// - [`AdapterError::NotAllowed`] when it is resolved or dismissed;
    /// - failures of the database.
    pub async fn acknowledge(&self, id: Uuid) -> Result<AnomalyAlert, AdapterError> {
        self.change(id, &[Open], Acknowledged, "acknowledging an anomaly alert").await
    }

    /// The cause is gone; gives the alert as it is now. One that is resolved already stays as it is.
    ///
    /// # Errors
    ///
    /// As [`acknowledge`](Self::acknowledge), with [`AdapterError::NotAllowed`] when it is dismissed.
    pub async fn resolve(&self, id: Uuid) -> Result<AnomalyAlert, AdapterError> {
        self.change(id, &[Open, Acknowledged], Resolved, "resolving an anomaly alert").await
    }

    /// The alert was none; gives it as it is now. One that is dismissed already stays as it is.
    ///
    /// # Errors
    ///
    /// As [`acknowledge`](Self::acknowledge), with [`AdapterError::NotAllowed`] when it is resolved.
    pub async fn dismiss(&self, id: Uuid) -> Result<AnomalyAlert, AdapterError> {
        self.change(id, &[Open, Acknowledged], Dismissed, "dismissing an anomaly alert").await
    }

    async fn change(
        &self,
        id: Uuid,
        from: &[AnomalyAlertStatus],
        to: AnomalyAlertStatus,
        doing: &'static str,
    ) -> Result<AnomalyAlert, AdapterError> {
        let transition = Transition { from, to, values: Vec::new(), doing };
        Ok(LIFECYCLE.change(self.db, id, transition).await?.row())
    }
}
