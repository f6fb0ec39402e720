//! What people did about alarms, who and when: rows that are only ever added.
//!
//! Acknowledging and resolving write theirs by themselves, in the transaction of the change. A verdict and a task change
//! nothing at the alarm, which may lie in the columnstore: they are one INSERT each.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use entity::alarms::{
    Alarm, AlarmAction,
    alarm_action::{self, Column},
};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, ExprTrait, QueryFilter, QueryOrder,
};
use uuid::Uuid;

use super::{ACTIONS, AlarmActionKind, AlarmId, AlarmRepository, AlarmVerdict, lifecycle::When};
use crate::{
    AdapterError,
    condition::{column, label},
    moment, text,
};

/// Ids that are looked for at once.
const AT_ONCE: usize = 1_000;

/// An action that is to be written down.
pub(super) struct NewAction<'a> {
    pub kind: AlarmActionKind,
    pub at: DateTime<Utc>,
    pub actor: Option<&'a str>,
    pub verdict: Option<AlarmVerdict>,
    pub task: Option<Uuid>,
    pub note: Option<&'a str>,
}

impl NewAction<'_> {
    /// With nothing but what every action has.
    pub fn new(kind: AlarmActionKind, at: DateTime<Utc>) -> Self {
        Self { kind, at, actor: None, verdict: None, task: None, note: None }
    }

    /// Adds it to what was done about an alarm.
    pub async fn record<C: ConnectionTrait>(self, db: &C, alarm: &Alarm) -> Result<AlarmAction, AdapterError> {
        let row = alarm_action::ActiveModel {
            // Later ones have larger ids, within a millisecond too as far as ids made in one program go.
            id: Set(AlarmId::new(self.at).as_uuid()),
            alarm_id: Set(alarm.id),
            raised_at: Set(alarm.raised_at),
            action: Set(self.kind),
            acted_at: Set(moment::bound(self.at)),
            actor: Set(self.actor.map(str::to_owned)),
            verdict: Set(self.verdict),
            task_id: Set(self.task),
            note: Set(self.note.map(str::to_owned)),
        };
        row.insert(db).await.map_err(ACTIONS.while_doing("writing down what was done about an alarm"))
    }
}

/// Refuses a name that the column does not hold.
pub(super) fn check_actor(actor: Option<&str>) -> Result<(), AdapterError> {
    let checked = actor.map_or(Ok(()), |actor| text::check(actor, text::NAME_CHARACTERS));
    checked.map_err(|reason| ACTIONS.invalid("actor", reason))
}

impl<C: ConnectionTrait> AlarmRepository<'_, C> {
    /// What was done about an alarm, oldest first; empty where nothing was, or for an alarm that is not there.
    ///
    /// # Errors
    ///
    /// Failures of the database.
    pub async fn history(&self, id: impl Into<AlarmId>) -> Result<Vec<AlarmAction>, AdapterError> {
        alarm_action::Entity::find()
            .filter(Column::AlarmId.eq(id.into().as_uuid()))
            .order_by_asc(Column::ActedAt)
            .order_by_asc(Column::Id)
            .all(self.db)
            .await
            .map_err(ACTIONS.while_reading("reading the history of an alarm"))
    }

    /// The verdicts that stand, by the ids of their alarms: the latest of each. Alarms that nobody has judged are left out.
    ///
    /// # Errors
    ///
    /// Failures of the database.
    pub async fn verdicts(
        &self,
        ids: impl IntoIterator<Item = impl Into<AlarmId>>,
    ) -> Result<HashMap<Uuid, AlarmAction>, AdapterError> {
        let ids: Vec<Uuid> = ids.into_iter().map(|id| id.into().as_uuid()).collect();
        let mut latest = HashMap::new();
        for ids in ids.chunks(AT_ONCE) {
            let found = alarm_action::Entity::find()
                .filter(Column::AlarmId.is_in(ids.iter().copied()))
                .filter(column(Column::Action).eq(label(&AlarmActionKind::Verdict)))
                .order_by_asc(Column::ActedAt)
                .order_by_asc(Column::Id)
                .all(self.db)
                .await
                .map_err(ACTIONS.while_reading("reading verdicts"))?;
            latest.extend(found.into_iter().map(|action| (action.alarm_id, action)));
        }
        Ok(latest)
    }

    /// `by` found the alarm to be real, false, or of a known cause; an empty note is none. Whoever judges again adds a
    /// verdict, and the latest stands.
    ///
    /// # Errors
    ///
    /// - [`AdapterError::NotFound`] when there is no such alarm;
    /// - [`AdapterError::InvalidValue`] for a `by` that is empty or longer than 255 characters, and a note of more than
    ///   65,535 bytes;
    /// - failures of the database.
    pub async fn judge(
        &self,
        id: impl Into<AlarmId>,
        by: &str,
        verdict: AlarmVerdict,
        note: &str,
    ) -> Result<AlarmAction, AdapterError> {
        self.act(id.into(), by, note, AlarmActionKind::Verdict, Some(verdict), None).await
    }

    /// `by` made a maintenance task of the alarm: what is to be done, and the id of the task in the area telemetry where
    /// there is one. That area may be in another database, so the task is made there first, and the id is not looked up.
    ///
    /// # Errors
    ///
    /// As [`judge`](Self::judge).
    pub async fn create_task(
        &self,
        id: impl Into<AlarmId>,
        by: &str,
        note: &str,
        task: Option<Uuid>,
    ) -> Result<AlarmAction, AdapterError> {
        self.act(id.into(), by, note, AlarmActionKind::Task, None, task).await
    }

    async fn act(
        &self,
        id: AlarmId,
        by: &str,
        note: &str,
        kind: AlarmActionKind,
        verdict: Option<AlarmVerdict>,
        task: Option<Uuid>,
    ) -> Result<AlarmAction, AdapterError> {
        check_actor(Some(by))?;
        text::check_long(note).map_err(|reason| ACTIONS.invalid("note", reason))?;
        let alarm = self.get(id).await?;
        let at = When::Now.of(&alarm, "acted_at")?;
        let note = Some(note).filter(|note| !note.is_empty());
        let action = NewAction { actor: Some(by), verdict, task, note, ..NewAction::new(kind, at) };
        action.record(self.db, &alarm).await
    }
}
