//! Detections: what a camera saw, in one picture.

use std::{collections::HashMap, mem::take};

use chrono::{DateTime, Utc};
#[doc(inline)]
pub use entity::vision::Detection;
use entity::vision::{
    detection::{ActiveModel, Column, Entity},
    event, event_detection,
};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DbBackend, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Statement,
    TransactionTrait, prelude::Json,
};

use super::{CLASS_CHARACTERS, PATH_CHARACTERS};
use crate::{
    AdapterError, Period,
    batch::{self, Bulk, OnExisting, arrays, json_size},
    condition::within,
    error::Place,
    repository::repository,
    rows::insert_numbered,
    value::{json, moment, name, optional_name},
};

/// For errors.
const PLACE: Place = Place { area: super::AREA, table: "detections" };

repository! {
    /// The detections of a database, over a pool or within a transaction.
    DetectionRepository
}

/// A detection that is to be written.
///
/// ```
/// use chrono::Utc;
/// use core_server_adapter::vision::NewDetection;
///
/// # let camera = 1;
/// let detection = NewDetection::new(camera, Utc::now(), "/pictures/door/1.jpg").object("person", 0.93).at(120, 40, 64, 180);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct NewDetection {
    camera_id: i64,
    detected_at: DateTime<Utc>,
    file_path: String,
    object_type: Option<String>,
    confidence: Option<f64>,
    place: Option<[u32; 4]>,
    thumbnail_path: Option<String>,
    enrichment_data: Option<Json>,
}

impl NewDetection {
    /// Something that a registered camera saw at a moment, in a picture, whose path has up to 500 characters.
    pub fn new(camera: i64, at: impl Into<DateTime<Utc>>, file_path: impl Into<String>) -> Self {
        Self {
            camera_id: camera,
            detected_at: at.into(),
            file_path: file_path.into(),
            object_type: None,
            confidence: None,
            place: None,
            thumbnail_path: None,
            enrichment_data: None,
        }
    }

    /// What it is, a class of up to 50 characters, and how sure that is, from 0 to 1.
    #[must_use]
    pub fn object(mut self, class: impl Into<String>, confidence: f64) -> Self {
        self.object_type = Some(class.into());
        self.confidence = Some(confidence);
        self
    }

    /// Where in the picture: the left upper corner, width and height in pixels, each up to 2,147,483,647.
    #[must_use]
    pub fn at(mut self, x: u32, y: u32, width: u32, height: u32) -> Self {
        self.place = Some([x, y, width, height]);
        self
    }

    /// A small picture of it: a path of up to 500 characters.
    #[must_use]
    pub fn thumbnail(mut self, path: impl Into<String>) -> Self {
        self.thumbnail_path = Some(path.into());
        self
    }

    /// What other models said about it. JSON `null` counts as nothing.
    #[must_use]
    pub fn enrichment(mut self, data: impl Into<Json>) -> Self {
        self.enrichment_data = Some(data.into()).filter(|data| !data.is_null());
        self
    }

    /// Checks the detection as [`DetectionRepository::insert`] will.
    ///
    /// # Errors
    ///
    /// [`AdapterError::InvalidValue`] with the column and what is allowed.
    pub fn validate(&self) -> Result<(), AdapterError> {
        self.checked().map(drop)
    }

    /// As it will be stored.
    fn checked(&self) -> Result<Self, AdapterError> {
        name(PLACE, "file_path", &self.file_path, PATH_CHARACTERS)?;
        optional_name(PLACE, "object_type", self.object_type.as_deref(), CLASS_CHARACTERS)?;
        optional_name(PLACE, "thumbnail_path", self.thumbnail_path.as_deref(), PATH_CHARACTERS)?;
        json(PLACE, "enrichment_data", self.enrichment_data.as_ref())?;
        if let Some(confidence) = self.confidence.filter(|confidence| !(0.0..=1.0).contains(confidence)) {
            return Err(PLACE.invalid("confidence", format!("is {confidence}; allowed is 0 to 1")));
        }
        for (column, pixels) in
            ["bbox_x", "bbox_y", "bbox_width", "bbox_height"].into_iter().zip(self.place.iter().flatten())
        {
            if i32::try_from(*pixels).is_err() {
                return Err(PLACE.invalid(column, format!("is {pixels}; allowed is up to {}", i32::MAX)));
            }
        }
        Ok(Self { detected_at: moment(PLACE, "detected_at", self.detected_at)?, ..self.clone() })
    }

    fn pixels(&self, number: usize) -> Option<i32> {
        self.place.and_then(|place| i32::try_from(place[number]).ok())
    }
}

impl Bulk for NewDetection {
    type Row = ActiveModel;
    type Key = ();

    const PLACE: Place = PLACE;
    const DOING: &'static str = "writing detections";

    fn key(&self) {}

    fn size(&self) -> usize {
        200 + self.file_path.len() + json_size(self.enrichment_data.as_ref())
    }

    fn row(self) -> ActiveModel {
        row(self)
    }

    fn arrays(mut batch: Vec<Self>, _existing: OnExisting) -> Statement {
        let (sql, values) = arrays::insert("detections", COLUMNS, &mut batch);
        Statement::from_sql_and_values(DbBackend::Postgres, sql, values)
    }
}

// Its number is the database's.
arrays::columns!(NewDetection => ActiveModel, one {
    camera_id: whole = one.camera_id;
    detected_at: moment = one.detected_at;
    file_path: text = take(&mut one.file_path);
    object_type: optional_text = one.object_type.take();
    confidence: optional_number = one.confidence;
    bbox_x: optional_count = one.pixels(0);
    bbox_y: optional_count = one.pixels(1);
    bbox_width: optional_count = one.pixels(2);
    bbox_height: optional_count = one.pixels(3);
    thumbnail_path: optional_text = one.thumbnail_path.take();
    enrichment_data: optional_json = one.enrichment_data.take();
});

impl<C: ConnectionTrait> DetectionRepository<'_, C> {
    /// Writes a detection; gives it as it is stored: its time to the microsecond, in UTC.
    ///
    /// # Errors
    ///
    /// - [`AdapterError::InvalidValue`] for a value the schema does not allow;
    /// - [`AdapterError::Unregistered`] when the camera is not registered;
    /// - failures of the database.
    pub async fn insert(&self, detection: &NewDetection) -> Result<Detection, AdapterError> {
        let row = row(detection.checked()?);
        insert_numbered(self.db, row, Column::Id).await.map_err(PLACE.while_doing("writing a detection"))
    }

    /// The detections of an event, in the order in which they were added to it. One that is gone by its age is left out; an
    /// event that does not exist has none.
    ///
    /// # Errors
    ///
    /// Failures of the database.
    pub async fn of_event(&self, event: i64) -> Result<Vec<Detection>, AdapterError> {
        let failed = || PLACE.while_reading("reading the detections of an event");
        // Numbers alone would be looked for in every chunk; those within the event's period are found in few.
        let period = event::Entity::find()
            .select_only()
            .columns([event::Column::StartedAt, event::Column::EndedAt])
            .filter(event::Column::Id.eq(event))
            .into_tuple()
            .one(self.db);
        let Some((from, to)) = period.await.map_err(failed())? else { return Ok(Vec::new()) };
        let numbers: Vec<i64> = event_detection::Entity::find()
            .select_only()
            .column(event_detection::Column::DetectionId)
            .filter(event_detection::Column::EventId.eq(event))
            .order_by_asc(event_detection::Column::Place)
            .order_by_asc(event_detection::Column::DetectionId)
            .into_tuple()
            .all(self.db)
            .await
            .map_err(failed())?;
        let mut found = self.numbered(&numbers, period_of(from, to)).await.map_err(failed())?;
        // Another program may have added some of another time.
        let missing: Vec<i64> = numbers.iter().copied().filter(|number| !found.contains_key(number)).collect();
        found.extend(self.numbered(&missing, Condition::all()).await.map_err(failed())?);
        Ok(numbers.iter().filter_map(|number| found.remove(number)).collect())
    }

    async fn numbered(&self, numbers: &[i64], which: Condition) -> Result<HashMap<i64, Detection>, sea_orm::DbErr> {
        let mut found = HashMap::with_capacity(numbers.len());
        for numbers in numbers.chunks(MOST_NUMBERS) {
            let query = Entity::find().filter(Column::Id.is_in(numbers.iter().copied())).filter(which.clone());
            found.extend(query.all(self.db).await?.into_iter().map(|detection| (detection.id, detection)));
        }
        Ok(found)
    }
}

/// Numbers in one query: SQLite takes 32,766 values.
const MOST_NUMBERS: usize = 10_000;

/// From the start to the end, which is included.
fn period_of(from: DateTime<Utc>, to: Option<DateTime<Utc>>) -> Condition {
    let to = to.and_then(|to| to.checked_add_signed(chrono::TimeDelta::microseconds(1)));
    within(Column::DetectedAt, Period { from: Some(from), to })
}

impl<C: ConnectionTrait + TransactionTrait + 'static> DetectionRepository<'_, C> {
    /// Writes all of the detections or none: in a transaction of its own, or a savepoint of the caller's. Gives their number.
    ///
    /// # Errors
    ///
    /// As [`insert`](Self::insert); [`AdapterError::InvalidValue`] tells the row, counted from 0.
    pub async fn insert_many(&self, detections: &[NewDetection]) -> Result<u64, AdapterError> {
        batch::write_all(self.db, detections, NewDetection::checked).await
    }
}
