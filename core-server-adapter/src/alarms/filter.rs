//! Which alarms.

use sea_orm::{ColumnTrait, Condition, DbBackend, ExprTrait, sea_query::Expr};
use serde::{Deserialize, Serialize};

use super::{AlarmOrigin, AlarmSeverity, AlarmStatus};
use crate::{
    Period,
    condition::{column, is_label, label, within},
    filter::narrowing,
};
use entity::alarms::alarm::Column;

/// Which alarms; what is not given does not narrow.
///
/// ```
/// use core_server_adapter::alarms::{AlarmFilter, AlarmOrigin, AlarmSeverity};
///
/// let filter = AlarmFilter::new().origin(AlarmOrigin::AnomalyModel).severity(AlarmSeverity::Critical).open();
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AlarmFilter {
    /// Where it comes from.
    pub origin: Option<AlarmOrigin>,
    /// How bad it is.
    pub severity: Option<AlarmSeverity>,
    /// How far it is dealt with.
    pub status: Option<AlarmStatus>,
    /// Only what is not resolved.
    pub open: bool,
    /// The sensor's id, exactly.
    pub sensor: Option<String>,
    /// When it was raised.
    pub period: Period,
}

impl AlarmFilter {
    /// All alarms.
    pub fn new() -> Self {
        Self::default()
    }

    pub(crate) fn condition(&self, backend: DbBackend) -> Condition {
        let mut all = within(Column::RaisedAt, self.period)
            .add_option(self.origin.map(of_origin))
            .add_option(is_label(Column::Severity, self.severity.as_ref()))
            .add_option(is_label(Column::Status, self.status.as_ref()));
        // SQLite does not see by itself that `= 'active'` is within the index of open alarms; PostgreSQL does.
        let implied = self.status.is_some_and(|status| status != AlarmStatus::Resolved);
        if (self.open && !implied) || (implied && backend == DbBackend::Sqlite) {
            all = all.add(column(Column::Status).ne(label(&AlarmStatus::Resolved)));
        }
        if let Some(sensor) = &self.sensor {
            all = all.add(Column::SensorId.eq(sensor.as_str()));
            if backend == DbBackend::MySql {
                // Its collation takes "a" and "A" for the same; the line above finds them by index, this one chooses.
                all = all.add(Expr::cust_with_values(
                    "CAST(`alarms`.`sensor_id` AS BINARY) = ?",
                    [sensor.as_bytes().to_vec()],
                ));
            }
        }
        all
    }
}

narrowing!(AlarmFilter {
    /// Only of this origin.
    value origin: AlarmOrigin;
    /// Only of this severity.
    value severity: AlarmSeverity;
    /// Only with this status.
    value status: AlarmStatus;
    /// Only what is not resolved.
    flag open;
    /// Only of this sensor; upper and lower case differ on every backend.
    text sensor(sensor_id);
    /// Only raised in this period.
    period period;
});

/// The dashboard's predicate.
///
/// The score's presence says the same as the origin (a check of the schema ties them), but in a form that TimescaleDB can
/// evaluate on compressed batches without unpacking them: `IS NOT NULL` is vectorised there, `=` on an enum is not. It is
/// also the condition of the partial index. docs/adr/0001 has the measurements: 252 ms by the origin alone, 7.3 with both.
fn of_origin(origin: AlarmOrigin) -> Condition {
    let all = Condition::all().add(column(Column::Origin).eq(label(&origin)));
    match origin {
        AlarmOrigin::AnomalyModel => all.add(Column::AnomalyScore.is_not_null()),
        AlarmOrigin::Threshold => all,
    }
}
