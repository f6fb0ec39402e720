//! Prompts: what the models are asked, in versions of which one is active for each model.
//!
//! A version has a `row_version`, which every change counts up. Who changes it says which one was read, and is refused when
//! somebody else was faster: [`AdapterError::ChangedMeanwhile`].

use entity::vision::prompt_version::{ActiveModel, Column, Entity};
#[doc(inline)]
pub use entity::vision::{AiModel, PromptVersion};
use migration_timescale::Dialect;
use sea_orm::{
    ActiveValue::{NotSet, Set},
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, ExprTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
    TransactionSession, TransactionTrait,
    prelude::Json,
    sea_query::{Expr, LockType},
};

use super::versioned::Versioned;
use crate::{
    AdapterError, Page, PageRequest,
    condition::{column, label},
    error::Place,
    repository::repository,
    rows::insert_numbered,
    text::{self, NAME_CHARACTERS},
    transaction,
    value::{json, long_text, now, optional_name, required_json},
};

/// For errors.
const PLACE: Place = Place { area: super::AREA, table: "prompt_versions" };

const VERSIONED: Versioned<Entity> =
    Versioned { place: PLACE, id: Column::Id, version: Column::RowVersion, version_of: |prompt| prompt.row_version };

repository! {
    /// The prompts of a database, over a pool or within a transaction.
    PromptRepository
}

/// A version of the prompt of a model that is to be added.
///
/// ```
/// use core_server_adapter::vision::{AiModel, NewPrompt};
/// use serde_json::json;
///
/// let prompt = NewPrompt::new(AiModel::Nemotron, json!({ "system": "Describe what you see." })).created_by("ana");
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct NewPrompt {
    model: AiModel,
    config: Json,
    created_by: Option<String>,
    change_description: Option<String>,
}

impl NewPrompt {
    /// What a model is to be asked: any JSON but `null`.
    pub fn new(model: AiModel, config: impl Into<Json>) -> Self {
        Self { model, config: config.into(), created_by: None, change_description: None }
    }

    /// Whose idea it was: a name of up to 255 characters.
    #[must_use]
    pub fn created_by(mut self, person: impl Into<String>) -> Self {
        self.created_by = Some(person.into());
        self
    }

    /// What is different from the version before; up to 65,535 bytes.
    #[must_use]
    pub fn change_description(mut self, description: impl Into<String>) -> Self {
        self.change_description = Some(description.into());
        self
    }

    /// Checks the prompt as [`PromptRepository::add`] will.
    ///
    /// # Errors
    ///
    /// [`AdapterError::InvalidValue`] with the column and what is allowed.
    pub fn validate(&self) -> Result<(), AdapterError> {
        required_json(PLACE, "config", &self.config)?;
        optional_name(PLACE, "created_by", self.created_by.as_deref(), NAME_CHARACTERS)?;
        long_text(PLACE, "change_description", self.change_description.as_deref())
    }
}

/// What is to be different about a version; what is not given stays.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PromptChange {
    config: Option<Json>,
    change_description: Option<String>,
    performance_score: Option<f64>,
}

impl PromptChange {
    /// Nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// What the model is to be asked: any JSON but `null`, which counts as nothing.
    #[must_use]
    pub fn config(mut self, config: impl Into<Json>) -> Self {
        self.config = Some(config.into()).filter(|config| !config.is_null());
        self
    }

    /// What is different from the version before; up to 65,535 bytes.
    #[must_use]
    pub fn change_description(mut self, description: impl Into<String>) -> Self {
        self.change_description = Some(description.into());
        self
    }

    /// How well the model did with it: a finite number.
    #[must_use]
    pub fn performance_score(mut self, score: f64) -> Self {
        self.performance_score = Some(score);
        self
    }

    fn values(&self) -> Result<Vec<(Column, Expr)>, AdapterError> {
        json(PLACE, "config", self.config.as_ref())?;
        long_text(PLACE, "change_description", self.change_description.as_deref())?;
        text::check_number(self.performance_score).map_err(|reason| PLACE.invalid("performance_score", reason))?;
        let config = self.config.clone().map(|config| (Column::Config, Expr::val(config)));
        let description = self.change_description.clone().map(|text| (Column::ChangeDescription, Expr::val(text)));
        let score = self.performance_score.map(|score| (Column::PerformanceScore, Expr::val(score)));
        Ok([config, description, score].into_iter().flatten().collect())
    }
}

impl<C: ConnectionTrait> PromptRepository<'_, C> {
    /// The active prompt of a model, if there is one.
    ///
    /// # Errors
    ///
    /// Failures of the database.
    pub async fn active(&self, model: AiModel) -> Result<Option<PromptVersion>, AdapterError> {
        // Another program may have made several active: the newest of them.
        let query = Entity::find()
            .filter(column(Column::Model).eq(label(&model)))
            .filter(is_active(self.db))
            .order_by_desc(Column::Version)
            .limit(1);
        query.one(self.db).await.map_err(PLACE.while_reading("looking for the active prompt"))
    }

    /// The version of this id.
    ///
    /// # Errors
    ///
    /// [`AdapterError::NotFound`] when there is none; failures of the database.
    pub async fn get(&self, id: i64) -> Result<PromptVersion, AdapterError> {
        let found = Entity::find().filter(Column::Id.eq(id)).one(self.db).await;
        found.map_err(PLACE.while_reading("looking a prompt up"))?.ok_or_else(|| PLACE.not_found(&id))
    }

    /// A page of the versions of a model, those added last first.
    ///
    /// # Errors
    ///
    /// [`AdapterError::InvalidPage`] for a limit outside 1 to [`PageRequest::MAX_LIMIT`]; failures of the database.
    pub async fn history(
        &self,
        model: AiModel,
        request: &PageRequest<i64>,
    ) -> Result<Page<PromptVersion, i64>, AdapterError> {
        let query = Entity::find().filter(column(Column::Model).eq(label(&model)));
        let (columns, failed) = ((Column::CreatedAt, Column::Id), PLACE.while_reading("listing prompts"));
        request.read(self.db, query, columns, failed, |prompt| (prompt.created_at.to_utc(), prompt.id)).await
    }

    /// Changes a version that was read as `row_version`; gives it as it is now.
    ///
    /// # Errors
    ///
    /// - [`AdapterError::ChangedMeanwhile`] when somebody else has changed it since;
    /// - [`AdapterError::NotFound`] when there is no such version;
    /// - [`AdapterError::InvalidValue`] for a value the schema does not allow;
    /// - failures of the database.
    pub async fn change(
        &self,
        id: i64,
        row_version: i32,
        change: &PromptChange,
    ) -> Result<PromptVersion, AdapterError> {
        self.set((id, row_version), change.values()?, "changing a prompt").await
    }

    async fn set(
        &self,
        row: (i64, i32),
        values: Vec<(Column, Expr)>,
        doing: &'static str,
    ) -> Result<PromptVersion, AdapterError> {
        Ok(VERSIONED.change(self.db, row, values, Condition::all(), doing).await?.row())
    }

    /// The newest version of a model, and nobody else adds or activates one until the transaction ends.
    async fn locked(&self, model: AiModel) -> Result<Option<i32>, sea_orm::DbErr> {
        let mut query = Entity::find()
            .select_only()
            .column(Column::Version)
            .filter(column(Column::Model).eq(label(&model)))
            // In one order, so that two callers do not wait for each other.
            .order_by_asc(Column::Id);
        match Dialect::of(self.db.get_database_backend()) {
            Dialect::Postgres | Dialect::MySql => {
                QueryTrait::query(&mut query).lock(LockType::Update);
            }
            // A transaction that writes is alone there.
            Dialect::Sqlite => {}
        }
        Ok(query.into_tuple::<i32>().all(self.db).await?.into_iter().max())
    }
}

/// As the partial index says it where there is one; as an index can be entered elsewhere.
fn is_active(db: &impl ConnectionTrait) -> Expr {
    let is = column(Column::IsActive);
    match Dialect::of(db.get_database_backend()) {
        Dialect::Postgres | Dialect::Sqlite => is,
        Dialect::MySql => is.eq(true),
    }
}

impl<C: ConnectionTrait + TransactionTrait> PromptRepository<'_, C> {
    /// Adds a version behind those of its model, not active yet: in a transaction of its own, or a savepoint of the caller's.
    /// Gives it as it is stored.
    ///
    /// # Errors
    ///
    /// - [`AdapterError::InvalidValue`] for a value the schema does not allow;
    /// - [`AdapterError::AlreadyExists`] when somebody else added that version at the same time: try again;
    /// - failures of the database.
    pub async fn add(&self, prompt: &NewPrompt) -> Result<PromptVersion, AdapterError> {
        prompt.validate()?;
        let failed = || PLACE.while_doing("adding a prompt");
        let transaction = transaction::begin(self.db).await.map_err(failed())?;
        let newest = PromptRepository::new(&transaction).locked(prompt.model).await.map_err(failed())?;
        let prompt = prompt.clone();
        let row = ActiveModel {
            id: NotSet,
            model: Set(prompt.model),
            version: Set(newest.map_or(1, |version| version + 1)),
            created_at: Set(now()),
            created_by: Set(prompt.created_by),
            config: Set(prompt.config),
            change_description: Set(prompt.change_description),
            is_active: Set(false),
            performance_score: NotSet,
            row_version: NotSet,
        };
        let added = insert_numbered(&transaction, row, Column::Id).await.map_err(failed())?;
        transaction.commit().await.map_err(failed())?;
        Ok(added)
    }

    /// Makes a version that was read as `row_version` the active one of its model, and every other inactive: in a transaction
    /// of its own, or a savepoint of the caller's. Gives it as it is now.
    ///
    /// # Errors
    ///
    /// As [`change`](Self::change).
    pub async fn activate(&self, id: i64, row_version: i32) -> Result<PromptVersion, AdapterError> {
        let failed = || PLACE.while_doing("activating a prompt");
        let transaction = transaction::begin(self.db).await.map_err(failed())?;
        let prompts = PromptRepository::new(&transaction);
        let model = prompts.get(id).await?.model;
        prompts.locked(model).await.map_err(failed())?;
        let others = Entity::update_many()
            .col_expr(Column::IsActive, Expr::val(false))
            .col_expr(Column::RowVersion, column(Column::RowVersion).add(1))
            .filter(column(Column::Model).eq(label(&model)))
            .filter(is_active(&transaction))
            .filter(Column::Id.ne(id));
        others.exec(&transaction).await.map_err(failed())?;
        let values = vec![(Column::IsActive, Expr::val(true))];
        let active = prompts.set((id, row_version), values, "activating a prompt").await?;
        transaction.commit().await.map_err(failed())?;
        Ok(active)
    }
}
