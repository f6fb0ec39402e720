//! Records snapshots, one or many.

use std::mem::take;

use entity::twin::{
    StateSnapshot,
    state_snapshot::{ActiveModel, Column},
};
use sea_orm::{ConnectionTrait, DbBackend, Statement, TransactionTrait};

use super::{NewSnapshot, PLACE, SnapshotRepository};
use crate::{
    AdapterError,
    batch::{self, Bulk, OnExisting, arrays, json_size},
    error::Place,
    rows::insert_numbered,
};

impl<C: ConnectionTrait> SnapshotRepository<'_, C> {
    /// Records one snapshot; gives it as it is stored: its time to the microsecond, in UTC.
    ///
    /// # Errors
    ///
    /// [`AdapterError::InvalidValue`] for a value the schema does not allow; failures of the database.
    pub async fn record(&self, snapshot: &NewSnapshot) -> Result<StateSnapshot, AdapterError> {
        let row = row(snapshot.checked()?);
        insert_numbered(self.db, row, Column::Id).await.map_err(PLACE.while_doing("recording a snapshot"))
    }
}

impl<C: ConnectionTrait + TransactionTrait + 'static> SnapshotRepository<'_, C> {
    /// Records all of the snapshots or none: in a transaction of its own, or a savepoint of the caller's. Gives their number.
    ///
    /// # Errors
    ///
    /// As [`record`](Self::record); [`AdapterError::InvalidValue`] tells the row, counted from 0.
    pub async fn record_many(&self, snapshots: &[NewSnapshot]) -> Result<u64, AdapterError> {
        batch::write_all(self.db, snapshots, NewSnapshot::checked).await
    }
}

impl Bulk for NewSnapshot {
    type Row = ActiveModel;
    type Key = ();

    const PLACE: Place = PLACE;
    const DOING: &'static str = "recording snapshots";

    fn key(&self) {}

    fn size(&self) -> usize {
        100 + self.machine_id.len() + json_size(Some(&self.state_data))
    }

    fn row(self) -> ActiveModel {
        row(self)
    }

    fn arrays(mut batch: Vec<Self>, _existing: OnExisting) -> Statement {
        let (sql, values) = arrays::insert("state_snapshots", COLUMNS, &mut batch);
        Statement::from_sql_and_values(DbBackend::Postgres, sql, values)
    }
}

// Its number and the time of writing are the database's.
arrays::columns!(NewSnapshot => ActiveModel, one {
    machine_id: text = take(&mut one.machine_id);
    snapshot_time: moment = one.snapshot_time;
    state_data: json = one.state_data.take();
});
