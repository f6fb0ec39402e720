//! Records anomalies, one or many.

use std::mem::take;

use entity::twin::{
    Anomaly,
    anomaly::{ActiveModel, Column},
};
use sea_orm::{
    ActiveEnum,
    ActiveValue::{NotSet, Set},
    ConnectionTrait, DbBackend, Statement, TransactionTrait,
};

use super::{AnomalyRepository, NewAnomaly, PLACE};
use crate::{
    AdapterError,
    batch::{
        self, Bulk, OnExisting,
        arrays::{self, each, json_or_empty},
        checked_rows, json_size,
    },
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
        let row = anomaly.checked()?.row();
        insert_numbered(self.db, row, Column::Id).await.map_err(PLACE.while_doing("recording an anomaly"))
    }
}

impl<C: ConnectionTrait + TransactionTrait> AnomalyRepository<'_, C> {
    /// Records all of the anomalies or none: in a transaction of its own, or a savepoint of the caller's. Gives their number.
    ///
    /// # Errors
    ///
    /// As [`record`](Self::record); [`AdapterError::InvalidValue`] tells the row, counted from 0.
    pub async fn record_many(&self, anomalies: &[NewAnomaly]) -> Result<u64, AdapterError> {
        batch::write(self.db, checked_rows(anomalies, NewAnomaly::checked)?, OnExisting::Fail).await
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

    /// Its number and the time of writing are the database's.
    fn row(self) -> ActiveModel {
        ActiveModel {
            id: NotSet,
            machine_id: Set(self.machine_id),
            anomaly_type: Set(self.anomaly_type),
            severity: Set(self.severity),
            timestamp: Set(self.timestamp.into()),
            sensor_data: Set(self.sensor_data),
            calculated_metrics: Set(self.calculated_metrics),
            details: Set(self.details),
            created_at: NotSet,
        }
    }

    fn arrays(mut batch: Vec<Self>, _existing: OnExisting) -> Statement {
        let (sql, values) = arrays::insert("anomaly_history", COLUMNS, &mut batch);
        Statement::from_sql_and_values(DbBackend::Postgres, sql, values)
    }
}

/// How the columns are written by arrays. Another column has its line here and in [`NewAnomaly::row`].
const COLUMNS: &[arrays::Column<NewAnomaly>] = &[
    arrays::Column {
        name: "machine_id",
        element: "text",
        written: "{}",
        array: |all| each(all, |one| take(&mut one.machine_id)),
    },
    arrays::Column {
        name: "anomaly_type",
        element: "text",
        written: "{}",
        array: |all| each(all, |one| take(&mut one.anomaly_type)),
    },
    arrays::Column {
        name: "severity",
        element: "text",
        written: "{}::anomaly_severity",
        array: |all| each(all, |one| one.severity.to_value().value.into_owned()),
    },
    arrays::Column {
        name: "\"timestamp\"",
        element: "timestamptz",
        written: "{}",
        array: |all| each(all, |one| one.timestamp),
    },
    arrays::Column {
        name: "sensor_data",
        element: "text",
        written: "NULLIF({}, '')::jsonb",
        array: |all| each(all, |one| json_or_empty(one.sensor_data.as_ref())),
    },
    arrays::Column {
        name: "calculated_metrics",
        element: "text",
        written: "NULLIF({}, '')::jsonb",
        array: |all| each(all, |one| json_or_empty(one.calculated_metrics.as_ref())),
    },
    arrays::Column {
        name: "details",
        element: "text",
        written: "NULLIF({}, '')::jsonb",
        array: |all| each(all, |one| json_or_empty(one.details.as_ref())),
    },
];
