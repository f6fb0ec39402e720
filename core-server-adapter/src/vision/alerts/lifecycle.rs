//! Delivers, puts off, acknowledges and dismisses.
//!
//! ```text
//! PENDING ──deliver──▶ DELIVERED ──acknowledge──▶ ACKNOWLEDGED
//!  │ ▲ └───────────────────┼─acknowledge──────────────▲
//! snooze                   │
//!    └───dismiss───────────┴───────▶ DISMISSED
//! ```

use chrono::{DateTime, Utc};
use entity::vision::{
    Alert,
    AlertStatus::{self, Acknowledged, Delivered, Dismissed, Pending},
    alert::{Column, Entity},
};
use sea_orm::{Condition, ConnectionTrait, ExprTrait, sea_query::Expr};

use super::{AlertRepository, PLACE};
use crate::{
    AdapterError,
    condition::{column, label},
    rows::{Changed, Lifecycle},
    value::{moment, now},
    vision::versioned::Versioned,
};

const LIFECYCLE: Lifecycle<Entity, AlertStatus> = Lifecycle {
    place: PLACE,
    id: Column::Id,
    status: Column::Status,
    updated_at: Some(Column::UpdatedAt),
    status_of: |alert| alert.status,
};

const VERSIONED: Versioned<Entity> =
    Versioned { place: PLACE, id: Column::Id, version: Column::VersionId, version_of: |alert| alert.version_id };

impl<C: ConnectionTrait> AlertRepository<'_, C> {
    /// Somebody was told of a pending alert at this moment; gives it as it is now. `version` is the alert's
    /// [`version_id`](Alert::version_id) as it was read, here and below.
    ///
    /// # Errors
    ///
    /// - [`AdapterError::ChangedMeanwhile`] when somebody else has changed the alert since;
    /// - [`AdapterError::NotAllowed`] when it is not pending;
    /// - [`AdapterError::NotFound`] when there is no such alert;
    /// - [`AdapterError::InvalidValue`] for a moment outside the years 1970 to 9999;
    /// - failures of the database.
    pub async fn delivered(&self, id: i64, version: i32, at: impl Into<DateTime<Utc>>) -> Result<Alert, AdapterError> {
        let at = Expr::val(moment(PLACE, "delivered_at", at.into())?.fixed_offset());
        let values = vec![(Column::DeliveredAt, at)];
        self.change((id, version), &[Pending], Delivered, values, "delivering an alert").await
    }

    /// Puts a pending alert off: it is not to be delivered before that moment. Gives it as it is now.
    ///
    /// # Errors
    ///
    /// As [`delivered`](Self::delivered).
    pub async fn snooze(&self, id: i64, version: i32, until: impl Into<DateTime<Utc>>) -> Result<Alert, AdapterError> {
        let until = Expr::val(moment(PLACE, "snooze_until", until.into())?.fixed_offset());
        let values = vec![(Column::SnoozeUntil, until)];
        self.change((id, version), &[Pending], Pending, values, "putting an alert off").await
    }

    /// Somebody has seen an alert that is pending or delivered; gives it as it is now.
    ///
    /// # Errors
    ///
    /// As [`delivered`](Self::delivered), with [`AdapterError::NotAllowed`] when it is neither.
    pub async fn acknowledge(&self, id: i64, version: i32) -> Result<Alert, AdapterError> {
        self.change((id, version), &[Pending, Delivered], Acknowledged, vec![], "acknowledging an alert").await
    }

    /// There was nothing to tell, or to do about it; otherwise as [`acknowledge`](Self::acknowledge).
    ///
    /// # Errors
    ///
    /// As [`acknowledge`](Self::acknowledge).
    pub async fn dismiss(&self, id: i64, version: i32) -> Result<Alert, AdapterError> {
        self.change((id, version), &[Pending, Delivered], Dismissed, vec![], "dismissing an alert").await
    }

    async fn change(
        &self,
        row: (i64, i32),
        from: &[AlertStatus],
        to: AlertStatus,
        mut values: Vec<(Column, Expr)>,
        doing: &'static str,
    ) -> Result<Alert, AdapterError> {
        values.extend([(Column::Status, label(&to)), (Column::UpdatedAt, Expr::val(now()))]);
        let is_from = Condition::all().add(column(Column::Status).is_in(from.iter().map(label)));
        match VERSIONED.change(self.db, row, values, is_from, doing).await? {
            Changed::Now(alert) => Ok(alert),
            Changed::Before(alert) => Err(LIFECYCLE.not_allowed(&row.0, &alert.status, from, &to)),
        }
    }
}
