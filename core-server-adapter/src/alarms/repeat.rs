//! A condition that is seen again while its alarm is open.

use chrono::{DateTime, Utc};
use entity::alarms::{Alarm, alarm::Column};
use sea_orm::{
    ConnectionTrait, ExprTrait, QueryFilter,
    sea_query::{CaseStatement, Expr},
};

use super::{
    AlarmId, AlarmRepository, AlarmStatus, PLACE,
    lifecycle::{ATTEMPTS, When, execute, gave_up, update},
    repository::Look,
};
use crate::{
    AdapterError,
    condition::{column, label},
    moment,
};

const DOING: &str = "counting a repeat of an alarm";

impl<C: ConnectionTrait> AlarmRepository<'_, C> {
    /// The condition of an open alarm was seen again at `at`: no second alarm, but one repeat more, and `last_seen_at` moves
    /// on. One that is reported late counts, and moves nothing. Gives the alarm as it is now.
    ///
    /// # Errors
    ///
    /// - [`AdapterError::NotFound`] when there is no such alarm;
    /// - [`AdapterError::AlreadyResolved`] when it is resolved: raise a new one;
    /// - [`AdapterError::InvalidValue`] for a time before the alarm was raised or outside the years 1970 to 9999;
    /// - failures of the database.
    pub async fn seen_again(
        &self,
        id: impl Into<AlarmId>,
        at: impl Into<DateTime<Utc>>,
    ) -> Result<Alarm, AdapterError> {
        let (id, when) = (id.into(), When::At(at.into()));
        when.check("last_seen_at")?;
        let alarm = self.get(id).await?;
        let at = moment::bound(when.of(&alarm, "last_seen_at")?);
        let earlier = Expr::col(Column::LastSeenAt).is_null().or(Expr::col(Column::LastSeenAt).lt(at));
        let later = CaseStatement::new().case(earlier, Expr::val(at)).finally(Expr::col(Column::LastSeenAt));
        let values = [(Column::Repeats, Expr::col(Column::Repeats).add(1)), (Column::LastSeenAt, Expr::expr(later))];
        let update = update(&alarm, values).filter(column(Column::Status).ne(label(&AlarmStatus::Resolved)));
        // TimescaleDB skips a row that another change made it wait for; nothing is counted then.
        for _ in 0..ATTEMPTS {
            let changed = execute(self.db, &update).await.map_err(PLACE.while_doing(DOING))? > 0;
            let now = self.look_up(id, Look::Again(&alarm)).await?.ok_or_else(|| PLACE.not_found(&id))?;
            if changed {
                return Ok(now);
            }
            if now.status == AlarmStatus::Resolved {
                return Err(PLACE.already_resolved(&now.id, now.resolved_at.map(Into::into)));
            }
        }
        Err(gave_up(DOING))
    }
}
