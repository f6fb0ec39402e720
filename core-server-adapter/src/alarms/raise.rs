//! Raises alarms, one or many.

use std::{collections::HashSet, mem::take};

use chrono::{DateTime, Utc};
use entity::alarms::{
    Alarm,
    alarm::{self, ActiveModel, Column},
};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DbBackend, DbErr, EntityTrait, QueryFilter, QuerySelect, Statement,
    TransactionTrait,
};
use uuid::Uuid;

use super::{AlarmId, AlarmRepository, NewAlarm, PLACE, taken};
use crate::{
    AdapterError,
    batch::{self, Added, Bulk, Copied, OnExisting, arrays, checked_rows, json_size},
    error::Place,
    moment,
};

impl<C: ConnectionTrait> AlarmRepository<'_, C> {
    /// Raises one alarm; gives it as it is stored.
    ///
    /// Its time is stored to the microsecond, in UTC.
    ///
    /// # Errors
    ///
    /// - [`AdapterError::InvalidValue`] for a value the schema does not allow, a time of more than a day ahead of this
    ///   machine's clock, and an id of the caller's that carries another time or is that of an alarm at another time;
    /// - [`AdapterError::AlreadyExists`] when the alarm has an id of the caller's, and is there;
    /// - failures of the database.
    pub async fn raise(&self, alarm: &NewAlarm) -> Result<Alarm, AdapterError> {
        let checked = alarm.checked()?;
        if alarm.id.is_some() {
            taken::refuse(self.db, [(None, &checked)]).await?;
        }
        row(checked).insert(self.db).await.map_err(PLACE.while_doing("raising an alarm"))
    }
}

impl<C: ConnectionTrait + TransactionTrait + 'static> AlarmRepository<'_, C> {
    /// Raises all of the alarms or none: in a transaction of its own, or a savepoint of the caller's. Gives their ids in
    /// the same order.
    ///
    /// # Errors
    ///
    /// As [`raise`](Self::raise); [`AdapterError::InvalidValue`] and [`AdapterError::AlreadyExists`] tell the row, counted
    /// from 0.
    pub async fn raise_many(&self, alarms: &[NewAlarm]) -> Result<Vec<AlarmId>, AdapterError> {
        let checked = self.checked(alarms).await?;
        let ids = checked.iter().filter_map(|alarm| alarm.id).collect();
        let written = batch::write(self.db, checked, OnExisting::Fail).await;
        batch::naming_the_row(self.db, written, alarms, NewAlarm::checked).await?;
        Ok(ids)
    }

    /// Raises those of the alarms that are not there, all or none; an alarm is there when its id and time are. For alarms
    /// with ids that mean something: see [`AlarmId::of_detection`].
    ///
    /// On MySQL the numbers are those at the start: alarms that another program adds meanwhile count as new.
    ///
    /// # Errors
    ///
    /// As [`raise`](Self::raise), but [`AdapterError::AlreadyExists`]; [`AdapterError::InvalidValue`] tells the row, counted
    /// from 0.
    pub async fn raise_missing(&self, alarms: &[NewAlarm]) -> Result<Added, AdapterError> {
        let alarms = self.checked(alarms).await?;
        let all = alarms.len() as u64;
        let new = batch::write(self.db, alarms, OnExisting::Skip).await?;
        Ok(Added { new, already_there: all.saturating_sub(new) })
    }

    /// The alarms as they will be stored.
    async fn checked(&self, alarms: &[NewAlarm]) -> Result<Vec<NewAlarm>, AdapterError> {
        let checked = checked_rows(alarms, NewAlarm::checked)?;
        // Ids of the adapter's making are nobody else's.
        let given = alarms.iter().zip(&checked).enumerate().filter(|(_, (alarm, _))| alarm.id.is_some());
        taken::refuse(self.db, given.map(|(row, (_, alarm))| (Some(row), alarm))).await?;
        Ok(checked)
    }
}

impl Bulk for NewAlarm {
    type Row = ActiveModel;
    type Key = (Option<Uuid>, DateTime<Utc>);

    const PLACE: Place = PLACE;
    const DOING: &'static str = "raising alarms";
    const KEY: &[Column] = &[Column::Id, Column::RaisedAt];
    const COPIED: Option<&'static Copied<Self>> = Some(&Copied { table: "alarms", columns: COLUMNS });

    fn key(&self) -> Self::Key {
        (self.id.map(AlarmId::as_uuid), self.raised_at)
    }

    fn size(&self) -> usize {
        300 + self.sensor_id.len() + self.message.len() + json_size(self.context.as_ref())
    }

    fn row(self) -> ActiveModel {
        row(self)
    }

    fn arrays(mut batch: Vec<Self>, existing: OnExisting) -> Statement {
        let (mut sql, values) = arrays::insert("alarms", COLUMNS, &mut batch);
        if existing == OnExisting::Skip {
            sql.push_str(" ON CONFLICT (id, raised_at) DO NOTHING");
        }
        Statement::from_sql_and_values(DbBackend::Postgres, sql, values)
    }

    /// By id, and compared by the caller: MariaDB plans `(id, raised_at) IN (…)` in a time that grows with the square of the
    /// list, half a second and more for a thousand.
    async fn found<C: ConnectionTrait>(db: &C, keys: &HashSet<Self::Key>) -> Result<Vec<Self::Key>, DbErr> {
        let times = || keys.iter().map(|(_, at)| moment::bound(*at));
        let Some((first, last)) = times().min().zip(times().max()) else { return Ok(Vec::new()) };
        alarm::Entity::find()
            .select_only()
            .columns(Self::KEY.iter().copied())
            .filter(Column::Id.is_in(keys.iter().filter_map(|(id, _)| *id)))
            .filter(Column::RaisedAt.between(first, last))
            .into_tuple()
            .all(db)
            .await
    }
}

arrays::columns!(NewAlarm => ActiveModel, one {
    id: uuid = one.id.map(AlarmId::as_uuid).unwrap_or_default();
    raised_at: moment = one.raised_at;
    sensor_id: text = take(&mut one.sensor_id);
    severity: label "alarm_severity" = one.severity;
    value: optional_number = one.value;
    threshold: optional_number = one.threshold;
    message: text = take(&mut one.message);
    context: optional_json = one.context.take();
    origin: label "alarm_origin" = one.origin();
    anomaly_score: optional_number = one.score.map(f64::from);
    model_name: optional_text = one.model_name.take();
    model_version: optional_text = one.model_version.take();
});
