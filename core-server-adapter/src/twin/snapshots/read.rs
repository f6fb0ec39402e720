//! Reads snapshots: the latest, that of a moment, and in pages.

use chrono::{DateTime, Utc};
use entity::twin::{
    StateSnapshot,
    state_snapshot::{self, Column},
};
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QueryTrait};

use super::{PLACE, SnapshotFilter, SnapshotRepository};
use crate::{AdapterError, Page, PageRequest, moment, page::limited};

impl<C: ConnectionTrait> SnapshotRepository<'_, C> {
    /// The latest snapshot of a machine, if there is one.
    ///
    /// # Errors
    ///
    /// Failures of the database.
    pub async fn latest(&self, machine: &str) -> Result<Option<StateSnapshot>, AdapterError> {
        self.newest(Condition::all().add(Column::MachineId.eq(machine))).await
    }

    /// The state that a machine was in at a moment: its latest snapshot that is not after it, if there is one.
    ///
    /// # Errors
    ///
    /// Failures of the database.
    pub async fn recover(
        &self,
        machine: &str,
        at: impl Into<DateTime<Utc>>,
    ) -> Result<Option<StateSnapshot>, AdapterError> {
        let at = moment::truncated(at.into());
        if at < DateTime::UNIX_EPOCH {
            return Ok(None);
        }
        // Beyond the years that can be stored, not every backend could compare.
        let until = moment::in_range(at).then(|| Column::SnapshotTime.lte(moment::bound(at)));
        self.newest(Condition::all().add(Column::MachineId.eq(machine)).add_option(until)).await
    }

    /// A page of the snapshots that match, newest first.
    ///
    /// # Errors
    ///
    /// [`AdapterError::InvalidPage`] for a limit outside 1 to [`PageRequest::MAX_LIMIT`]; failures of the database.
    pub async fn list(
        &self,
        filter: &SnapshotFilter,
        request: &PageRequest<i64>,
    ) -> Result<Page<StateSnapshot, i64>, AdapterError> {
        let query = state_snapshot::Entity::find().filter(filter.checked(PLACE)?.condition());
        let columns = (Column::SnapshotTime, Column::Id);
        let failed = PLACE.while_reading("listing snapshots");
        request.read(self.db, query, columns, failed, |one| (one.snapshot_time.to_utc(), one.id)).await
    }

    async fn newest(&self, of: Condition) -> Result<Option<StateSnapshot>, AdapterError> {
        let query = state_snapshot::Entity::find()
            .filter(of)
            .order_by_desc(Column::SnapshotTime)
            .order_by_desc(Column::Id)
            .build(self.db.get_database_backend());
        state_snapshot::Entity::find()
            .from_raw_sql(limited(query, 1))
            .one(self.db)
            .await
            .map_err(PLACE.while_reading("looking a snapshot up"))
    }
}
