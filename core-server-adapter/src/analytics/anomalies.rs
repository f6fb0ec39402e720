//! Anomaly records: what a threshold or a model found in the data of a machine.

use std::mem::take;

use chrono::{DateTime, Utc};
use entity::analytics::anomaly_record::{ActiveModel, Column, Entity};
#[doc(inline)]
pub use entity::analytics::{AnomalyRecord, AnomalySeverity};
use sea_orm::{
    Condition, ConnectionTrait, DbBackend, EntityTrait, QueryFilter, Statement, TransactionTrait,
    prelude::{Decimal, Json},
};
use serde::{Deserialize, Serialize};

use super::{
    SHARE, SHORT,
    json::{given, size_of},
    share,
};
use crate::{
    AdapterError, Page, PageRequest, Period,
    batch::{self, Bulk, OnExisting, arrays},
    condition::{is_label, is_text, within},
    error::Place,
    filter::narrowing,
    repository::repository,
    rows::insert_numbered,
    value::{json, moment, name},
};

/// For errors.
const PLACE: Place = Place { area: super::AREA, table: "anomaly_records" };

repository! {
    /// The anomaly records of a database, over a pool or within a transaction.
    AnomalyRepository
}

/// An anomaly that is to be recorded.
///
/// ```
/// use chrono::Utc;
/// use core_server_adapter::analytics::{AnomalySeverity, NewAnomaly};
/// use serde_json::json;
///
/// let found = NewAnomaly::new("press-2", "temperature spike", AnomalySeverity::High, Utc::now())
///     .sensor_data(json!({ "temperature": 100.5 }))
///     .by_model("isolation forest", "0.9731".parse()?, json!([0.25, 1.5]));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct NewAnomaly {
    machine_id: String,
    anomaly_type: String,
    severity: AnomalySeverity,
    timestamp: DateTime<Utc>,
    sensor_data: Option<Json>,
    calculated_metrics: Option<Json>,
    ml_features: Option<Json>,
    ml_confidence: Option<Decimal>,
    algorithm_used: String,
}

impl NewAnomaly {
    /// A threshold was crossed: something odd about a machine at a moment. Machine and type are names of up to 50 characters.
    pub fn new(
        machine: impl Into<String>,
        anomaly_type: impl Into<String>,
        severity: AnomalySeverity,
        at: impl Into<DateTime<Utc>>,
    ) -> Self {
        Self {
            machine_id: machine.into(),
            anomaly_type: anomaly_type.into(),
            severity,
            timestamp: at.into(),
            sensor_data: None,
            calculated_metrics: None,
            ml_features: None,
            ml_confidence: None,
            algorithm_used: "threshold".to_owned(),
        }
    }

    /// What the sensors measured. JSON `null` counts as nothing, here and below.
    #[must_use]
    pub fn sensor_data(mut self, data: impl Into<Json>) -> Self {
        self.sensor_data = given(data);
        self
    }

    /// What was computed from it.
    #[must_use]
    pub fn calculated_metrics(mut self, metrics: impl Into<Json>) -> Self {
        self.calculated_metrics = given(metrics);
        self
    }

    /// A model found it instead: its algorithm in up to 50 characters, how sure it is from 0 to 1 with up to 4 digits after
    /// the point, and what it went by.
    #[must_use]
    pub fn by_model(mut self, algorithm: impl Into<String>, confidence: Decimal, features: impl Into<Json>) -> Self {
        self.algorithm_used = algorithm.into();
        self.ml_confidence = Some(confidence);
        self.ml_features = given(features);
        self
    }

    /// Checks the anomaly as [`AnomalyRepository::record`] will.
    ///
    /// # Errors
    ///
    /// [`AdapterError::InvalidValue`] with the column and what is allowed.
    pub fn validate(&self) -> Result<(), AdapterError> {
        self.checked().map(drop)
    }

    /// As it will be stored.
    fn checked(&self) -> Result<Self, AdapterError> {
        name(PLACE, "machine_id", &self.machine_id, SHORT)?;
        name(PLACE, "anomaly_type", &self.anomaly_type, SHORT)?;
        name(PLACE, "algorithm_used", &self.algorithm_used, SHORT)?;
        json(PLACE, "sensor_data", self.sensor_data.as_ref())?;
        json(PLACE, "calculated_metrics", self.calculated_metrics.as_ref())?;
        json(PLACE, "ml_features", self.ml_features.as_ref())?;
        share(PLACE, "ml_confidence", self.ml_confidence, SHARE)?;
        Ok(Self { timestamp: moment(PLACE, "timestamp", self.timestamp)?, ..self.clone() })
    }
}

impl Bulk for NewAnomaly {
    type Row = ActiveModel;
    type Key = ();

    const PLACE: Place = PLACE;
    const DOING: &'static str = "recording anomalies";

    fn key(&self) {}

    fn size(&self) -> usize {
        200 + size_of(&[&self.sensor_data, &self.calculated_metrics, &self.ml_features])
    }

    fn row(self) -> ActiveModel {
        row(self)
    }

    fn arrays(mut batch: Vec<Self>, _existing: OnExisting) -> Statement {
        let (sql, values) = arrays::insert("anomaly_records", COLUMNS, &mut batch);
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
    ml_features: optional_json = one.ml_features.take();
    ml_confidence: optional_decimal = one.ml_confidence;
    algorithm_used: text = take(&mut one.algorithm_used);
});

/// Which anomaly records; what is not given does not narrow.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AnomalyFilter {
    /// The machine, exactly.
    pub machine: Option<String>,
    /// What kind of anomaly, exactly.
    pub anomaly_type: Option<String>,
    /// How bad it is.
    pub severity: Option<AnomalySeverity>,
    /// What found it, exactly.
    pub algorithm: Option<String>,
    /// When it happened.
    pub period: Period,
}

impl AnomalyFilter {
    /// All records.
    pub fn new() -> Self {
        Self::default()
    }

    fn condition(&self) -> Condition {
        within(Column::Timestamp, self.period)
            .add_option(is_text(Column::MachineId, self.machine.as_deref()))
            .add_option(is_text(Column::AnomalyType, self.anomaly_type.as_deref()))
            .add_option(is_label(Column::Severity, self.severity.as_ref()))
            .add_option(is_text(Column::AlgorithmUsed, self.algorithm.as_deref()))
    }
}

narrowing!(AnomalyFilter {
    /// Only of this machine.
    text machine(machine_id);
    /// Only of this kind.
    text anomaly_type;
    /// Only of this severity.
    value severity: AnomalySeverity;
    /// Only what this algorithm found.
    text algorithm(algorithm_used);
    /// Only what happened in this period.
    period period;
});

impl<C: ConnectionTrait> AnomalyRepository<'_, C> {
    /// Records one anomaly; gives it as it is stored.
    ///
    /// # Errors
    ///
    /// - [`AdapterError::InvalidValue`] for a value the schema does not allow;
    /// - failures of the database.
    pub async fn record(&self, anomaly: &NewAnomaly) -> Result<AnomalyRecord, AdapterError> {
        let recorded = insert_numbered(self.db, row(anomaly.checked()?), Column::Id).await;
        recorded.map_err(PLACE.while_doing("recording an anomaly"))
    }

    /// A page of the records that match, newest first. With a machine or a period it is fast on compressed history too.
    ///
    /// # Errors
    ///
    /// [`AdapterError::InvalidPage`] for a limit outside 1 to [`PageRequest::MAX_LIMIT`]; failures of the database.
    pub async fn list(
        &self,
        filter: &AnomalyFilter,
        request: &PageRequest<i64>,
    ) -> Result<Page<AnomalyRecord, i64>, AdapterError> {
        let query = Entity::find().filter(filter.checked(PLACE)?.condition());
        let (columns, failed) = ((Column::Timestamp, Column::Id), PLACE.while_reading("listing anomaly records"));
        request.read(self.db, query, columns, failed, |record| (record.timestamp.to_utc(), record.id)).await
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
