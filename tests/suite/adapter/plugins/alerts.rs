//! Alerts and their history: defined, switched, looked at, listed.

use chrono::{DateTime, TimeDelta, Utc};
use core_server_adapter::{
    AdapterError, Period,
    plugins::{Alert, AlertFilter, AlertTrigger, NewAlert, NewTrigger, PluginAlertSeverity, TriggerFilter},
};
use serde_json::json;
use tests::{TestDatabase, fixtures::count, on_every_backend};
use uuid::Uuid;

use super::{
    super::{AWKWARD, all_pages, minute},
    invalid, migrated, register,
};

on_every_backend!(
    alerts_are_defined_and_switched,
    alerts_are_listed_by_plugin_severity_and_whether_they_are_looked_at,
    the_history_of_an_alert_is_listed_by_period,
    bad_alerts_are_refused,
);

const SEVERITIES: [PluginAlertSeverity; 4] = [
    PluginAlertSeverity::Info,
    PluginAlertSeverity::Warning,
    PluginAlertSeverity::Error,
    PluginAlertSeverity::Critical,
];

async fn alerts_are_defined_and_switched(database: TestDatabase) {
    let (_database, plugins) = migrated(database).await;
    register(&plugins, &[AWKWARD]).await;
    let alerts = plugins.alerts();
    let condition = json!({ AWKWARD: [1.5, null] });
    for severity in SEVERITIES {
        let new = NewAlert::new(AWKWARD, AWKWARD, condition.clone(), severity).description(AWKWARD);
        let defined = alerts.define(&new).await.unwrap();
        assert_eq!((&*defined.plugin_id, &*defined.name), (AWKWARD, AWKWARD));
        assert_eq!((defined.description.as_deref(), &defined.condition), (Some(AWKWARD), &condition));
        assert_eq!((defined.severity, defined.enabled), (severity, true));
        assert_eq!(alerts.get(defined.id).await.unwrap(), defined);
        let off = alerts.set_enabled(defined.id, false).await.unwrap();
        assert_eq!(off, Alert { enabled: false, updated_at: off.updated_at, ..defined.clone() });
        assert!(off.updated_at > defined.updated_at);
        assert!(alerts.set_enabled(defined.id, true).await.unwrap().enabled);
    }
    let nobody = Uuid::now_v7();
    assert_eq!(alerts.find(nobody).await.unwrap(), None);
    for result in [alerts.get(nobody).await, alerts.set_enabled(nobody, true).await] {
        assert!(matches!(result.unwrap_err(), AdapterError::NotFound { table: "alerts", .. }));
    }
    let error = alerts.define(&NewAlert::new("nobody", "x", 1, SEVERITIES[0])).await.unwrap_err();
    assert!(matches!(error, AdapterError::Unregistered { table: "alerts", .. }), "{error:?}");
}

async fn alerts_are_listed_by_plugin_severity_and_whether_they_are_looked_at(database: TestDatabase) {
    let (_database, plugins) = migrated(database).await;
    register(&plugins, &["a", "A"]).await;
    let alerts = plugins.alerts();
    for number in 0..40 {
        let new = NewAlert::new(["a", "A"][number % 2], "x", 1, SEVERITIES[number / 2 % 4]);
        alerts.define(&if number % 3 == 0 { new.disabled() } else { new }).await.unwrap();
    }
    let everything = all_pages(async |page| alerts.list(&AlertFilter::new(), &page).await).await;
    assert_eq!(everything.len(), 40);
    assert!(everything.is_sorted_by(|newer, older| (newer.created_at, newer.id) > (older.created_at, older.id)));
    for plugin in [None, Some("a"), Some("b")] {
        for severity in [None, Some(PluginAlertSeverity::Error)] {
            for enabled in [None, Some(true), Some(false)] {
                let filter = AlertFilter { plugin: plugin.map(str::to_owned), severity, enabled };
                let matches = |one: &&Alert| {
                    plugin.is_none_or(|plugin| one.plugin_id == plugin)
                        && severity.is_none_or(|severity| one.severity == severity)
                        && enabled.is_none_or(|enabled| one.enabled == enabled)
                };
                let expected: Vec<Alert> = everything.iter().filter(matches).cloned().collect();
                assert_eq!(all_pages(async |page| alerts.list(&filter, &page).await).await, expected, "{filter:?}");
            }
        }
    }
}

async fn the_history_of_an_alert_is_listed_by_period(database: TestDatabase) {
    let (_database, plugins) = migrated(database).await;
    let triggers = plugins.triggers();
    // Alerts need not be there.
    let [one, other] = [Uuid::now_v7(), Uuid::now_v7()];
    let finer = minute(0) + TimeDelta::nanoseconds(999);
    let full = NewTrigger::new(one, finer, true).value(json!([AWKWARD, 1.5])).message(AWKWARD);
    let recorded = triggers.record(&full).await.unwrap();
    assert_eq!((recorded.alert_id, recorded.time.to_utc(), recorded.triggered), (one, minute(0), true));
    assert_eq!((recorded.value, recorded.message.as_deref()), (Some(json!([AWKWARD, 1.5])), Some(AWKWARD)));
    let again = triggers.record(&full).await.unwrap_err();
    assert!(matches!(again, AdapterError::AlreadyExists { table: "alert_history", .. }), "{again:?}");
    for number in 1..40 {
        for alert in [one, other] {
            triggers.record(&NewTrigger::new(alert, minute(number * 1_440), number % 3 == 0)).await.unwrap();
        }
    }
    let everything = all_pages(async |page| triggers.list(one, &TriggerFilter::new(), &page).await).await;
    assert_eq!(everything.len(), 40);
    assert!(everything.is_sorted_by(|newer, older| newer.time > older.time));
    assert!(everything.iter().all(|look| look.alert_id == one));
    for triggered in [None, Some(true), Some(false)] {
        for period in [Period::ALL, Period::between(minute(1_440 * 3), minute(1_440 * 30))] {
            let filter = TriggerFilter { triggered, period };
            let matches = |look: &&AlertTrigger| {
                let at = look.time.to_utc();
                triggered.is_none_or(|triggered| look.triggered == triggered)
                    && period.from.is_none_or(|from| at >= from)
                    && period.to.is_none_or(|to| at < to)
            };
            let expected: Vec<AlertTrigger> = everything.iter().filter(matches).cloned().collect();
            assert_eq!(all_pages(async |page| triggers.list(one, &filter, &page).await).await, expected, "{filter:?}");
        }
    }
}

async fn bad_alerts_are_refused(database: TestDatabase) {
    let (_database, plugins) = migrated(database).await;
    register(&plugins, &["p"]).await;
    let new = |plugin: &str, name: &str| NewAlert::new(plugin, name, 1, SEVERITIES[0]);
    let bad = [
        ("plugin_id", new("", "x")),
        ("name", new("p", &"ö".repeat(201))),
        ("description", new("p", "x").description("\0")),
        ("condition", NewAlert::new("p", "x", json!(null), SEVERITIES[0])),
        ("condition", NewAlert::new("p", "x", "\0", SEVERITIES[0])),
    ];
    for (column, new) in bad {
        let error = plugins.alerts().define(&new).await.unwrap_err();
        assert_eq!(invalid("alerts", &error), (column, None));
    }
    let look = |at: DateTime<Utc>| NewTrigger::new(Uuid::nil(), at, true);
    let bad = [
        ("time", look(DateTime::<Utc>::MIN_UTC)),
        ("value", look(minute(0)).value("\0")),
        ("message", look(minute(0)).message("x".repeat(65_536))),
    ];
    for (column, new) in bad {
        let error = plugins.triggers().record(&new).await.unwrap_err();
        assert_eq!(invalid("alert_history", &error), (column, None));
    }
    assert_eq!(count(plugins.connection(), "alerts").await, 0);
    assert_eq!(count(plugins.connection(), "alert_history").await, 0);
}
