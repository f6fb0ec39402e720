//! Reads snapshots that were taken.

use entity::telemetry::feature_snapshot::{Column, Entity};
use sea_orm::{ConnectionTrait, EntityTrait, QueryFilter};
use uuid::Uuid;

use super::{FeatureSnapshot, FeatureSnapshotFilter, FeatureSnapshotRepository, PLACE};
use crate::{AdapterError, Page, PageRequest};

impl<C: ConnectionTrait> FeatureSnapshotRepository<'_, C> {
    /// The snapshot of this id: what a training has noted.
    ///
    /// # Errors
    ///
    /// [`AdapterError::NotFound`] when there is none; failures of the database.
    pub async fn get(&self, id: Uuid) -> Result<FeatureSnapshot, AdapterError> {
        self.find(id).await?.ok_or_else(|| PLACE.not_found(&id))
    }

    /// The snapshot of this id, if there is one.
    ///
    /// # Errors
    ///
    /// Failures of the database.
    pub async fn find(&self, id: Uuid) -> Result<Option<FeatureSnapshot>, AdapterError> {
        Entity::find_by_id(id).one(self.db).await.map_err(PLACE.while_reading("looking a feature snapshot up"))
    }

    /// A page of the snapshots that match, the window that begins last first.
    ///
    /// # Errors
    ///
    /// [`AdapterError::InvalidPage`] for a limit outside 1 to [`PageRequest::MAX_LIMIT`]; failures of the database.
    pub async fn list(
        &self,
        filter: &FeatureSnapshotFilter,
        request: &PageRequest,
    ) -> Result<Page<FeatureSnapshot>, AdapterError> {
        let query = Entity::find().filter(filter.checked(PLACE)?.condition());
        let (columns, failed) = ((Column::WindowFrom, Column::Id), PLACE.while_doing("listing feature snapshots"));
        request.read(self.db, query, columns, failed, |one| (one.window_from.to_utc(), one.id)).await
    }
}
