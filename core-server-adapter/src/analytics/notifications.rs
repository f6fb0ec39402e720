//! Notification logs: who was told of an alert, how, and whether it came through.
//!
//! ```text
//!        ┌──mark_delivered──▶ DELIVERED
//! SENT ──┤
//!   ▲    └──mark_failed──▶ FAILED ──mark_delivered──▶ DELIVERED
//!   └────────mark_sent────────┘
//! ```

use chrono::{DateTime, Utc};
#[doc(inline)]
pub use entity::analytics::{NotificationLog, NotificationStatus};
use entity::analytics::{
    NotificationStatus::{Delivered, Failed, Sent},
    notification_log::{ActiveModel, Column, Entity},
};
use sea_orm::{
    ActiveValue::{NotSet, Set},
    ColumnTrait, ConnectionTrait, EntityTrait, ExprTrait, QueryFilter, QueryOrder, QueryTrait,
    prelude::Json,
    sea_query::{Expr, Value},
};

use super::{LONG, SHORT, json::given};
use crate::{
    AdapterError, Page, PageRequest,
    condition::{column, label},
    error::Place,
    page::{check_limit, limited},
    readable,
    repository::repository,
    rows::{Lifecycle, Transition, insert_numbered},
    text::NAME_CHARACTERS,
    value::{json, long_text, moment, name, now, optional_name},
};

/// For errors.
const PLACE: Place = Place { area: super::AREA, table: "notification_logs" };
/// Characters of the way a notification takes.
const WAY: usize = 20;

const LIFECYCLE: Lifecycle<Entity, NotificationStatus> =
    Lifecycle { place: PLACE, id: Column::Id, status: Column::Status, updated_at: None, status_of: |log| log.status };

repository! {
    /// The notification logs of a database, over a pool or within a transaction.
    NotificationRepository
}

/// A notification that is to be recorded.
///
/// ```
/// use chrono::Utc;
/// use core_server_adapter::analytics::NewNotification;
/// use serde_json::json;
///
/// let sent = NewNotification::sent("EMAIL", "ana@example.com", Utc::now()).alert("alert-7").subject("press-2 is hot");
/// let failed = NewNotification::failed("SMS", "+49 30 1234").response(json!({ "code": 503 }));
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct NewNotification {
    alert_id: Option<String>,
    notification_type: String,
    recipient: String,
    subject: Option<String>,
    content: Option<String>,
    status: NotificationStatus,
    sent_time: Option<DateTime<Utc>>,
    response_details: Option<Json>,
}

impl NewNotification {
    /// It was sent at a moment, by a way of up to 20 characters (`EMAIL`, `SMS`, `SLACK` …), to somebody named in up to 100.
    pub fn sent(way: impl Into<String>, recipient: impl Into<String>, at: impl Into<DateTime<Utc>>) -> Self {
        Self { status: Sent, sent_time: Some(at.into()), ..Self::failed(way, recipient) }
    }

    /// It could not be sent.
    pub fn failed(way: impl Into<String>, recipient: impl Into<String>) -> Self {
        Self {
            alert_id: None,
            notification_type: way.into(),
            recipient: recipient.into(),
            subject: None,
            content: None,
            status: Failed,
            sent_time: None,
            response_details: None,
        }
    }

    /// The alert that it is about. It need not be there: alerts go to an archive, and what was sent stays on record.
    #[must_use]
    pub fn alert(mut self, alert_id: impl Into<String>) -> Self {
        self.alert_id = Some(alert_id.into());
        self
    }

    /// Its subject: up to 255 characters.
    #[must_use]
    pub fn subject(mut self, subject: impl Into<String>) -> Self {
        self.subject = Some(subject.into());
        self
    }

    /// Its text; up to 65,535 bytes.
    #[must_use]
    pub fn content(mut self, content: impl Into<String>) -> Self {
        self.content = Some(content.into());
        self
    }

    /// What the service said that sends it. JSON `null` counts as nothing.
    #[must_use]
    pub fn response(mut self, details: impl Into<Json>) -> Self {
        self.response_details = given(details);
        self
    }

    /// Checks the notification as [`NotificationRepository::record`] will.
    ///
    /// # Errors
    ///
    /// [`AdapterError::InvalidValue`] with the column and what is allowed.
    pub fn validate(&self) -> Result<(), AdapterError> {
        self.row().map(drop)
    }

    fn row(&self) -> Result<ActiveModel, AdapterError> {
        optional_name(PLACE, "alert_id", self.alert_id.as_deref(), SHORT)?;
        name(PLACE, "notification_type", &self.notification_type, WAY)?;
        name(PLACE, "recipient", &self.recipient, LONG)?;
        optional_name(PLACE, "subject", self.subject.as_deref(), NAME_CHARACTERS)?;
        long_text(PLACE, "content", self.content.as_deref())?;
        json(PLACE, "response_details", self.response_details.as_ref())?;
        let sent_time = self.sent_time.map(|at| moment(PLACE, "sent_time", at)).transpose()?;
        Ok(ActiveModel {
            id: NotSet,
            alert_id: Set(self.alert_id.clone()),
            notification_type: Set(self.notification_type.clone()),
            recipient: Set(self.recipient.clone()),
            subject: Set(self.subject.clone()),
            content: Set(self.content.clone()),
            status: Set(self.status),
            sent_time: Set(sent_time.map(|at| at.fixed_offset())),
            response_details: Set(self.response_details.clone()),
            created_at: Set(now()),
        })
    }
}

impl<C: ConnectionTrait> NotificationRepository<'_, C> {
    /// Records a notification; gives it as it is stored.
    ///
    /// # Errors
    ///
    /// - [`AdapterError::InvalidValue`] for a value the schema does not allow;
    /// - failures of the database.
    pub async fn record(&self, notification: &NewNotification) -> Result<NotificationLog, AdapterError> {
        let recorded = insert_numbered(self.db, notification.row()?, Column::Id).await;
        recorded.map_err(PLACE.while_doing("recording a notification"))
    }

    /// The notification of this number.
    ///
    /// # Errors
    ///
    /// [`AdapterError::NotFound`] when there is none; failures of the database.
    pub async fn get(&self, id: i64) -> Result<NotificationLog, AdapterError> {
        let found = Entity::find().filter(Column::Id.eq(id)).one(self.db).await;
        found.map_err(PLACE.while_reading("looking a notification up"))?.ok_or_else(|| PLACE.not_found(&id))
    }

    /// It came through; `details` is what the service said, and replaces what it said before. Gives it as it is now; one
    /// that is delivered already stays as it is.
    ///
    /// # Errors
    ///
    /// - [`AdapterError::NotFound`] when there is no such notification;
    /// - failures of the database.
    pub async fn mark_delivered(&self, id: i64, details: Option<Json>) -> Result<NotificationLog, AdapterError> {
        self.change(id, &[Sent, Failed], Delivered, vec![], details, "marking a notification as delivered").await
    }

    /// It did not come through: it is to be tried again. Otherwise as [`mark_delivered`](Self::mark_delivered).
    ///
    /// # Errors
    ///
    /// As [`mark_delivered`](Self::mark_delivered), and [`AdapterError::NotAllowed`] when it is delivered.
    pub async fn mark_failed(&self, id: i64, details: Option<Json>) -> Result<NotificationLog, AdapterError> {
        self.change(id, &[Sent], Failed, vec![], details, "marking a notification as failed").await
    }

    /// It was sent again, now. Otherwise as [`mark_delivered`](Self::mark_delivered).
    ///
    /// # Errors
    ///
    /// As [`mark_delivered`](Self::mark_delivered), and [`AdapterError::NotAllowed`] when it is delivered.
    pub async fn mark_sent(&self, id: i64) -> Result<NotificationLog, AdapterError> {
        let values = vec![(Column::SentTime, Expr::val(now()))];
        self.change(id, &[Failed], Sent, values, None, "marking a notification as sent").await
    }

    async fn change(
        &self,
        id: i64,
        from: &[NotificationStatus],
        to: NotificationStatus,
        mut values: Vec<(Column, Expr)>,
        details: Option<Json>,
        doing: &'static str,
    ) -> Result<NotificationLog, AdapterError> {
        json(PLACE, "response_details", details.as_ref())?;
        if let Some(details) = details.and_then(given) {
            values.push((Column::ResponseDetails, Expr::val(Value::Json(Some(Box::new(details))))));
        }
        let transition = Transition { from, to, values, doing };
        Ok(LIFECYCLE.change(self.db, id, transition).await?.row())
    }

    /// What failed and is to be tried again, oldest first, at most so many.
    ///
    /// # Errors
    ///
    /// [`AdapterError::InvalidPage`] for a limit outside 1 to [`PageRequest::MAX_LIMIT`]; failures of the database.
    pub async fn to_retry(&self, limit: u32) -> Result<Vec<NotificationLog>, AdapterError> {
        check_limit(limit, PageRequest::MAX_LIMIT)?;
        let query = Entity::find()
            .filter(column(Column::Status).eq(label(&Failed)))
            .order_by_asc(Column::CreatedAt)
            .order_by_asc(Column::Id);
        let statement = limited(query.build(self.db.get_database_backend()), limit);
        let found = readable::all(self.db, statement, PLACE, readable::by_name).await;
        found.map_err(PLACE.while_reading("listing notifications to retry"))
    }

    /// A page of the notifications about an alert, newest first.
    ///
    /// # Errors
    ///
    /// As [`to_retry`](Self::to_retry).
    pub async fn of_alert(
        &self,
        alert_id: &str,
        request: &PageRequest<i64>,
    ) -> Result<Page<NotificationLog, i64>, AdapterError> {
        let query = Entity::find().filter(Column::AlertId.eq(alert_id));
        let columns = (Column::CreatedAt, Column::Id);
        let failed = PLACE.while_reading("listing the notifications of an alert");
        request.read(self.db, query, columns, failed, |log| (log.created_at.to_utc(), log.id)).await
    }
}
