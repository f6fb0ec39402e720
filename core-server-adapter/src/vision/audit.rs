//! The audit trail: who did what to which resource. Rows are added and never changed.

use chrono::{DateTime, Utc};
#[doc(inline)]
pub use entity::vision::AuditLog;
use entity::vision::audit_log::{ActiveModel, Column, Entity};
use sea_orm::{
    ActiveValue::{NotSet, Set},
    Condition, ConnectionTrait, EntityTrait, QueryFilter,
    prelude::Json,
};
use serde::{Deserialize, Serialize};

use crate::{
    AdapterError, Page, PageRequest, Period,
    condition::{is_text, within},
    error::Place,
    filter::narrowing,
    repository::repository,
    rows::insert_numbered,
    text::NAME_CHARACTERS,
    value::{json, long_text, moment, name, optional_name},
};

/// For errors.
const PLACE: Place = Place { area: super::AREA, table: "audit_logs" };
/// Characters of an action and of a type of resource at most.
const KIND_CHARACTERS: usize = 50;
/// Characters of the name of an actor at most.
const ACTOR_CHARACTERS: usize = 100;
/// Characters of an address at most.
const ADDRESS_CHARACTERS: usize = 45;
/// Characters of how it ended at most.
const STATUS_CHARACTERS: usize = 20;

repository! {
    /// The audit trail of a database, over a pool or within a transaction.
    AuditRepository
}

/// Something that was done.
///
/// ```
/// use core_server_adapter::vision::NewAuditLog;
/// use serde_json::json;
///
/// let log = NewAuditLog::new("ana", "delete", "camera").resource("7").details(json!({ "reason": "sold" }));
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct NewAuditLog {
    timestamp: DateTime<Utc>,
    action: String,
    resource_type: String,
    resource_id: Option<String>,
    actor: String,
    ip_address: Option<String>,
    user_agent: Option<String>,
    details: Option<Json>,
    status: String,
}

impl NewAuditLog {
    /// Somebody, a name of up to 100 characters, did something to something now, each said in up to 50, and succeeded.
    pub fn new(actor: impl Into<String>, action: impl Into<String>, resource_type: impl Into<String>) -> Self {
        Self {
            timestamp: Utc::now(),
            action: action.into(),
            resource_type: resource_type.into(),
            resource_id: None,
            actor: actor.into(),
            ip_address: None,
            user_agent: None,
            details: None,
            status: "success".to_owned(),
        }
    }

    /// To which one: an id of up to 255 characters.
    #[must_use]
    pub fn resource(mut self, id: impl Into<String>) -> Self {
        self.resource_id = Some(id.into());
        self
    }

    /// From where: an address of up to 45 characters, and what the program says of itself, up to 65,535 bytes.
    #[must_use]
    pub fn from(mut self, address: impl Into<String>, user_agent: impl Into<String>) -> Self {
        self.ip_address = Some(address.into());
        self.user_agent = Some(user_agent.into());
        self
    }

    /// Anything else worth keeping. JSON `null` counts as nothing.
    #[must_use]
    pub fn details(mut self, details: impl Into<Json>) -> Self {
        self.details = Some(details.into()).filter(|details| !details.is_null());
        self
    }

    /// How it ended, in up to 20 characters, when not with `success`.
    #[must_use]
    pub fn status(mut self, status: impl Into<String>) -> Self {
        self.status = status.into();
        self
    }

    /// It was at another moment.
    #[must_use]
    pub fn at(mut self, at: impl Into<DateTime<Utc>>) -> Self {
        self.timestamp = at.into();
        self
    }

    /// Checks it as [`AuditRepository::record`] will.
    ///
    /// # Errors
    ///
    /// [`AdapterError::InvalidValue`] with the column and what is allowed.
    pub fn validate(&self) -> Result<(), AdapterError> {
        self.row().map(drop)
    }

    fn row(&self) -> Result<ActiveModel, AdapterError> {
        name(PLACE, "action", &self.action, KIND_CHARACTERS)?;
        name(PLACE, "resource_type", &self.resource_type, KIND_CHARACTERS)?;
        optional_name(PLACE, "resource_id", self.resource_id.as_deref(), NAME_CHARACTERS)?;
        name(PLACE, "actor", &self.actor, ACTOR_CHARACTERS)?;
        optional_name(PLACE, "ip_address", self.ip_address.as_deref(), ADDRESS_CHARACTERS)?;
        long_text(PLACE, "user_agent", self.user_agent.as_deref())?;
        json(PLACE, "details", self.details.as_ref())?;
        name(PLACE, "status", &self.status, STATUS_CHARACTERS)?;
        let log = self.clone();
        Ok(ActiveModel {
            id: NotSet,
            timestamp: Set(moment(PLACE, "timestamp", log.timestamp)?.fixed_offset()),
            action: Set(log.action),
            resource_type: Set(log.resource_type),
            resource_id: Set(log.resource_id),
            actor: Set(log.actor),
            ip_address: Set(log.ip_address),
            user_agent: Set(log.user_agent),
            details: Set(log.details),
            status: Set(log.status),
        })
    }
}

/// Which part of the trail; what is not given does not narrow.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AuditFilter {
    /// Who did it, exactly.
    pub actor: Option<String>,
    /// What was done, exactly.
    pub action: Option<String>,
    /// To what kind of thing, exactly.
    pub resource_type: Option<String>,
    /// To which one, exactly; best with its type.
    pub resource_id: Option<String>,
    /// When it was done.
    pub period: Period,
}

impl AuditFilter {
    /// All of it.
    pub fn new() -> Self {
        Self::default()
    }

    fn condition(&self) -> Condition {
        within(Column::Timestamp, self.period)
            .add_option(is_text(Column::Actor, self.actor.as_deref()))
            .add_option(is_text(Column::Action, self.action.as_deref()))
            .add_option(is_text(Column::ResourceType, self.resource_type.as_deref()))
            .add_option(is_text(Column::ResourceId, self.resource_id.as_deref()))
    }
}

narrowing!(AuditFilter {
    /// Only what this one did.
    text actor;
    /// Only this being done.
    text action;
    /// Only what was done to this kind of thing.
    text resource_type;
    /// Only what was done to the thing of this id.
    text resource_id;
    /// Only of this period.
    period period;
});

impl<C: ConnectionTrait> AuditRepository<'_, C> {
    /// Adds to the trail; gives the row as it is stored: its time to the microsecond, in UTC.
    ///
    /// # Errors
    ///
    /// [`AdapterError::InvalidValue`] for a value the schema does not allow; failures of the database.
    pub async fn record(&self, log: &NewAuditLog) -> Result<AuditLog, AdapterError> {
        insert_numbered(self.db, log.row()?, Column::Id).await.map_err(PLACE.while_doing("adding to the audit trail"))
    }

    /// A page of the trail, newest first.
    ///
    /// # Errors
    ///
    /// - [`AdapterError::InvalidPage`] for a limit outside 1 to [`PageRequest::MAX_LIMIT`];
    /// - [`AdapterError::InvalidValue`] for a filter with a NUL;
    /// - failures of the database.
    pub async fn list(
        &self,
        filter: &AuditFilter,
        request: &PageRequest<i64>,
    ) -> Result<Page<AuditLog, i64>, AdapterError> {
        let query = Entity::find().filter(filter.checked(PLACE)?.condition());
        let (columns, failed) = ((Column::Timestamp, Column::Id), PLACE.while_reading("listing the audit trail"));
        request.read(self.db, query, columns, failed, |log| (log.timestamp.to_utc(), log.id)).await
    }
}
