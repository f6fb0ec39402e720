//! What is usual, by hour, and what is not.
//!
//! Baselines are of hours in UTC: how many detections a camera has in an hour of a day of the week, from 0 for Monday to 6
//! for Sunday, and how many of a class it has in an hour of any day.

use std::collections::BTreeMap;

use chrono::{DateTime, Datelike, DurationRound, TimeDelta, Timelike, Utc};
use entity::vision::{activity_baseline, camera, class_baseline, detection};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, ExprTrait, FromQueryResult, QueryFilter, QuerySelect, QueryTrait,
    sea_query::{Expr, Query, SelectStatement},
};
use serde::{Deserialize, Serialize};

use crate::{
    AdapterError, Period,
    condition::{column, within},
    error::Place,
    moment, readable,
    repository::repository,
};

/// For errors.
const ACTIVITY: Place = Place { area: super::AREA, table: "activity_baselines" };
/// For errors.
const CLASSES: Place = Place { area: super::AREA, table: "class_baselines" };

repository! {
    /// What is usual for the cameras of a database, over a pool or within a transaction.
    BaselineRepository
}

/// What a camera saw in an hour, against what is usual.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, FromQueryResult)]
pub struct CameraActivity {
    /// The camera.
    pub camera_id: i64,
    /// Detections of that hour.
    pub observed: i64,
    /// Detections that such an hour usually has.
    pub usual: f64,
    /// From how many such hours that is known.
    pub sample_count: i32,
}

impl CameraActivity {
    /// How far it is from what is usual, in standard deviations of events that come independently: below 0 when there is
    /// less. From 3 on, up or down, it is rare.
    pub fn deviation(&self) -> f64 {
        deviation(self.observed, self.usual)
    }
}

/// What a camera saw of a class in an hour, against what is usual.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ClassActivity {
    /// The class.
    pub class: String,
    /// Detections of that hour.
    pub observed: i64,
    /// Detections that such an hour usually has; 0 where nothing is known.
    pub usual: f64,
    /// From how many such hours that is known; 0 for a class that was never learned.
    pub sample_count: i32,
}

impl ClassActivity {
    /// As [`CameraActivity::deviation`].
    pub fn deviation(&self) -> f64 {
        deviation(self.observed, self.usual)
    }
}

/// What is counted scatters by the root of its mean. Where next to nothing is usual, one more is still no sensation.
#[allow(clippy::cast_precision_loss, reason = "2^53 detections in an hour are none")]
fn deviation(observed: i64, usual: f64) -> f64 {
    (observed as f64 - usual) / usual.max(1.0).sqrt()
}

/// An hour in UTC: which of the day, on which day of the week.
struct Hour {
    period: Period,
    of_day: i32,
    day_of_week: i32,
}

impl Hour {
    fn of(at: DateTime<Utc>, place: Place) -> Result<Self, AdapterError> {
        let at = moment::storable(at).map_err(|reason| place.invalid("last_updated", reason))?;
        let from = at.duration_trunc(TimeDelta::hours(1)).unwrap_or(at);
        let to = from.checked_add_signed(TimeDelta::hours(1));
        let [of_day, day_of_week] = [from.hour(), from.weekday().num_days_from_monday()].map(u32::cast_signed);
        Ok(Self { period: Period { from: Some(from), to }, of_day, day_of_week })
    }
}

impl<C: ConnectionTrait> BaselineRepository<'_, C> {
    /// What every camera saw in the hour of this moment against its baseline, most unusual first. Left out are deleted
    /// cameras, those without a baseline for such an hour, and those less than `at_least` off what is usual, up or down
    /// ([`CameraActivity::deviation`]); 0 leaves none of them out.
    ///
    /// # Errors
    ///
    /// [`AdapterError::InvalidValue`] for a moment outside the years 1970 to 9999; failures of the database.
    pub async fn unusual_activity(
        &self,
        at: impl Into<DateTime<Utc>>,
        at_least: f64,
    ) -> Result<Vec<CameraActivity>, AdapterError> {
        use activity_baseline::{Column, Entity};

        let Hour { period, of_day, day_of_week } = Hour::of(at.into(), ACTIVITY)?;
        let present: SelectStatement = Query::select()
            .column(camera::Column::Id)
            .from(camera::Entity)
            .cond_where(camera::Column::DeletedAt.is_null())
            .take();
        let observed: SelectStatement = Query::select()
            .expr(column(detection::Column::Id).count())
            .from(detection::Entity)
            .cond_where(within(detection::Column::DetectedAt, period))
            .and_where(column(detection::Column::CameraId).eq(column(Column::CameraId)))
            .take();
        let query = Entity::find()
            .select_only()
            .columns([Column::CameraId, Column::SampleCount])
            .expr_as(column(Column::Rate), "usual")
            .expr_as(Expr::from(observed), "observed")
            .filter(Column::Hour.eq(of_day))
            .filter(Column::DayOfWeek.eq(day_of_week))
            .filter(Column::CameraId.in_subquery(present));
        let all =
            readable::all(self.db, query.build(self.db.get_database_backend()), ACTIVITY, readable::by_name).await;
        let all: Vec<CameraActivity> = all.map_err(ACTIVITY.while_reading("comparing activity with what is usual"))?;
        Ok(farthest(all, at_least, CameraActivity::deviation))
    }

    /// What a camera saw of each class in the hour of this moment against its baseline, otherwise as
    /// [`unusual_activity`](Self::unusual_activity). A class that was never learned counts as one of which nothing is usual.
    ///
    /// # Errors
    ///
    /// As [`unusual_activity`](Self::unusual_activity).
    pub async fn unusual_classes(
        &self,
        camera: i64,
        at: impl Into<DateTime<Utc>>,
        at_least: f64,
    ) -> Result<Vec<ClassActivity>, AdapterError> {
        use class_baseline::Column;

        let Hour { period, of_day, .. } = Hour::of(at.into(), CLASSES)?;
        let failed = || CLASSES.while_reading("comparing classes with what is usual");
        let known: Vec<(String, f64, i32)> = class_baseline::Entity::find()
            .select_only()
            .columns([Column::DetectionClass, Column::Frequency, Column::SampleCount])
            .filter(Column::CameraId.eq(camera))
            .filter(Column::Hour.eq(of_day))
            .into_tuple()
            .all(self.db)
            .await
            .map_err(failed())?;
        let observed: Vec<(String, i64)> = detection::Entity::find()
            .select_only()
            .column(detection::Column::ObjectType)
            .expr_as(column(detection::Column::Id).count(), "observed")
            .filter(detection::Column::CameraId.eq(camera))
            .filter(detection::Column::ObjectType.is_not_null())
            .filter(within(detection::Column::DetectedAt, period))
            .group_by(detection::Column::ObjectType)
            .into_tuple()
            .all(self.db)
            .await
            .map_err(failed())?;
        let none = |class: String| ClassActivity { class, observed: 0, usual: 0.0, sample_count: 0 };
        let mut classes: BTreeMap<String, ClassActivity> = BTreeMap::new();
        for (class, usual, sample_count) in known {
            classes.insert(class.clone(), ClassActivity { usual, sample_count, ..none(class) });
        }
        for (class, observed) in observed {
            classes.entry(class.clone()).or_insert_with(|| none(class)).observed = observed;
        }
        Ok(farthest(classes.into_values().collect(), at_least, ClassActivity::deviation))
    }
}

/// Those that are so far off at least, the farthest first.
fn farthest<T>(mut all: Vec<T>, at_least: f64, deviation: impl Fn(&T) -> f64) -> Vec<T> {
    all.retain(|one| deviation(one).abs() >= at_least);
    all.sort_by(|a, b| deviation(b).abs().total_cmp(&deviation(a).abs()));
    all
}
