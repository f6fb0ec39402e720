//! Records anomalies, one or many.

use std::mem::take;

use entity::twin::{
    Anomaly,
    anomaly::{ActiveModel, Column},
};
use sea_orm::{ConnectionTrait, DbBackend, Statement, TransactionTrait};

use super::{AnomalyRepository, NewAnomaly, PLACE};
use crate::{
    AdapterError,
    batch::{self, Bulk, OnExisting, arrays, json_size},
    error::Place,
    rows::insert_numbered,
};

impl<C: ConnectionTrait> AnomalyRepository<'_, C> {
    /// Records one anomaly; gives it as it is stored: its time to the microsecond, in UTC.
    ///
    /// # Errors
    ///
    /// [`AdapterError::InvalidValue`] for a value the schema does not allow; failures of the database.
    pub async fn record(&self, anomaly: &NewAnomaly) -> Result<Anomaly, AdapterError> {
        let row = row(anomaly.checked()?);
        insert_numbered(self.db, row, Column::Id).await.map_err(PLACE.while_doing("recording an anomaly"))
    }
}

impl<C: ConnectionTrait + TransactionTrait + 'static> AnomalyRepository<'_, C> {
    /// Records all of the anomalies or none: in a transaction of its own, or a savepoint of the caller's. Gives their number.
    ///
    /// # Errors
    ///
    /// As [`record`](Self::record); [`AdapterError::InvalidValue`] tells the row, counted from 0.
    pub async fn record_many(&self, anomalies: &[NewAnomaly]) -> Result<u64, AdapterError> {
        batch::write_all(self.db, anomalies, NewAnomaly::checked).await
    }
}

impl Bulk for NewAnomaly {
    type Row = ActiveModel;
    type Key = ();

    const PLACE: Place = PLACE;
    const DOING: &'static str = "recording anomalies";

    fn key(&self) {}

    fn size(&self) -> usize {
        let json: usize = [&self.sensor_data, &self.calculated_metrics, &self.details]
            .map(|json| json_size(json.as_ref()))
            .iter()
            .sum();
        150 + self.machine_id.len() + self.anomaly_type.len() + json
    }

    fn row(self) -> ActiveModel {
        row(self)
    }

    fn arrays(mut batch: Vec<Self>, _existing: OnExisting) -> Statement {
        let (sql, values) = arrays::insert("anomaly_history", COLUMNS, &mut batch);
        Statement::from_sql_and_values(DbBackend::Postgres, sql, values)
    }
}

// Its number and the time of writing are the database's.
arrays::columns!(NewAnomaly => ActiveModel, one {
    machine_id: text = take(&mut one.machine_id);
    anomaly_type: text = take(&mut one.anomaly_type);
    severity: label "anomaly_severity" = one.severity;
    timestamp: moment = one.timestamp;
    sensor_data: optional_json = one.sensor_data.take();
    calculated_metrics: optional_json = one.calculated_metrics.take();
    details: optional_json = one.details.take();
});
