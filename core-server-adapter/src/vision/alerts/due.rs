//! Which alerts are to be delivered.

use chrono::{DateTime, Utc};
use entity::vision::{
    Alert, AlertStatus,
    alert::{Column, Entity},
};
use migration_timescale::Dialect;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, ExprTrait, QueryFilter, QueryOrder, QueryTrait,
    sea_query::Expr,
};

use super::{AlertRepository, PLACE};
use crate::{
    AdapterError, PageRequest,
    condition::{column, label},
    moment,
    page::{check_limit, limited},
    readable,
};

/// Its event is deleted.
const OF_DELETED_EVENT: &str =
    "EXISTS (SELECT 1 FROM events e WHERE e.id = alerts.event_id AND e.deleted_at IS NOT NULL)";
/// Another one that says the same was raised before and is to be delivered first.
const BEHIND_ANOTHER: &str = "EXISTS (SELECT 1 FROM alerts o JOIN events e ON e.id = o.event_id \
     WHERE o.dedup_key = alerts.dedup_key AND o.status = 'pending' AND e.deleted_at IS NULL \
     AND (o.created_at < alerts.created_at OR o.created_at = alerts.created_at AND o.id < alerts.id))";

impl<C: ConnectionTrait> AlertRepository<'_, C> {
    /// The alerts that are to be delivered at a moment, those raised first first, at most so many. An alert is not when
    ///
    /// - it is put off until later;
    /// - its event is deleted;
    /// - one with the same key was raised before and is still pending, be it put off;
    /// - one with the same key was delivered within the cooldown of the alert's rule. Without a rule there is none.
    ///
    /// Of several who deliver at once, [`delivered`](Self::delivered) lets one.
    ///
    /// # Errors
    ///
    /// - [`AdapterError::InvalidPage`] for a limit outside 1 to [`PageRequest::MAX_LIMIT`];
    /// - [`AdapterError::InvalidValue`] for a moment outside the years 1970 to 9999;
    /// - failures of the database.
    pub async fn to_deliver(&self, at: impl Into<DateTime<Utc>>, limit: u32) -> Result<Vec<Alert>, AdapterError> {
        check_limit(limit, PageRequest::MAX_LIMIT)?;
        let at = moment::storable(at.into()).map_err(|reason| PLACE.invalid("delivered_at", reason))?;
        let backend = self.db.get_database_backend();
        let query = Entity::find()
            .filter(column(Column::Status).eq(label(&AlertStatus::Pending)))
            .filter(Column::SnoozeUntil.is_null().or(Column::SnoozeUntil.lte(moment::bound(at))))
            .filter(Expr::cust(OF_DELETED_EVENT).not())
            .filter(Expr::cust(BEHIND_ANOTHER).not())
            .filter(told_lately(at, backend).not())
            .order_by_asc(Column::CreatedAt)
            .order_by_asc(Column::Id);
        let due = readable::all(self.db, limited(query.build(backend), limit), PLACE, readable::by_name).await;
        due.map_err(PLACE.while_reading("looking for alerts to deliver"))
    }
}

/// One that says the same was delivered, and the cooldown of the rule is not over.
fn told_lately(at: DateTime<Utc>, backend: DbBackend) -> Expr {
    let not_over = match Dialect::of(backend) {
        Dialect::Postgres => "o.delivered_at + make_interval(secs => r.cooldown_seconds) > $1",
        Dialect::MySql => "date_add(o.delivered_at, INTERVAL r.cooldown_seconds SECOND) > ?",
        Dialect::Sqlite => "julianday(o.delivered_at) + r.cooldown_seconds / 86400.0 > julianday(?)",
    };
    let sql = format!(
        "EXISTS (SELECT 1 FROM alerts o JOIN alert_rules r ON r.id = alerts.rule_id \
         WHERE o.dedup_key = alerts.dedup_key AND {not_over})"
    );
    Expr::cust_with_values(sql, [moment::bound(at)])
}
