//! How well the models do: what people found of their alarms, and where their scores lie.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Utc};
use entity::alarms::{alarm, alarm_action};
use migration_timescale::{Dialect, Interval};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, ExprTrait, JoinType, QueryFilter, QueryOrder, QuerySelect, RelationDef,
    sea_query::Expr,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{AlarmActionKind, AlarmFilter, AlarmOrigin, AlarmRepository, AlarmVerdict, AnomalyScore, PLACE};
use crate::{
    AdapterError,
    condition::{column, label, within},
};

/// The most buckets of scores.
const MAX_BUCKETS: u32 = 1_000;

/// What people found of the alarms of a sensor that were raised in a week.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FalseAlarms {
    /// Monday, midnight in UTC.
    pub week: DateTime<Utc>,
    /// The sensor.
    pub sensor_id: String,
    /// Alarms that were real.
    pub real: u64,
    /// Alarms that were false.
    pub false_alarm: u64,
    /// Alarms of a known cause.
    pub known: u64,
}

impl FalseAlarms {
    /// Alarms that were judged.
    pub fn judged(&self) -> u64 {
        self.real + self.false_alarm + self.known
    }

    /// The share of false ones among those that were judged, in [0, 1].
    #[allow(clippy::cast_precision_loss, reason = "numbers of alarms are below 2^52")]
    pub fn rate(&self) -> f64 {
        self.false_alarm as f64 / Ord::max(self.judged(), 1) as f64
    }
}

/// How many scores lie in a part of [0, 1].
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct ScoreBucket {
    /// Lowest score in it.
    pub from: f64,
    /// First score after it; the last bucket holds 1 too.
    pub to: f64,
    /// How many there are.
    pub count: u64,
    /// How many of them reach the cut-off.
    pub at_least_cut_off: u64,
}

impl<C: ConnectionTrait> AlarmRepository<'_, C> {
    /// Verdicts on the alarms that match, by the week they were raised in and their sensor, oldest week first. The latest
    /// verdict on an alarm counts; alarms that nobody has judged do not. For the false alarms of models give the filter
    /// their origin.
    ///
    /// # Errors
    ///
    /// As [`counts`](Self::counts).
    pub async fn false_alarms(&self, filter: &AlarmFilter) -> Result<Vec<FalseAlarms>, AdapterError> {
        use alarm_action::Column;

        filter.checked(PLACE)?;
        let actions: RelationDef =
            alarm::Entity::belongs_to(alarm_action::Entity).from(alarm::Column::Id).to(Column::AlarmId).into();
        let verdicts: Vec<(Uuid, DateTime<Utc>, String, AlarmVerdict)> = alarm::Entity::find()
            .select_only()
            .columns([alarm::Column::Id, alarm::Column::RaisedAt, alarm::Column::SensorId])
            .column(Column::Verdict)
            .join(JoinType::InnerJoin, actions)
            .filter(filter.condition(self.db.get_database_backend()))
            .filter(column(Column::RaisedAt).eq(column(alarm::Column::RaisedAt)))
            .filter(column(Column::Action).eq(label(&AlarmActionKind::Verdict)))
            // Both tables by their own index.
            .filter(within(Column::RaisedAt, filter.period))
            .order_by_asc(Column::ActedAt)
            .order_by_asc(Column::Id)
            .into_tuple()
            .all(self.db)
            .await
            .map_err(PLACE.while_reading("reading verdicts"))?;
        // The last of several.
        let latest: HashMap<_, _> =
            verdicts.into_iter().map(|(id, at, sensor, verdict)| (id, (at, sensor, verdict))).collect();
        let mut weeks: BTreeMap<(DateTime<Utc>, String), [u64; 3]> = BTreeMap::new();
        for (at, sensor, verdict) in latest.into_values() {
            weeks.entry((Interval::weeks(1).bucket_of(at), sensor)).or_default()[match verdict {
                AlarmVerdict::Real => 0,
                AlarmVerdict::FalseAlarm => 1,
                AlarmVerdict::Known => 2,
            }] += 1;
        }
        let row = |((week, sensor_id), [real, false_alarm, known]): ((DateTime<Utc>, String), [u64; 3])| FalseAlarms {
            week,
            sensor_id,
            real,
            false_alarm,
            known,
        };
        Ok(weeks.into_iter().map(row).collect())
    }

    /// Where the scores of the model alarms that match lie: `buckets` equal parts of [0, 1], all of them, and how many
    /// scores reach the cut-off. Alarms of thresholds have no score; the origin in the filter makes no difference.
    ///
    /// # Errors
    ///
    /// [`AdapterError::InvalidPage`] for a number of buckets outside 1 to 1,000; otherwise as [`counts`](Self::counts).
    pub async fn score_buckets(
        &self,
        filter: &AlarmFilter,
        buckets: u32,
        cut_off: AnomalyScore,
    ) -> Result<Vec<ScoreBucket>, AdapterError> {
        filter.checked(PLACE)?;
        crate::page::check_limit(buckets, MAX_BUCKETS)?;
        let backend = self.db.get_database_backend();
        let scaled = format!("alarms.anomaly_score * {buckets}");
        let part = match Dialect::of(backend) {
            // A cast cuts off here, and rounds elsewhere.
            Dialect::Sqlite => format!("CAST({scaled} AS integer)"),
            Dialect::Postgres => format!("CAST(floor({scaled}) AS bigint)"),
            Dialect::MySql => format!("CAST(floor({scaled}) AS signed)"),
        };
        let reach = match Dialect::of(backend) {
            Dialect::Postgres => "count(CASE WHEN alarms.anomaly_score >= $1 THEN 1 END)",
            Dialect::Sqlite | Dialect::MySql => "count(CASE WHEN alarms.anomaly_score >= ? THEN 1 END)",
        };
        let filter = filter.clone().origin(AlarmOrigin::AnomalyModel);
        let found: Vec<(i64, i64, i64)> = alarm::Entity::find()
            .select_only()
            .expr_as(Expr::cust(part), "part")
            .column_as(alarm::Column::Id.count(), "count")
            .expr_as(Expr::cust_with_values(reach, [cut_off.get()]), "reach")
            .filter(filter.condition(backend))
            .group_by(Expr::cust("1"))
            .into_tuple()
            .all(self.db)
            .await
            .map_err(PLACE.while_reading("counting scores"))?;
        let edge = |part: u32| f64::from(part) / f64::from(buckets);
        let mut all: Vec<ScoreBucket> = (0..buckets)
            .map(|part| ScoreBucket { from: edge(part), to: edge(part + 1), count: 0, at_least_cut_off: 0 })
            .collect();
        for (part, count, reach) in found {
            // 1 would be the first of another bucket.
            let part = usize::try_from(part).unwrap_or(0).min(all.len() - 1);
            all[part].count += u64::try_from(count).unwrap_or(0);
            all[part].at_least_cut_off += u64::try_from(reach).unwrap_or(0);
        }
        Ok(all)
    }
}
