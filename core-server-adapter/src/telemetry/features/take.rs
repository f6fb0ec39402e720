//! Takes snapshots.

use entity::telemetry::feature_snapshot::{ActiveModel, Column, Entity};
use futures_util::TryStreamExt;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryTrait, Select, StreamTrait,
    sea_query::OnConflict,
};
use uuid::Uuid;

use super::{
    FEATURE_SET, FEATURE_SET_VERSION, FeatureSnapshot, FeatureSnapshotRepository, PLACE, TrainingWindow,
    statistics::Running,
};
use crate::{
    AdapterError, Period, moment,
    rows::committed,
    telemetry::{ReadingFilter, ReadingRepository},
    value::now,
};

/// What a snapshot is known by.
const KEY: [Column; 5] = [Column::SensorId, Column::FeatureSet, Column::Version, Column::WindowFrom, Column::WindowTo];

impl<C: ConnectionTrait> FeatureSnapshotRepository<'_, C> {
    /// The snapshot of a window in the feature set of this version, if one was taken.
    ///
    /// # Errors
    ///
    /// [`AdapterError::InvalidValue`] as of [`TrainingWindow::validate`]; failures of the database.
    pub async fn find_taken(&self, window: &TrainingWindow) -> Result<Option<FeatureSnapshot>, AdapterError> {
        let failed = PLACE.while_reading("looking a feature snapshot up");
        of(&window.checked()?).one(self.db).await.map_err(failed)
    }
}

impl<C: ConnectionTrait + StreamTrait> FeatureSnapshotRepository<'_, C> {
    /// The snapshot of a window: computed from its good readings (quality 0.8 or more) and stored if it is the first of this
    /// window, else the one that is there. The same window always gives the same snapshot, whatever came in late, was
    /// deleted or is taken by another program at the same moment.
    ///
    /// Take it while the readings are there: what retention has dropped is not in it.
    ///
    /// # Errors
    ///
    /// - [`AdapterError::InvalidValue`] with the column for a window that is empty, ends in the future or is wider than
    ///   [`MAX_WINDOW_DAYS`](super::MAX_WINDOW_DAYS);
    /// - failures of the database.
    pub async fn take(&self, window: &TrainingWindow) -> Result<FeatureSnapshot, AdapterError> {
        let window = window.checked()?;
        let failed = || PLACE.while_doing("taking a feature snapshot");
        if let Some(taken) = of(&window).one(self.db).await.map_err(failed())? {
            return Ok(taken);
        }
        let row = self.computed(&window).await?;
        let backend = ConnectionTrait::get_database_backend(self.db);
        let insert = Entity::insert(row).on_conflict(OnConflict::columns(KEY).do_nothing_on(KEY).to_owned());
        self.db.execute_raw(insert.build(backend)).await.map_err(failed())?;
        let stored = committed(of(&window), backend).one(self.db).await.map_err(failed())?;
        stored.ok_or_else(|| PLACE.not_found(&format!("{} from {}", window.sensor_id, window.from.to_rfc3339())))
    }

    /// The row of a window as its readings are now.
    async fn computed(&self, window: &TrainingWindow) -> Result<ActiveModel, AdapterError> {
        let TrainingWindow { sensor_id, from, to } = window;
        let good = ReadingFilter::new().sensor(sensor_id).period(Period::between(*from, *to)).good();
        let readings = ReadingRepository::new(self.db);
        let mut running = Running::default();
        let mut stream = std::pin::pin!(readings.stream(&good, None).await?);
        while let Some(reading) = stream.try_next().await? {
            running.push(&reading);
        }
        let (count, features) = running.finish();
        let reading_count = i32::try_from(count).map_err(|_| {
            PLACE.invalid("reading_count", format!("is {count}; give a window of at most {} readings", i32::MAX))
        })?;
        let features = serde_json::to_value(features)
            .map_err(|error| PLACE.invalid("features", format!("cannot become JSON: {error}")))?;
        Ok(ActiveModel {
            id: Set(Uuid::now_v7()),
            sensor_id: Set(sensor_id.clone()),
            feature_set: Set(FEATURE_SET.to_owned()),
            version: Set(FEATURE_SET_VERSION),
            window_from: Set(from.fixed_offset()),
            window_to: Set(to.fixed_offset()),
            made_at: Set(now()),
            reading_count: Set(reading_count),
            features: Set(features),
        })
    }
}

/// The snapshot of a window.
fn of(window: &TrainingWindow) -> Select<Entity> {
    Entity::find()
        .filter(Column::SensorId.eq(&window.sensor_id))
        .filter(Column::FeatureSet.eq(FEATURE_SET))
        .filter(Column::Version.eq(FEATURE_SET_VERSION))
        .filter(Column::WindowFrom.eq(moment::bound(window.from)))
        .filter(Column::WindowTo.eq(moment::bound(window.to)))
}
