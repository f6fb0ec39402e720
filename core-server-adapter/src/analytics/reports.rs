//! Maintenance reports: what was written about a day, a week or a month.

use chrono::{DateTime, Utc};
use entity::analytics::maintenance_report::{ActiveModel, Column, Entity};
#[doc(inline)]
pub use entity::analytics::{MaintenanceReport, MaintenanceReportType};
use sea_orm::{
    ActiveValue::{NotSet, Set},
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter,
    prelude::Json,
};
use serde::{Deserialize, Serialize};

use super::{SHORT, json::given};
use crate::{
    AdapterError, Page, PageRequest, Period,
    condition::{is_label, is_text, within},
    error::Place,
    filter::narrowing,
    repository::repository,
    rows::insert_numbered,
    value::{json, moment, name, now, optional_name, required_json},
};

/// For errors.
const PLACE: Place = Place { area: super::AREA, table: "maintenance_reports" };

repository! {
    /// The maintenance reports of a database, over a pool or within a transaction.
    ReportRepository
}

/// A report that is to be stored.
///
/// ```
/// use chrono::Utc;
/// use core_server_adapter::analytics::{MaintenanceReportType, NewReport};
/// use serde_json::json;
///
/// let report = NewReport::new("2026-W10", MaintenanceReportType::Weekly, Utc::now(), json!({ "findings": 2 }))
///     .machine("press-2")
///     .recommendations(json!(["change the oil"]));
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct NewReport {
    report_id: String,
    report_type: MaintenanceReportType,
    generated_time: DateTime<Utc>,
    machine_id: Option<String>,
    content: Json,
    metrics_summary: Option<Json>,
    recommendations: Option<Json>,
}

impl NewReport {
    /// A report of an id of up to 50 characters, of which no other has the same. The content may be anything but `null`.
    pub fn new(
        report_id: impl Into<String>,
        report_type: MaintenanceReportType,
        generated: impl Into<DateTime<Utc>>,
        content: impl Into<Json>,
    ) -> Self {
        Self {
            report_id: report_id.into(),
            report_type,
            generated_time: generated.into(),
            machine_id: None,
            content: content.into(),
            metrics_summary: None,
            recommendations: None,
        }
    }

    /// The machine that it is about, named in up to 50 characters; else it is about all.
    #[must_use]
    pub fn machine(mut self, machine: impl Into<String>) -> Self {
        self.machine_id = Some(machine.into());
        self
    }

    /// Its numbers. JSON `null` counts as nothing, here and below.
    #[must_use]
    pub fn metrics_summary(mut self, summary: impl Into<Json>) -> Self {
        self.metrics_summary = given(summary);
        self
    }

    /// What to do.
    #[must_use]
    pub fn recommendations(mut self, recommendations: impl Into<Json>) -> Self {
        self.recommendations = given(recommendations);
        self
    }

    /// Checks the report as [`ReportRepository::store`] will.
    ///
    /// # Errors
    ///
    /// [`AdapterError::InvalidValue`] with the column and what is allowed.
    pub fn validate(&self) -> Result<(), AdapterError> {
        self.row().map(drop)
    }

    fn row(&self) -> Result<ActiveModel, AdapterError> {
        name(PLACE, "report_id", &self.report_id, SHORT)?;
        optional_name(PLACE, "machine_id", self.machine_id.as_deref(), SHORT)?;
        required_json(PLACE, "content", &self.content)?;
        json(PLACE, "metrics_summary", self.metrics_summary.as_ref())?;
        json(PLACE, "recommendations", self.recommendations.as_ref())?;
        Ok(ActiveModel {
            id: NotSet,
            report_id: Set(self.report_id.clone()),
            report_type: Set(self.report_type),
            generated_time: Set(moment(PLACE, "generated_time", self.generated_time)?.fixed_offset()),
            machine_id: Set(self.machine_id.clone()),
            content: Set(self.content.clone()),
            metrics_summary: Set(self.metrics_summary.clone()),
            recommendations: Set(self.recommendations.clone()),
            created_at: Set(now()),
        })
    }
}

/// Which reports; what is not given does not narrow.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ReportFilter {
    /// About how long a time.
    pub report_type: Option<MaintenanceReportType>,
    /// The machine, exactly.
    pub machine: Option<String>,
    /// When it was written.
    pub period: Period,
}

impl ReportFilter {
    /// All reports.
    pub fn new() -> Self {
        Self::default()
    }

    fn condition(&self) -> Condition {
        within(Column::GeneratedTime, self.period)
            .add_option(is_label(Column::ReportType, self.report_type.as_ref()))
            .add_option(is_text(Column::MachineId, self.machine.as_deref()))
    }
}

narrowing!(ReportFilter {
    /// Only about so long a time.
    value report_type: MaintenanceReportType;
    /// Only about this machine.
    text machine(machine_id);
    /// Only what was written in this period.
    period period;
});

impl<C: ConnectionTrait> ReportRepository<'_, C> {
    /// Stores a report; gives it as it is stored.
    ///
    /// # Errors
    ///
    /// - [`AdapterError::InvalidValue`] for a value the schema does not allow;
    /// - [`AdapterError::AlreadyExists`] when there is a report of its id;
    /// - failures of the database.
    pub async fn store(&self, report: &NewReport) -> Result<MaintenanceReport, AdapterError> {
        let stored = insert_numbered(self.db, report.row()?, Column::Id).await;
        stored.map_err(PLACE.while_doing("storing a maintenance report"))
    }

    /// The report of this id.
    ///
    /// # Errors
    ///
    /// [`AdapterError::NotFound`] when there is none; failures of the database.
    pub async fn get(&self, report_id: &str) -> Result<MaintenanceReport, AdapterError> {
        self.find(report_id).await?.ok_or_else(|| PLACE.not_found(&report_id))
    }

    /// The report of this id, if there is one.
    ///
    /// # Errors
    ///
    /// Failures of the database.
    pub async fn find(&self, report_id: &str) -> Result<Option<MaintenanceReport>, AdapterError> {
        let found = Entity::find().filter(Column::ReportId.eq(report_id)).one(self.db).await;
        found.map_err(PLACE.while_reading("looking a maintenance report up"))
    }

    /// A page of the reports that match, newest first.
    ///
    /// # Errors
    ///
    /// [`AdapterError::InvalidPage`] for a limit outside 1 to [`PageRequest::MAX_LIMIT`]; failures of the database.
    pub async fn list(
        &self,
        filter: &ReportFilter,
        request: &PageRequest<i64>,
    ) -> Result<Page<MaintenanceReport, i64>, AdapterError> {
        let query = Entity::find().filter(filter.checked(PLACE)?.condition());
        let (columns, failed) =
            ((Column::GeneratedTime, Column::Id), PLACE.while_reading("listing maintenance reports"));
        request.read(self.db, query, columns, failed, |report| (report.generated_time.to_utc(), report.id)).await
    }
}
