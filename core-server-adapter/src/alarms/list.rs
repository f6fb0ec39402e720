//! Pages of alarms.

use chrono::{DateTime, Utc};
use entity::alarms::{Alarm, alarm};
use sea_orm::{ConnectionTrait, DbBackend, EntityTrait, QueryFilter, Select};

use super::{AlarmFilter, AlarmRepository, PLACE};
use crate::{AdapterError, Page, PageRequest, by_place::by_place};

impl<C: ConnectionTrait> AlarmRepository<'_, C> {
    /// A page of the alarms that match, newest first.
    ///
    /// Following [`Page::next`] visits every alarm that matched at the start exactly once, also among alarms of one moment
    /// and while others are raised.
    ///
    /// # Errors
    ///
    /// [`AdapterError::InvalidPage`] for a limit outside 1 to [`PageRequest::MAX_LIMIT`]; [`AdapterError::InvalidValue`] for
    /// a sensor with a NUL character; failures of the database.
    pub async fn list(&self, filter: &AlarmFilter, request: &PageRequest) -> Result<Page<Alarm>, AdapterError> {
        filter.checked(PLACE)?;
        let query = query(filter, self.db.get_database_backend());
        let key = |alarm: &Alarm| (DateTime::<Utc>::from(alarm.raised_at), alarm.id);
        request.read_by(self.db, query, ORDER, PLACE.while_reading("listing alarms"), key, decode).await
    }
}

by_place!(decode: Alarm {
    id: value, raised_at: value, sensor_id: value, severity: label, status: label, value: value, threshold: value,
    message: value, context: value, acknowledged_at: value, acknowledged_by: value, resolved_at: value, origin: label,
    anomaly_score: value, model_name: value, model_version: value, last_seen_at: value, repeats: value,
});

const ORDER: (alarm::Column, alarm::Column) = (alarm::Column::RaisedAt, alarm::Column::Id);

fn query(filter: &AlarmFilter, backend: DbBackend) -> Select<alarm::Entity> {
    alarm::Entity::find().filter(filter.condition(backend))
}

#[cfg(test)]
mod tests {
    use sea_orm::Statement;
    use uuid::Uuid;

    use super::{super::*, *};
    use crate::{Cursor, Period};

    fn statement(filter: &AlarmFilter, request: &PageRequest, backend: DbBackend) -> Statement {
        request.statement(query(filter, backend), ORDER, backend)
    }

    /// The SQL after WHERE.
    fn sql(filter: &AlarmFilter, request: &PageRequest, backend: DbBackend) -> String {
        let sql = statement(filter, request, backend).sql;
        sql.split_once(" FROM ").unwrap().1.replace(['"', '`'], "").replace("alarms.", "")
    }

    fn moment(second: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(second, 0).unwrap()
    }

    #[test]
    fn limits_are_literals() {
        let all = AlarmFilter::new();
        for backend in [DbBackend::Postgres, DbBackend::Sqlite, DbBackend::MySql] {
            let statement = statement(&all, &PageRequest::first(50), backend);
            assert_eq!(statement.values.unwrap().0, []);
            let expected = "alarms WHERE TRUE ORDER BY raised_at DESC, id DESC LIMIT 51";
            assert_eq!(sql(&all, &PageRequest::first(50), backend), expected);
        }
    }

    #[test]
    fn the_dashboard_reads_by_score_and_origin() {
        let filter = AlarmFilter::new().origin(AlarmOrigin::AnomalyModel).severity(AlarmSeverity::Critical).open();
        assert_eq!(
            sql(&filter, &PageRequest::first(50), DbBackend::Postgres),
            "alarms WHERE origin = 'anomaly_model' AND anomaly_score IS NOT NULL AND severity = 'critical' \
             AND status <> 'resolved' ORDER BY raised_at DESC, id DESC LIMIT 51"
        );
    }

    #[test]
    fn pages_go_both_ways() {
        let all = AlarmFilter::new();
        let id = Uuid::from_u128(7);
        assert_eq!(
            sql(&all, &PageRequest::at(Cursor::older_than(moment(9), id), 10), DbBackend::Postgres),
            "alarms WHERE raised_at <= $1 AND (raised_at, id) < ($2, $3) ORDER BY raised_at DESC, id DESC LIMIT 11"
        );
        assert_eq!(
            sql(&all, &PageRequest::at(Cursor::newer_than(moment(9), id), 10), DbBackend::Sqlite),
            "alarms WHERE raised_at >= ? AND (raised_at, id) > (?, ?) ORDER BY raised_at ASC, id ASC LIMIT 11"
        );
    }

    #[test]
    fn sensors_are_told_apart_by_case_on_mysql_too() {
        let filter = AlarmFilter::new().sensor("m1").status(AlarmStatus::Active);
        let request = PageRequest::first(1);
        assert_eq!(
            sql(&filter, &request, DbBackend::MySql),
            "alarms WHERE status = 'active' AND sensor_id = ? AND (CAST(sensor_id AS BINARY) = ?) \
             ORDER BY raised_at DESC, id DESC LIMIT 2"
        );
        assert_eq!(
            sql(&filter, &request, DbBackend::Sqlite),
            "alarms WHERE status = 'active' AND status <> 'resolved' AND sensor_id = ? \
             ORDER BY raised_at DESC, id DESC LIMIT 2"
        );
    }

    #[test]
    fn periods_are_half_open_and_bounds_beyond_the_storable_years_hold_all_or_nothing() {
        let of = |period: Period| {
            let sql = sql(&AlarmFilter::new().period(period), &PageRequest::first(1), DbBackend::Sqlite);
            sql.split(" ORDER").next().unwrap().to_owned()
        };
        assert_eq!(of(Period::between(moment(1), moment(9))), "alarms WHERE raised_at >= ? AND raised_at < ?");
        let (early, late) = (moment(-1), DateTime::<Utc>::MAX_UTC);
        assert_eq!(of(Period::between(early, late)), "alarms WHERE TRUE");
        assert_eq!(of(Period::since(late)), "alarms WHERE 1 = 0");
        assert_eq!(of(Period::until(early)), "alarms WHERE 1 = 0");
    }
}
