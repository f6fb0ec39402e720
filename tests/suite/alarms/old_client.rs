//! A core-server built before the predictive revision keeps working on the new schema, and the new one reads what it wrote.

use chrono::{DateTime, FixedOffset, TimeDelta};
use entity::alarms::{Alarm, AlarmOrigin, AlarmSeverity, AlarmStatus, alarm};
use sea_orm::{ActiveModelTrait, DatabaseConnection, EntityTrait, IntoActiveModel, QueryOrder, Set, Unchanged};
use serde_json::json;
use tests::{TestDatabase, fixtures, on_every_backend};
use uuid::Uuid;

on_every_backend!(
    the_old_entity_works_on_the_new_schema,
    an_old_client_that_stays_connected_survives_the_revision,
    every_column_of_the_new_entity_round_trips,
);

/// The entity of the baseline, as core-server has it compiled in. Frozen: never follow the schema here.
mod old {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "alarms")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub raised_at: DateTimeWithTimeZone,
        pub sensor_id: String,
        pub severity: Severity,
        pub status: Status,
        pub value: Option<f64>,
        pub threshold: Option<f64>,
        #[sea_orm(column_type = "Text")]
        pub message: String,
        #[sea_orm(column_type = "JsonBinary", nullable)]
        pub context: Option<Json>,
        pub acknowledged_at: Option<DateTimeWithTimeZone>,
        #[sea_orm(column_type = "Text", nullable)]
        pub acknowledged_by: Option<String>,
        pub resolved_at: Option<DateTimeWithTimeZone>,
    }

    #[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
    #[sea_orm(rs_type = "String", db_type = "Enum", enum_name = "alarm_severity", rename_all = "snake_case")]
    pub enum Severity {
        Info,
        Warning,
        Critical,
    }

    #[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
    #[sea_orm(rs_type = "String", db_type = "Enum", enum_name = "alarm_status", rename_all = "snake_case")]
    pub enum Status {
        Active,
        Acknowledged,
        Resolved,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

fn at(number: i64) -> DateTime<FixedOffset> {
    (fixtures::raised_at(0) + TimeDelta::hours(number) + TimeDelta::microseconds(654_321)).fixed_offset()
}

fn old_alarm(number: i64) -> old::Model {
    old::Model {
        id: Uuid::now_v7(),
        raised_at: at(number),
        sensor_id: "pump-1".into(),
        severity: old::Severity::Warning,
        status: old::Status::Active,
        value: Some(20.1 + 1.0 / 3.0),
        threshold: Some(20.0),
        message: "水漏れ, 20 °C".into(),
        context: Some(json!({"line": 3, "notes": ["é", null]})),
        acknowledged_at: None,
        acknowledged_by: None,
        resolved_at: None,
    }
}

fn new_alarm(number: i64) -> Alarm {
    Alarm {
        id: Uuid::now_v7(),
        raised_at: at(number),
        sensor_id: "pump-2".into(),
        severity: AlarmSeverity::Critical,
        status: AlarmStatus::Resolved,
        value: Some(-0.1),
        threshold: Some(f64::MAX),
        message: "model: 水漏れ".into(),
        context: Some(json!({"window": [1, 2.5], "model": "isolation forest"})),
        acknowledged_at: Some(at(number + 1)),
        acknowledged_by: Some("anna".into()),
        resolved_at: Some(at(number + 2)),
        origin: AlarmOrigin::AnomalyModel,
        anomaly_score: Some(0.1 + 0.2),
        model_name: Some("isolation forest".into()),
        model_version: Some("2".into()),
        last_seen_at: Some(at(number + 3)),
        repeats: 7,
    }
}

/// Inserts, reads, changes and deletes with the old entity.
async fn old_client_at_work(db: &DatabaseConnection, number: i64) -> Uuid {
    let alarm = old_alarm(number);
    let key = (alarm.id, alarm.raised_at);
    old::Entity::insert(alarm.clone().into_active_model()).exec(db).await.unwrap();
    assert_eq!(old::Entity::find_by_id(key).one(db).await.unwrap().unwrap(), alarm);
    let acknowledged = old::ActiveModel {
        id: Unchanged(key.0),
        raised_at: Unchanged(key.1),
        status: Set(old::Status::Acknowledged),
        acknowledged_at: Set(Some(at(number + 1))),
        acknowledged_by: Set(Some("bert".into())),
        ..Default::default()
    };
    let expected = old::Model {
        status: old::Status::Acknowledged,
        acknowledged_at: Some(at(number + 1)),
        acknowledged_by: Some("bert".into()),
        ..alarm
    };
    assert_eq!(acknowledged.update(db).await.unwrap(), expected);
    let passing = old_alarm(number + 1);
    let passing_key = (passing.id, passing.raised_at);
    passing.into_active_model().insert(db).await.unwrap();
    assert_eq!(old::Entity::delete_by_id(passing_key).exec(db).await.unwrap().rows_affected, 1);
    assert!(old::Entity::find_by_id(passing_key).one(db).await.unwrap().is_none());
    key.0
}

async fn the_old_entity_works_on_the_new_schema(database: TestDatabase) {
    let database = database.up(None).await;
    let db = database.connect().await;
    let of_old = old_client_at_work(&db, 1).await;
    let of_new = new_alarm(10);
    alarm::Entity::insert(of_new.clone().into_active_model()).exec(&db).await.unwrap();

    // The new client reads what the old one wrote as a threshold alarm with all its values.
    let all = alarm::Entity::find().order_by_asc(alarm::Column::RaisedAt).all(&db).await.unwrap();
    let [first, second] = &all[..] else { panic!("{all:?}") };
    assert_eq!((first.id, first.origin, first.anomaly_score), (of_old, AlarmOrigin::Threshold, None));
    assert_eq!((first.status, first.acknowledged_by.as_deref()), (AlarmStatus::Acknowledged, Some("bert")));
    assert_eq!((first.value, &first.message), (Some(20.1 + 1.0 / 3.0), &"水漏れ, 20 °C".to_owned()));
    assert_eq!(*second, of_new);

    // The old client reads and changes a model alarm, whose origin and score stay.
    let found = old::Entity::find_by_id((of_new.id, of_new.raised_at)).one(&db).await.unwrap().unwrap();
    assert_eq!((found.status, found.severity), (old::Status::Resolved, old::Severity::Critical));
    let mut change = found.into_active_model();
    change.status = Set(old::Status::Active);
    change.update(&db).await.unwrap();
    let after = alarm::Entity::find_by_id((of_new.id, of_new.raised_at)).one(&db).await.unwrap().unwrap();
    assert_eq!(after, Alarm { status: AlarmStatus::Active, ..of_new });
}

/// Statements that were prepared on the old schema go on working on the new one and on the old one again.
async fn an_old_client_that_stays_connected_survives_the_revision(database: TestDatabase) {
    let database = database.up(Some(1)).await;
    let mut db = database.connect().await;
    old_client_at_work(&db, 1).await;
    for steps in 0..4 {
        if database.has_one_session() {
            db.clone().close().await.unwrap();
        }
        let runner = database.runner().await;
        let done = if steps % 2 == 0 { runner.up(None).await } else { runner.down(Some(3)).await };
        assert_eq!(done.unwrap().len(), 3, "all but the table's");
        runner.close().await;
        if database.has_one_session() {
            db = database.connect().await;
        }
        old_client_at_work(&db, 10 + 10 * steps).await;
    }
    assert_eq!(old::Entity::find().all(&db).await.unwrap().len(), 5);
}

async fn every_column_of_the_new_entity_round_trips(database: TestDatabase) {
    let database = database.up(None).await;
    let db = database.connect().await;
    let full = new_alarm(1);
    let bare = Alarm {
        id: Uuid::now_v7(),
        severity: AlarmSeverity::Info,
        status: AlarmStatus::Active,
        value: None,
        threshold: None,
        message: String::new(),
        context: None,
        acknowledged_at: None,
        acknowledged_by: None,
        resolved_at: None,
        origin: AlarmOrigin::Threshold,
        anomaly_score: None,
        model_name: None,
        model_version: None,
        last_seen_at: None,
        repeats: 0,
        ..new_alarm(2)
    };
    let edge = Alarm { id: Uuid::now_v7(), anomaly_score: Some(f64::MIN_POSITIVE), value: Some(-0.0), ..new_alarm(3) };
    for alarm in [&full, &bare, &edge] {
        let inserted = alarm.clone().into_active_model().insert(&db).await.unwrap();
        assert_eq!(inserted, *alarm, "as the insert returns it");
    }
    let read = alarm::Entity::find().order_by_asc(alarm::Column::RaisedAt).all(&db).await.unwrap();
    assert_eq!(read, [full, bare, edge]);
}
