//! Acknowledges and resolves.
//!
//! ```text
//! active ──acknowledge──▶ acknowledged ──resolve──▶ resolved
//!    └──────────────────────resolve────────────────────▲
//! ```
//!
//! Each change is one UPDATE that only matches the status it starts from, so that of two people at once one wins and the
//! other sees it. The alarm is read before, which tells its full key: with id, time and sensor given, TimescaleDB unpacks
//! one batch of a compressed chunk. `SELECT … FOR UPDATE` is no way, it fails on compressed rows.
//!
//! The change and the row of `alarm_actions` that tells who made it are one transaction.

use chrono::{DateTime, Utc};
use entity::alarms::{
    Alarm,
    alarm::{self, Column},
};
use migration_timescale::Dialect;
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, ExprTrait, QueryFilter, QueryTrait,
    TransactionSession, TransactionTrait, UpdateMany, sea_query::Expr,
};
use serde::Serialize;

use super::{
    AlarmActionKind, AlarmId, AlarmRepository, AlarmStatus, PLACE,
    actions::{self, NewAction},
    repository::Look,
};
use crate::{
    AdapterError,
    condition::{column, label},
    error::Place,
    moment, text, transaction,
};

/// An alarm that was to be acknowledged.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Acknowledged {
    /// As it is now.
    pub alarm: Alarm,
    /// Whether this call acknowledged it. Otherwise it had been before, by whom the alarm tells.
    pub first: bool,
}

/// When something became of an alarm.
#[derive(Clone, Copy)]
pub(super) enum When {
    Now,
    At(DateTime<Utc>),
}

impl When {
    /// Refuses a time that no alarm can have.
    pub(super) fn check(self, column: &'static str) -> Result<(), AdapterError> {
        match self {
            Self::Now => Ok(()),
            Self::At(at) => moment::storable(at).map(drop).map_err(|reason| PLACE.invalid(column, reason)),
        }
    }

    /// The time as it is stored, never before the alarm was raised.
    pub(super) fn of(self, alarm: &Alarm, column: &'static str) -> Result<DateTime<Utc>, AdapterError> {
        let raised_at = alarm.raised_at.to_utc();
        match self {
            Self::Now => Ok(Ord::max(moment::truncated(Utc::now()), raised_at)),
            Self::At(at) if moment::truncated(at) < raised_at => {
                let reason =
                    format!("is {}, before the alarm was raised at {}", at.to_rfc3339(), raised_at.to_rfc3339());
                Err(PLACE.invalid(column, reason))
            }
            Self::At(at) => Ok(moment::truncated(at)),
        }
    }
}

impl<C: ConnectionTrait + TransactionTrait> AlarmRepository<'_, C> {
    /// `by` has seen the alarm, now; or, where its sensor's clock is ahead, when it was raised. See
    /// [`acknowledge_at`](Self::acknowledge_at).
    pub async fn acknowledge(&self, id: impl Into<AlarmId>, by: &str) -> Result<Acknowledged, AdapterError> {
        self.acknowledge_when(id.into(), by, When::Now).await
    }

    /// `by` saw the alarm at a time of the caller's clock; gives the alarm as it is now.
    ///
    /// An alarm that is acknowledged already stays as it is, with its first acknowledgement: of two people at once both
    /// succeed, and [`Acknowledged::first`] tells who was first.
    ///
    /// # Errors
    ///
    /// - [`AdapterError::NotFound`] when there is no such alarm;
    /// - [`AdapterError::AlreadyResolved`] when it is resolved;
    /// - [`AdapterError::InvalidValue`] for a `by` that is empty or longer than 255 characters, or a time before the alarm
    ///   was raised or outside the years 1970 to 9999;
    /// - failures of the database.
    pub async fn acknowledge_at(
        &self,
        id: impl Into<AlarmId>,
        by: &str,
        at: impl Into<DateTime<Utc>>,
    ) -> Result<Acknowledged, AdapterError> {
        self.acknowledge_when(id.into(), by, When::At(at.into())).await
    }

    async fn acknowledge_when(&self, id: AlarmId, by: &str, when: When) -> Result<Acknowledged, AdapterError> {
        text::check(by, text::NAME_CHARACTERS).map_err(|reason| PLACE.invalid("acknowledged_by", reason))?;
        when.check("acknowledged_at")?;
        let alarm = self.get(id).await?;
        let (alarm, first) = if alarm.status == AlarmStatus::Active {
            let at = when.of(&alarm, "acknowledged_at")?;
            let values = [
                (Column::Status, label(&AlarmStatus::Acknowledged)),
                (Column::AcknowledgedAt, Expr::val(moment::bound(at))),
                (Column::AcknowledgedBy, Expr::val(by)),
            ];
            let still = column(Column::Status).eq(label(&AlarmStatus::Active));
            let done = |now| now != AlarmStatus::Active;
            let action = NewAction { actor: Some(by), ..NewAction::new(AlarmActionKind::Acknowledged, at) };
            self.change(&alarm, values, still, done, action, "acknowledging an alarm").await?
        } else {
            (alarm, false)
        };
        if alarm.status == AlarmStatus::Resolved {
            return Err(PLACE.already_resolved(&alarm.id, alarm.resolved_at.map(Into::into)));
        }
        Ok(Acknowledged { alarm, first })
    }

    /// The cause of the alarm is gone, now; or, where its sensor's clock is ahead, when it was raised. See
    /// [`resolve_at`](Self::resolve_at).
    pub async fn resolve(&self, id: impl Into<AlarmId>) -> Result<Alarm, AdapterError> {
        self.resolve_when(id.into(), None, When::Now).await
    }

    /// `by` has dealt with the cause of the alarm, now. See [`resolve_at`](Self::resolve_at); the history tells who it was.
    pub async fn resolve_by(&self, id: impl Into<AlarmId>, by: &str) -> Result<Alarm, AdapterError> {
        self.resolve_when(id.into(), Some(by), When::Now).await
    }

    /// The cause of the alarm was gone at a time of the caller's clock; gives the alarm as it is now.
    ///
    /// An alarm may be resolved before anybody has acknowledged it (the value came back by itself). One that is resolved
    /// already stays as it is, with its first time.
    ///
    /// # Errors
    ///
    /// - [`AdapterError::NotFound`] when there is no such alarm;
    /// - [`AdapterError::InvalidValue`] for a time before the alarm was raised or outside the years 1970 to 9999;
    /// - failures of the database.
    pub async fn resolve_at(
        &self,
        id: impl Into<AlarmId>,
        at: impl Into<DateTime<Utc>>,
    ) -> Result<Alarm, AdapterError> {
        self.resolve_when(id.into(), None, When::At(at.into())).await
    }

    async fn resolve_when(&self, id: AlarmId, by: Option<&str>, when: When) -> Result<Alarm, AdapterError> {
        actions::check_actor(by)?;
        when.check("resolved_at")?;
        let alarm = self.get(id).await?;
        if alarm.status == AlarmStatus::Resolved {
            return Ok(alarm);
        }
        let at = when.of(&alarm, "resolved_at")?;
        let values =
            [(Column::Status, label(&AlarmStatus::Resolved)), (Column::ResolvedAt, Expr::val(moment::bound(at)))];
        let still = column(Column::Status).ne(label(&AlarmStatus::Resolved));
        let done = |now| now == AlarmStatus::Resolved;
        let action = NewAction { actor: by, ..NewAction::new(AlarmActionKind::Resolved, at) };
        Ok(self.change(&alarm, values, still, done, action, "resolving an alarm").await?.0)
    }

    /// Sets `values` if the status is `still` what it was, and reads the alarm again, whoever changed it; tells whether it
    /// was this call, which then has its action written down.
    ///
    /// On TimescaleDB an UPDATE that had to wait for another change of the row skips it, without looking whether its
    /// condition still holds (PostgreSQL looks). Then the status is not what `done` expects, and it is tried again.
    async fn change(
        &self,
        alarm: &Alarm,
        values: impl IntoIterator<Item = (Column, Expr)>,
        still: Expr,
        done: impl Fn(AlarmStatus) -> bool,
        action: NewAction<'_>,
        doing: &'static str,
    ) -> Result<(Alarm, bool), AdapterError> {
        let failed = || PLACE.while_doing(doing);
        let transaction = transaction::begin(self.db).await.map_err(failed())?;
        let within = AlarmRepository::new(&transaction);
        let update = update(alarm, values).filter(still);
        let id = AlarmId::from(alarm.id);
        let mut changed = false;
        for _ in 0..ATTEMPTS {
            changed |= execute(&transaction, &update).await.map_err(failed())? > 0;
            let now = within.look_up(id, Look::Again(alarm)).await?.ok_or_else(|| PLACE.not_found(&id))?;
            if done(now.status) {
                if changed {
                    action.record(&transaction, alarm).await?;
                }
                transaction.commit().await.map_err(failed())?;
                return Ok((now, changed));
            }
        }
        Err(gave_up(doing))
    }
}

/// How often a change is tried that TimescaleDB skips.
pub(super) const ATTEMPTS: u32 = 10;

/// The error of a change that was skipped every time.
pub(super) fn gave_up(doing: &'static str) -> AdapterError {
    let Place { area, table } = PLACE;
    AdapterError::Busy { area, table, doing, source: DbErr::RecordNotUpdated }
}

/// An update of one alarm, found by what leads to one batch of the columnstore.
pub(super) fn update(alarm: &Alarm, values: impl IntoIterator<Item = (Column, Expr)>) -> UpdateMany<alarm::Entity> {
    let key = Condition::all()
        .add(Column::Id.eq(alarm.id))
        .add(Column::RaisedAt.eq(alarm.raised_at))
        .add(Column::SensorId.eq(alarm.sensor_id.as_str()));
    let update = alarm::Entity::update_many().filter(key);
    values.into_iter().fold(update, |update, (column, value)| update.col_expr(column, value))
}

/// The number of rows that the update changed. It runs on PostgreSQL with its values as literals and not prepared.
///
/// TimescaleDB chooses the batches to unpack by constants. A prepared statement has none once PostgreSQL goes over to a
/// generic plan, which it may from the sixth execution in a session on, and then unpacks the whole history:
/// docs/adr/0004.
pub(super) async fn execute<C: ConnectionTrait>(db: &C, update: &UpdateMany<alarm::Entity>) -> Result<u64, DbErr> {
    let backend = db.get_database_backend();
    let statement = update.build(backend);
    let done = match Dialect::of(backend) {
        Dialect::Postgres => db.execute_unprepared(&statement.to_string()).await,
        Dialect::MySql | Dialect::Sqlite => db.execute_raw(statement).await,
    };
    done.map(|done| done.rows_affected())
}
