//! Assigns, acknowledges, works on, resolves and dismisses.
//!
//! ```text
//! NEW ──acknowledge──▶ ACKNOWLEDGED ──start──▶ IN_PROGRESS ──resolve──▶ RESOLVED
//!  ├──────────────────────start────────────────▲   │                      ▲
//!  ├───────┴────────────────────────────────resolve┼──────────────────────┘
//!  └───────┴────────────────────────────────dismiss┴─────────────▶ DISMISSED
//! ```

use entity::analytics::{
    Alert,
    AlertStatus::{self, Acknowledged, Dismissed, InProgress, New, Resolved},
    alert::{Column, Entity},
};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, ExprTrait, QueryFilter, sea_query::Expr};

use super::{AlertRepository, PLACE};
use crate::{
    AdapterError,
    analytics::LONG,
    condition::{column, label},
    rows::{Lifecycle, Transition, committed},
    value::{name, now},
};

const LIFECYCLE: Lifecycle<Entity, AlertStatus> = Lifecycle {
    place: PLACE,
    id: Column::AlertId,
    status: Column::Status,
    updated_at: Some(Column::UpdatedAt),
    status_of: |alert| alert.status,
};

/// The states in which somebody still has to do something.
const OPEN: [AlertStatus; 3] = [New, Acknowledged, InProgress];

impl<C: ConnectionTrait> AlertRepository<'_, C> {
    /// Gives an open alert to somebody, named in up to 100 characters, whoever had it before. Its status stays.
    ///
    /// # Errors
    ///
    /// - [`AdapterError::NotFound`] when there is no such alert;
    /// - [`AdapterError::NotAllowed`] when it is resolved or dismissed;
    /// - [`AdapterError::InvalidValue`] for a name the schema does not allow;
    /// - failures of the database.
    pub async fn assign(&self, alert_id: &str, person: &str) -> Result<Alert, AdapterError> {
        name(PLACE, "assigned_to", person, LONG)?;
        let failed = || PLACE.while_doing("assigning an alert");
        // Of two callers at once, one of whom closes the alert, one wins and the other sees it.
        let update = Entity::update_many()
            .col_expr(Column::AssignedTo, Expr::val(person))
            .col_expr(Column::UpdatedAt, Expr::val(now()))
            .filter(Column::AlertId.eq(alert_id))
            .filter(column(Column::Status).is_in(OPEN.iter().map(label)));
        let assigned = update.exec(self.db).await.map_err(failed())?.rows_affected > 0;
        let query = committed(Entity::find().filter(Column::AlertId.eq(alert_id)), self.db.get_database_backend());
        let alert = query.one(self.db).await.map_err(failed())?.ok_or_else(|| PLACE.not_found(&alert_id))?;
        if assigned { Ok(alert) } else { Err(LIFECYCLE.refused(&alert_id, &alert.status, &OPEN, "be assigned")) }
    }

    /// Somebody has seen the alert; gives it as it is now. One that is acknowledged already stays as it is.
    ///
    /// # Errors
    ///
    /// - [`AdapterError::NotFound`] when there is no such alert;
    /// - [`AdapterError::NotAllowed`] when it is further than that;
    /// - failures of the database.
    pub async fn acknowledge(&self, alert_id: &str) -> Result<Alert, AdapterError> {
        self.change(alert_id, &[New], Acknowledged, vec![], "acknowledging an alert").await
    }

    /// Somebody works on it; gives the alert as it is now. One that is in progress already stays as it is.
    ///
    /// # Errors
    ///
    /// As [`acknowledge`](Self::acknowledge), with [`AdapterError::NotAllowed`] when it is resolved or dismissed.
    pub async fn start(&self, alert_id: &str) -> Result<Alert, AdapterError> {
        self.change(alert_id, &[New, Acknowledged], InProgress, vec![], "starting on an alert").await
    }

    /// The cause is gone, now; gives the alert as it is now. One that is resolved already stays as it is.
    ///
    /// # Errors
    ///
    /// As [`acknowledge`](Self::acknowledge), with [`AdapterError::NotAllowed`] when it is dismissed.
    pub async fn resolve(&self, alert_id: &str) -> Result<Alert, AdapterError> {
        self.change(alert_id, &OPEN, Resolved, closed(), "resolving an alert").await
    }

    /// There was nothing to do about it; gives the alert as it is now. One that is dismissed already stays as it is.
    ///
    /// # Errors
    ///
    /// As [`acknowledge`](Self::acknowledge), with [`AdapterError::NotAllowed`] when it is resolved.
    pub async fn dismiss(&self, alert_id: &str) -> Result<Alert, AdapterError> {
        self.change(alert_id, &OPEN, Dismissed, closed(), "dismissing an alert").await
    }

    async fn change(
        &self,
        alert_id: &str,
        from: &[AlertStatus],
        to: AlertStatus,
        values: Vec<(Column, Expr)>,
        doing: &'static str,
    ) -> Result<Alert, AdapterError> {
        let transition = Transition { from, to, values, doing };
        Ok(LIFECYCLE.change(self.db, alert_id.to_owned(), transition).await?.row())
    }
}

fn closed() -> Vec<(Column, Expr)> {
    vec![(Column::ResolutionTime, Expr::val(now()))]
}
