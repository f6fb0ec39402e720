//! Registers models and reads what they are, without their bytes.

use entity::analytics::{
    MlModelStatus,
    ml_model::{Column, Entity},
};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
    Select,
    prelude::{DateTimeWithTimeZone, Decimal, Json},
};
use serde::{Deserialize, Serialize};

use super::{ModelRepository, NewModel, PLACE};
use crate::{AdapterError, PageRequest, page::check_limit, readable};

/// Everything but the bytes.
const COLUMNS: [Column; 10] = [
    Column::ModelId,
    Column::MachineType,
    Column::ModelVersion,
    Column::ModelName,
    Column::TrainingDataInfo,
    Column::TrainingDate,
    Column::AccuracyScore,
    Column::Status,
    Column::CreatedAt,
    Column::UpdatedAt,
];

/// A model, without its bytes: see [`ModelRepository::read`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, FromQueryResult)]
pub struct Model {
    /// Its id, of which no other model has the same.
    pub model_id: String,
    /// The type of machine that it is for.
    pub machine_type: String,
    /// Its version.
    pub model_version: String,
    /// Its name.
    pub model_name: Option<String>,
    /// What it was trained with.
    pub training_data_info: Option<Json>,
    /// When it was trained.
    pub training_date: Option<DateTimeWithTimeZone>,
    /// How often it is right, from 0 to 1.
    pub accuracy_score: Option<Decimal>,
    /// Whether it works.
    pub status: MlModelStatus,
    /// When it was registered.
    pub created_at: DateTimeWithTimeZone,
    /// When it was last changed, or its bytes were.
    pub updated_at: DateTimeWithTimeZone,
}

/// What a [`Model`] is made of.
pub(super) fn models() -> Select<Entity> {
    Entity::find().select_only().columns(COLUMNS)
}

impl<C: ConnectionTrait> ModelRepository<'_, C> {
    /// Registers a model, inactive and without bytes; gives it as it is stored.
    ///
    /// # Errors
    ///
    /// - [`AdapterError::InvalidValue`] for a value the schema does not allow;
    /// - [`AdapterError::AlreadyExists`] when there is a model of its id;
    /// - failures of the database.
    pub async fn register(&self, model: &NewModel) -> Result<Model, AdapterError> {
        let registered = Entity::insert(model.row()?).exec_without_returning(self.db).await;
        registered.map_err(PLACE.while_doing("registering a model"))?;
        self.get(&model.model_id).await
    }

    /// The model of this id.
    ///
    /// # Errors
    ///
    /// [`AdapterError::NotFound`] when there is none; failures of the database.
    pub async fn get(&self, model_id: &str) -> Result<Model, AdapterError> {
        self.find(model_id).await?.ok_or_else(|| PLACE.not_found(&model_id))
    }

    /// The model of this id, if there is one.
    ///
    /// # Errors
    ///
    /// Failures of the database.
    pub async fn find(&self, model_id: &str) -> Result<Option<Model>, AdapterError> {
        let found = models().filter(Column::ModelId.eq(model_id)).into_model().one(self.db).await;
        found.map_err(PLACE.while_reading("looking a model up"))
    }

    /// The models for a type of machine, those registered last first, at most so many.
    ///
    /// # Errors
    ///
    /// [`AdapterError::InvalidPage`] for a limit outside 1 to [`PageRequest::MAX_LIMIT`]; failures of the database.
    pub async fn of_machine_type(&self, machine_type: &str, limit: u32) -> Result<Vec<Model>, AdapterError> {
        check_limit(limit, PageRequest::MAX_LIMIT)?;
        let query = models()
            .filter(Column::MachineType.eq(machine_type))
            .order_by_desc(Column::CreatedAt)
            .order_by_desc(Column::Id)
            .limit(u64::from(limit));
        let found = readable::all(self.db, query.build(self.db.get_database_backend()), PLACE, readable::by_name).await;
        found.map_err(PLACE.while_reading("listing models"))
    }
}
