//! Health: runs that succeed and fail, in a row and at once.

use chrono::{DateTime, Utc};
use core_server_adapter::{
    AdapterError,
    plugins::{PluginHealth, PluginStatus, StatusFilter, UNHEALTHY_AFTER},
};
use futures_util::future::join_all;
use tests::{TestDatabase, on_every_backend};

use super::{
    super::{AWKWARD, all_pages, minute},
    invalid, migrated, register,
};

on_every_backend!(errors_in_a_row_are_counted, what_fails_is_listed, bad_reports_are_refused);
on_every_backend!(needs: several_sessions; of_failures_at_once_none_is_lost);

async fn errors_in_a_row_are_counted(database: TestDatabase) {
    let (_database, plugins) = migrated(database).await;
    register(&plugins, &[AWKWARD, "other"]).await;
    let status = plugins.status();
    assert_eq!(status.find(AWKWARD).await.unwrap(), None);
    let error = status.get(AWKWARD).await.unwrap_err();
    assert!(matches!(error, AdapterError::NotFound { table: "plugin_status", .. }), "{error:?}");
    // The first report, and one after the other.
    let reports = [false, true, false, false, false, false, true, true, false];
    let (mut errors, mut in_a_row, mut last_success) = (0, 0, None);
    for (number, succeeds) in (0..).zip(reports) {
        let at = minute(number);
        let now = if succeeds {
            (in_a_row, last_success) = (0, Some(at));
            status.succeeded(AWKWARD, at).await.unwrap()
        } else {
            (errors, in_a_row) = (errors + 1, in_a_row + 1);
            status.failed(AWKWARD, at, &format!("{AWKWARD} {number}")).await.unwrap()
        };
        assert_eq!((now.error_count, now.consecutive_errors), (errors, in_a_row), "report {number}");
        let health = match in_a_row {
            0 => PluginHealth::Healthy,
            UNHEALTHY_AFTER.. => PluginHealth::Unhealthy,
            _ => PluginHealth::Degraded,
        };
        assert_eq!(now.health_status, health, "report {number}");
        assert_eq!(now.last_run.map(|at| at.to_utc()), Some(at));
        assert_eq!(now.last_success.map(|at| at.to_utc()), last_success);
        assert!(number == 0 || succeeds || now.last_error == Some(format!("{AWKWARD} {number}")));
        assert_eq!(status.get(AWKWARD).await.unwrap(), now);
    }
    assert_eq!(status.get(AWKWARD).await.unwrap().last_error, Some(format!("{AWKWARD} 8")));
    assert_eq!(status.find("other").await.unwrap(), None);
    let first = status.succeeded("other", minute(0)).await.unwrap();
    assert_eq!((first.error_count, first.consecutive_errors, first.last_error), (0, 0, None));
}

async fn what_fails_is_listed(database: TestDatabase) {
    let (_database, plugins) = migrated(database).await;
    let names: Vec<String> = (0..30).map(|number| format!("p {number}")).collect();
    register(&plugins, &names.iter().map(String::as_str).collect::<Vec<_>>()).await;
    let status = plugins.status();
    for (number, name) in names.iter().enumerate() {
        status.succeeded(name, minute(0)).await.unwrap();
        for _ in 0..number % 5 {
            status.failed(name, minute(1), "x").await.unwrap();
        }
    }
    let everything = all_pages(async |page| status.list(&StatusFilter::new(), &page).await).await;
    assert_eq!(everything.len(), 30);
    let position = |one: &PluginStatus| -> DateTime<Utc> { one.updated_at.to_utc() };
    assert!(everything.is_sorted_by(|newer, older| position(newer) >= position(older)));
    for health in [None, Some(PluginHealth::Unhealthy), Some(PluginHealth::Healthy), Some(PluginHealth::Unknown)] {
        for failing in [false, true] {
            let filter = StatusFilter { health, failing };
            let matches = |one: &&PluginStatus| {
                health.is_none_or(|health| one.health_status == health) && (!failing || one.consecutive_errors > 0)
            };
            let expected: Vec<PluginStatus> = everything.iter().filter(matches).cloned().collect();
            assert_eq!(all_pages(async |page| status.list(&filter, &page).await).await, expected, "{filter:?}");
        }
    }
}

async fn bad_reports_are_refused(database: TestDatabase) {
    let (_database, plugins) = migrated(database).await;
    register(&plugins, &["p"]).await;
    let status = plugins.status();
    let long = "ö".repeat(101);
    for (column, result) in [
        ("plugin_id", status.succeeded("", minute(0)).await),
        ("plugin_id", status.failed(&long, minute(0), "x").await),
        ("last_run", status.succeeded("p", DateTime::<Utc>::MIN_UTC).await),
        ("last_error", status.failed("p", minute(0), "\0").await),
        ("last_error", status.failed("p", minute(0), &"x".repeat(65_536)).await),
    ] {
        assert_eq!(invalid("plugin_status", &result.unwrap_err()), (column, None));
    }
    for result in [status.succeeded("nobody", minute(0)).await, status.failed("nobody", minute(0), "x").await] {
        let error = result.unwrap_err();
        assert!(matches!(error, AdapterError::Unregistered { table: "plugin_status", .. }), "{error:?}");
    }
    assert_eq!(status.find("p").await.unwrap(), None);
}

async fn of_failures_at_once_none_is_lost(database: TestDatabase) {
    let (_database, plugins) = migrated(database).await;
    register(&plugins, &["p"]).await;
    let status = plugins.status();
    // One of two that insert at once may have to give way on MySQL, and is told so.
    let mut left = 40;
    while left > 0 {
        let reports = join_all((0..left).map(|number| status.failed("p", minute(number), "x"))).await;
        for report in reports {
            match report {
                Ok(_) => left -= 1,
                Err(error) => assert!(error.is_transient(), "{error:?}"),
            }
        }
    }
    let now = status.get("p").await.unwrap();
    assert_eq!((now.error_count, now.consecutive_errors, now.health_status), (40, 40, PluginHealth::Unhealthy));
}
