//! Maintenance reports: stored once under their id, listed by type, machine and period.

use core_server_adapter::{
    AdapterError, Period,
    analytics::{MaintenanceReport, MaintenanceReportType, NewReport, ReportFilter},
};
use sea_orm::Iterable;
use serde_json::{Value, json};
use tests::{TestDatabase, on_every_backend};

use super::{
    super::{all_pages, minute},
    at, invalid, migrated,
};

on_every_backend!(a_report_is_stored_as_it_was_given, reports_are_listed_by_type_and_period);

fn report(id: &str, kind: MaintenanceReportType, number: i64) -> NewReport {
    NewReport::new(id, kind, minute(number), json!({ "number": number }))
}

async fn a_report_is_stored_as_it_was_given(database: TestDatabase) {
    let (_database, analytics) = migrated(database).await;
    let reports = analytics.reports();
    let content = json!({"title": "it's done", "pages": [1, null, "水"]});
    let new =
        NewReport::new("2026-W13", MaintenanceReportType::Weekly, at("2026-03-29T03:30:00+02:00"), content.clone())
            .machine("press-1")
            .metrics_summary(json!({"uptime": 99.5}))
            .recommendations(json!(["Öl wechseln"]));
    let stored = reports.store(&new).await.unwrap();
    let expected = MaintenanceReport {
        id: stored.id,
        report_id: "2026-W13".to_owned(),
        report_type: MaintenanceReportType::Weekly,
        generated_time: at("2026-03-29T01:30:00Z").fixed_offset(),
        machine_id: Some("press-1".to_owned()),
        content,
        metrics_summary: Some(json!({"uptime": 99.5})),
        recommendations: Some(json!(["Öl wechseln"])),
        created_at: stored.created_at,
    };
    assert_eq!(stored, expected);
    assert_eq!(reports.get("2026-W13").await.unwrap(), expected);
    let error = reports.store(&new).await.unwrap_err();
    assert!(matches!(error, AdapterError::AlreadyExists { table: "maintenance_reports", .. }), "{error:?}");
    assert_eq!(reports.find("nobody's").await.unwrap(), None);
    assert!(matches!(reports.get("nobody's").await.unwrap_err(), AdapterError::NotFound { .. }));
    let daily = MaintenanceReportType::Daily;
    for (column, new) in [
        ("report_id", report("", daily, 0)),
        ("machine_id", report("x", daily, 0).machine("x".repeat(51))),
        ("generated_time", NewReport::new("x", daily, at("1969-12-31T23:59:59Z"), 1)),
        ("content", NewReport::new("x", daily, minute(0), Value::Null)),
        ("content", NewReport::new("x", daily, minute(0), "a\0")),
        ("metrics_summary", report("x", daily, 0).metrics_summary("a\0")),
        ("recommendations", report("x", daily, 0).recommendations("a\0")),
    ] {
        assert_eq!(invalid("maintenance_reports", &reports.store(&new).await.unwrap_err()), (column, None));
    }
}

async fn reports_are_listed_by_type_and_period(database: TestDatabase) {
    let (_database, analytics) = migrated(database).await;
    let reports = analytics.reports();
    let kinds: Vec<MaintenanceReportType> = MaintenanceReportType::iter().collect();
    let mut everything = Vec::new();
    for number in 0..18_u8 {
        let new = report(&format!("report-{number}"), kinds[usize::from(number % 3)], i64::from(number / 2));
        let new = if number % 4 == 0 { new } else { new.machine(["m", "n"][usize::from(number % 2)]) };
        everything.push(reports.store(&new).await.unwrap());
    }
    everything.reverse();
    for filter in [
        ReportFilter::new(),
        ReportFilter::new().report_type(MaintenanceReportType::Monthly),
        ReportFilter::new().machine("m").period(Period::since(minute(3))),
        ReportFilter::new().report_type(MaintenanceReportType::Daily).period(Period::between(minute(2), minute(7))),
    ] {
        let matches = |one: &&MaintenanceReport| {
            filter.report_type.is_none_or(|kind| kind == one.report_type)
                && filter.machine.as_ref().is_none_or(|machine| one.machine_id.as_ref() == Some(machine))
                && filter.period.from.is_none_or(|from| one.generated_time >= from)
                && filter.period.to.is_none_or(|to| one.generated_time < to)
        };
        let expected: Vec<MaintenanceReport> = everything.iter().filter(matches).cloned().collect();
        let found = all_pages(async |request| reports.list(&filter, &request).await).await;
        assert!(!expected.is_empty());
        assert_eq!(found, expected, "{filter:?}");
    }
}
