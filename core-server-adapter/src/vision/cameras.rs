//! Cameras: registered, read, and taken away without losing what they saw.

use std::mem::take;

use chrono::{DateTime, FixedOffset, Utc};
#[doc(inline)]
pub use entity::vision::Camera;
use entity::vision::camera::{ActiveModel, Column, Entity};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DbBackend, EntityTrait, ExprTrait, QueryFilter, Statement,
    TransactionTrait, sea_query::Expr,
};

use super::PATH_CHARACTERS;
use crate::{
    AdapterError, Page, PageRequest,
    batch::{self, Bulk, OnExisting, arrays},
    error::Place,
    repository::repository,
    rows::insert_numbered,
    text::NAME_CHARACTERS,
    value::{moment, name, now},
};

/// For errors.
const PLACE: Place = Place { area: super::AREA, table: "cameras" };
/// Characters of a time zone at most.
const ZONE_CHARACTERS: usize = 50;

repository! {
    /// The cameras of a database, over a pool or within a transaction.
    CameraRepository
}

/// A camera that is to be registered.
///
/// ```
/// use core_server_adapter::vision::NewCamera;
///
/// let camera = NewCamera::new("front door", "/pictures/door").timezone("Europe/Vienna");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewCamera {
    name: String,
    folder_path: String,
    timezone: String,
    created_at: DateTime<FixedOffset>,
}

impl NewCamera {
    /// A camera with a name of up to 255 characters, whose pictures come into a folder, a path of up to 500. No two have the
    /// same name or folder, also when one of them is deleted.
    pub fn new(name: impl Into<String>, folder_path: impl Into<String>) -> Self {
        Self { name: name.into(), folder_path: folder_path.into(), timezone: "UTC".to_owned(), created_at: now() }
    }

    /// Where it is, as a name of the time zone database of up to 50 characters; UTC when not given.
    #[must_use]
    pub fn timezone(mut self, timezone: impl Into<String>) -> Self {
        self.timezone = timezone.into();
        self
    }

    /// Checks the camera as [`CameraRepository::register`] will.
    ///
    /// # Errors
    ///
    /// [`AdapterError::InvalidValue`] with the column and what is allowed.
    pub fn validate(&self) -> Result<(), AdapterError> {
        self.checked().map(drop)
    }

    /// As it will be stored.
    fn checked(&self) -> Result<Self, AdapterError> {
        name(PLACE, "name", &self.name, NAME_CHARACTERS)?;
        name(PLACE, "folder_path", &self.folder_path, PATH_CHARACTERS)?;
        name(PLACE, "timezone", &self.timezone, ZONE_CHARACTERS)?;
        Ok(self.clone())
    }
}

impl Bulk for NewCamera {
    type Row = ActiveModel;
    type Key = ();

    const PLACE: Place = PLACE;
    const DOING: &'static str = "registering cameras";

    fn key(&self) {}

    fn size(&self) -> usize {
        150 + self.name.len() + self.folder_path.len()
    }

    fn row(self) -> ActiveModel {
        row(self)
    }

    fn arrays(mut batch: Vec<Self>, _existing: OnExisting) -> Statement {
        let (sql, values) = arrays::insert("cameras", COLUMNS, &mut batch);
        Statement::from_sql_and_values(DbBackend::Postgres, sql, values)
    }
}

// Its number and that it is online are the database's.
arrays::columns!(NewCamera => ActiveModel, one {
    name: text = take(&mut one.name);
    folder_path: text = take(&mut one.folder_path);
    timezone: text = take(&mut one.timezone);
    created_at: moment = one.created_at;
});

impl<C: ConnectionTrait> CameraRepository<'_, C> {
    /// Registers a camera; gives it as it is stored.
    ///
    /// # Errors
    ///
    /// - [`AdapterError::InvalidValue`] for a value the schema does not allow;
    /// - [`AdapterError::AlreadyExists`] when there is one of that name or folder;
    /// - failures of the database.
    pub async fn register(&self, camera: &NewCamera) -> Result<Camera, AdapterError> {
        let registered = insert_numbered(self.db, row(camera.checked()?), Column::Id).await;
        registered.map_err(PLACE.while_doing("registering a camera"))
    }

    /// The camera of this id, also when it is deleted.
    ///
    /// # Errors
    ///
    /// [`AdapterError::NotFound`] when there is none; failures of the database.
    pub async fn get(&self, id: i64) -> Result<Camera, AdapterError> {
        let found = Entity::find().filter(Column::Id.eq(id)).one(self.db).await;
        found.map_err(PLACE.while_reading("looking a camera up"))?.ok_or_else(|| PLACE.not_found(&id))
    }

    /// A page of the cameras that are not deleted, those registered last first.
    ///
    /// # Errors
    ///
    /// [`AdapterError::InvalidPage`] for a limit outside 1 to [`PageRequest::MAX_LIMIT`]; failures of the database.
    pub async fn list(&self, request: &PageRequest<i64>) -> Result<Page<Camera, i64>, AdapterError> {
        let query = Entity::find().filter(Column::DeletedAt.is_null());
        let (columns, failed) = ((Column::CreatedAt, Column::Id), PLACE.while_reading("listing cameras"));
        request.read(self.db, query, columns, failed, |camera| (camera.created_at.to_utc(), camera.id)).await
    }

    /// A camera was seen at this moment; gives it as it is now. An earlier moment than the one that is known changes nothing.
    ///
    /// # Errors
    ///
    /// - [`AdapterError::InvalidValue`] for a moment the schema does not allow;
    /// - [`AdapterError::NotFound`] when there is no such camera;
    /// - failures of the database.
    pub async fn seen(&self, id: i64, at: impl Into<DateTime<Utc>>) -> Result<Camera, AdapterError> {
        let at = moment(PLACE, "last_seen_at", at.into())?.fixed_offset();
        let later = Column::LastSeenAt.is_null().or(Column::LastSeenAt.lt(at));
        self.set(id, Column::LastSeenAt, at, later.into(), "noting that a camera was seen").await
    }

    /// Takes a camera out of the list; what it saw stays. One that is deleted already keeps its moment.
    ///
    /// # Errors
    ///
    /// [`AdapterError::NotFound`] when there is no such camera; failures of the database.
    pub async fn delete(&self, id: i64) -> Result<Camera, AdapterError> {
        let there = Condition::all().add(Column::DeletedAt.is_null());
        self.set(id, Column::DeletedAt, now(), there, "deleting a camera").await
    }

    async fn set(
        &self,
        id: i64,
        column: Column,
        at: DateTime<FixedOffset>,
        which: Condition,
        doing: &'static str,
    ) -> Result<Camera, AdapterError> {
        let update = Entity::update_many().col_expr(column, Expr::val(at)).filter(Column::Id.eq(id)).filter(which);
        update.exec(self.db).await.map_err(PLACE.while_doing(doing))?;
        self.get(id).await
    }
}

impl<C: ConnectionTrait + TransactionTrait + 'static> CameraRepository<'_, C> {
    /// Registers all of the cameras or none: in a transaction of its own, or a savepoint of the caller's. Gives their number.
    ///
    /// # Errors
    ///
    /// As [`register`](Self::register); [`AdapterError::InvalidValue`] tells the row, counted from 0.
    pub async fn register_many(&self, cameras: &[NewCamera]) -> Result<u64, AdapterError> {
        batch::write_all(self.db, cameras, NewCamera::checked).await
    }
}
