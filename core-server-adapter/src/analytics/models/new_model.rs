//! A model that is to be registered.

use chrono::{DateTime, Utc};
use entity::analytics::{MlModelStatus, ml_model::ActiveModel};
use sea_orm::{
    ActiveValue::{NotSet, Set},
    prelude::{Decimal, Json},
};

use super::PLACE;
use crate::{
    AdapterError,
    analytics::{LONG, SHARE, SHORT, VERSION, json::given, share},
    value::{json, moment, name, now, optional_name},
};

/// A model that is to be registered.
///
/// ```
/// use chrono::Utc;
/// use core_server_adapter::analytics::NewModel;
/// use serde_json::json;
///
/// let model = NewModel::new("press-forest-3", "press", "3.0")
///     .name("isolation forest")
///     .trained_at(Utc::now())
///     .trained_with(json!({ "rows": 1_000_000 }))
///     .accuracy("0.9731".parse()?);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct NewModel {
    pub(super) model_id: String,
    machine_type: String,
    model_version: String,
    model_name: Option<String>,
    training_data_info: Option<Json>,
    training_date: Option<DateTime<Utc>>,
    accuracy_score: Option<Decimal>,
}

impl NewModel {
    /// A model for a type of machine. Its id, of which no other model has the same, and the type are names of up to 50
    /// characters, the version has up to 20.
    pub fn new(model_id: impl Into<String>, machine_type: impl Into<String>, version: impl Into<String>) -> Self {
        Self {
            model_id: model_id.into(),
            machine_type: machine_type.into(),
            model_version: version.into(),
            model_name: None,
            training_data_info: None,
            training_date: None,
            accuracy_score: None,
        }
    }

    /// Its name: up to 100 characters.
    #[must_use]
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.model_name = Some(name.into());
        self
    }

    /// What it was trained with. JSON `null` counts as nothing.
    #[must_use]
    pub fn trained_with(mut self, data: impl Into<Json>) -> Self {
        self.training_data_info = given(data);
        self
    }

    /// When it was trained.
    #[must_use]
    pub fn trained_at(mut self, at: impl Into<DateTime<Utc>>) -> Self {
        self.training_date = Some(at.into());
        self
    }

    /// How often it is right, from 0 to 1 with up to 4 digits after the point.
    #[must_use]
    pub fn accuracy(mut self, score: Decimal) -> Self {
        self.accuracy_score = Some(score);
        self
    }

    /// Checks the model as [`ModelRepository::register`](super::ModelRepository::register) will.
    ///
    /// # Errors
    ///
    /// [`AdapterError::InvalidValue`] with the column and what is allowed.
    pub fn validate(&self) -> Result<(), AdapterError> {
        self.row().map(drop)
    }

    pub(super) fn row(&self) -> Result<ActiveModel, AdapterError> {
        name(PLACE, "model_id", &self.model_id, SHORT)?;
        name(PLACE, "machine_type", &self.machine_type, SHORT)?;
        name(PLACE, "model_version", &self.model_version, VERSION)?;
        optional_name(PLACE, "model_name", self.model_name.as_deref(), LONG)?;
        json(PLACE, "training_data_info", self.training_data_info.as_ref())?;
        share(PLACE, "accuracy_score", self.accuracy_score, SHARE)?;
        let training_date = self.training_date.map(|at| moment(PLACE, "training_date", at)).transpose()?;
        let now = now();
        Ok(ActiveModel {
            id: NotSet,
            model_id: Set(self.model_id.clone()),
            machine_type: Set(self.machine_type.clone()),
            model_version: Set(self.model_version.clone()),
            model_name: Set(self.model_name.clone()),
            model_data: Set(None),
            training_data_info: Set(self.training_data_info.clone()),
            training_date: Set(training_date.map(|at| at.fixed_offset())),
            accuracy_score: Set(self.accuracy_score),
            status: Set(MlModelStatus::Inactive),
            created_at: Set(now),
            updated_at: Set(now),
        })
    }
}
