//! Which events.

use entity::vision::event::Column;
use migration_timescale::Dialect;
use sea_orm::{
    ColumnTrait, Condition, DbBackend, ExprTrait,
    sea_query::{Expr, Func, LikeExpr},
};
use serde::{Deserialize, Serialize};

use crate::{
    Period,
    condition::{column, within},
    filter::narrowing,
};

/// Which events; what is not given does not narrow. Deleted ones are never among them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct EventFilter {
    /// The camera.
    #[serde(rename = "camera_id")]
    pub camera: Option<i64>,
    /// The least risk, from 0 to 100; with it, events without one are left out.
    pub min_risk: Option<i32>,
    /// The highest risk, likewise.
    pub max_risk: Option<i32>,
    /// Whether somebody has looked at it.
    pub reviewed: Option<bool>,
    /// Part of the classes that were seen in it.
    pub object_type: Option<String>,
    /// When it began.
    pub period: Period,
}

impl EventFilter {
    /// All events that are not deleted.
    pub fn new() -> Self {
        Self::default()
    }

    pub(crate) fn condition(&self, backend: DbBackend) -> Condition {
        within(Column::StartedAt, self.period)
            .add(Column::DeletedAt.is_null())
            .add_option(self.camera.map(|camera| Column::CameraId.eq(camera)))
            .add_option(self.min_risk.map(|risk| Column::Risk.gte(risk)))
            .add_option(self.max_risk.map(|risk| Column::Risk.lte(risk)))
            .add_option(self.reviewed.map(|reviewed| is_reviewed(reviewed, backend)))
            .add_option(self.object_type.as_deref().map(|class| has_class(class, backend)))
    }
}

narrowing!(EventFilter {
    /// Only of this camera.
    value camera: i64;
    /// Only of this risk or more, from 0 to 100.
    value min_risk: i32;
    /// Only of this risk or less.
    value max_risk: i32;
    /// Only what somebody has looked at, or what nobody has.
    value reviewed: bool;
    /// Only where something of this class was seen: `person`, or part of it; upper and lower case differ.
    text object_type(object_types);
    /// Only what began in this period.
    period period;
});

/// As the partial indexes say it where there are such; as an index can be entered elsewhere.
fn is_reviewed(reviewed: bool, backend: DbBackend) -> Expr {
    let is = column(Column::Reviewed);
    match (Dialect::of(backend), reviewed) {
        (Dialect::Postgres | Dialect::Sqlite, true) => is,
        (Dialect::Postgres | Dialect::Sqlite, false) => is.not(),
        (Dialect::MySql, _) => is.eq(reviewed),
    }
}

/// `LIKE '%person%'`, which an index of trigrams answers on PostgreSQL.
fn has_class(class: &str, backend: DbBackend) -> Expr {
    let is = column(Column::ObjectTypes);
    match Dialect::of(backend) {
        Dialect::Postgres | Dialect::MySql => {
            let escaped = class.replace('\\', r"\\").replace('%', r"\%").replace('_', r"\_");
            is.like(LikeExpr::new(format!("%{escaped}%")))
        }
        // Its LIKE takes "person" and "Person" for the same.
        Dialect::Sqlite => Expr::expr(Func::cust("instr").arg(is).arg(class)).gt(0),
    }
}
