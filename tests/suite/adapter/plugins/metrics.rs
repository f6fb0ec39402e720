//! Metrics: as they were written, and a window by plugin, name, period and tags.

use chrono::{DateTime, TimeDelta, Utc};
use core_server_adapter::{
    AdapterError, Period,
    plugins::{Added, MetricFilter, NewMetric, PluginMetric},
};
use serde_json::json;
use tests::{TestDatabase, fixtures::count, on_every_backend};

use super::{
    super::{AWKWARD, all_pages, compress, minute},
    invalid, migrated,
};

on_every_backend!(
    metrics_come_back_as_they_were_written,
    what_is_there_is_written_once,
    a_window_is_found_by_name_period_and_tags,
    bad_metrics_are_refused,
);

async fn metrics_come_back_as_they_were_written(database: TestDatabase) {
    let (_database, plugins) = migrated(database).await;
    let metrics = plugins.metrics();
    let values = [json!(1.5), json!(0), json!("x"), json!({ AWKWARD: [AWKWARD, null] }), json!(false)];
    for (number, value) in (0..).zip(values) {
        let finer = minute(number) + TimeDelta::nanoseconds(999);
        let new = NewMetric::new(AWKWARD, AWKWARD, finer, value.clone()).tag(AWKWARD, AWKWARD).tag("empty", "");
        let written = metrics.insert(&new).await.unwrap();
        assert_eq!((&*written.plugin_id, &*written.metric_name), (AWKWARD, AWKWARD));
        assert_eq!((written.time.to_utc(), &written.value), (minute(number), &value));
        assert_eq!(written.tags, Some(json!({ AWKWARD: AWKWARD, "empty": "" })));
        let again = metrics.insert(&new).await.unwrap_err();
        assert!(matches!(again, AdapterError::AlreadyExists { table: "plugin_metrics", .. }), "{again:?}");
    }
    let untagged = metrics.insert(&NewMetric::new("p", "m", minute(0), 1)).await.unwrap();
    assert_eq!(untagged.tags, None);
    let found = all_pages(async |page| metrics.list(AWKWARD, &MetricFilter::new().tag(AWKWARD, AWKWARD), &page).await);
    assert_eq!(found.await.len(), 5);
}

async fn what_is_there_is_written_once(database: TestDatabase) {
    let (database, plugins) = migrated(database).await;
    let (metrics, db) = (plugins.metrics(), plugins.connection());
    let of = |plugin: &str, count: i64| -> Vec<NewMetric> {
        (0..count).map(|number| NewMetric::new(plugin, "m", minute(number * 30), number)).collect()
    };
    assert_eq!(metrics.insert_many(&of("a", 1500)).await.unwrap(), 1500);
    compress(db, database.backend(), "plugin_metrics", 3).await;
    let both = [of("a", 1600), of("b", 10), of("b", 5)].concat();
    assert_eq!(metrics.insert_missing(&both).await.unwrap(), Added { new: 110, already_there: 1505 });
    assert_eq!(metrics.insert_missing(&both).await.unwrap(), Added { new: 0, already_there: 1615 });
    assert_eq!(metrics.insert_missing(&[]).await.unwrap(), Added::default());
    // All or none.
    let error = metrics.insert_many(&[of("c", 3), of("a", 1)].concat()).await.unwrap_err();
    assert!(matches!(error, AdapterError::AlreadyExists { .. }), "{error:?}");
    assert_eq!(count(db, "plugin_metrics").await, 1610);
}

/// Every 97 minutes of five weeks: of two plugins, three names, and tags of which some differ in case alone.
fn history() -> Vec<NewMetric> {
    let metric = |number: i64| {
        let of = usize::try_from(number).unwrap();
        let new =
            NewMetric::new(["p", "P"][of % 2], ["rms", "peak", "Rms"][of % 3], minute(number / 6 * 6 * 97), number);
        let new = if of % 5 == 0 { new } else { new.tag("line", ["3", "4", "öl", "Öl"][of % 4]) };
        if of % 7 == 0 { new.tag("shift", "3").tag("it's \"odd\"", "\\ $1 ?") } else { new }
    };
    (0..500).map(metric).collect()
}

async fn a_window_is_found_by_name_period_and_tags(database: TestDatabase) {
    let (database, plugins) = migrated(database).await;
    let (metrics, db) = (plugins.metrics(), plugins.connection());
    let history = history();
    let (first, late): (Vec<_>, Vec<_>) = history.into_iter().zip(0..).partition(|(_, number)| number % 10 < 8);
    metrics.insert_many(&first.into_iter().map(|(one, _)| one).collect::<Vec<_>>()).await.unwrap();
    compress(db, database.backend(), "plugin_metrics", 3).await;
    metrics.insert_many(&late.into_iter().map(|(one, _)| one).collect::<Vec<_>>()).await.unwrap();
    let all = all_pages(async |page| metrics.list("p", &MetricFilter::new(), &page).await).await;
    assert_eq!(all.len(), 250);
    let position = |one: &PluginMetric| -> (DateTime<Utc>, String) { (one.time.to_utc(), one.metric_name.clone()) };
    assert!(all.is_sorted_by(|newer, older| position(newer).0 >= position(older).0));

    let periods = [Period::ALL, Period::between(minute(97 * 60), minute(97 * 300))];
    let tags: [&[(&str, &str)]; 7] = [
        &[],
        &[("line", "3")],
        &[("line", "öl")],
        &[("line", "3"), ("shift", "3")],
        &[("it's \"odd\"", "\\ $1 ?")],
        &[("Line", "3")],
        &[("line", "")],
    ];
    for name in [None, Some("rms"), Some("none")] {
        for period in periods {
            for tags in tags {
                let filter = MetricFilter { name: name.map(str::to_owned), period, ..MetricFilter::new() };
                let filter = tags.iter().fold(filter, |filter, (key, text)| filter.tag(*key, *text));
                let matches = |one: &&PluginMetric| {
                    let at = one.time.to_utc();
                    let has = |key: &str, text: &str| one.tags.as_ref().is_some_and(|tags| tags[key] == text);
                    name.is_none_or(|name| one.metric_name == name)
                        && period.from.is_none_or(|from| at >= from)
                        && period.to.is_none_or(|to| at < to)
                        && tags.iter().all(|(key, text)| has(key, text))
                };
                let expected: Vec<PluginMetric> = all.iter().filter(matches).cloned().collect();
                let found = all_pages(async |page| metrics.list("p", &filter, &page).await).await;
                assert_eq!(found, expected, "{filter:?}");
            }
        }
    }
}

async fn bad_metrics_are_refused(database: TestDatabase) {
    let (_database, plugins) = migrated(database).await;
    let metrics = plugins.metrics();
    let good = NewMetric::new("p", "m", minute(0), 1);
    let bad = [
        ("plugin_id", NewMetric::new("", "m", minute(0), 1)),
        ("plugin_id", NewMetric::new("ö".repeat(101), "m", minute(0), 1)),
        ("metric_name", NewMetric::new("p", "ö".repeat(201), minute(0), 1)),
        ("time", NewMetric::new("p", "m", DateTime::<Utc>::MAX_UTC, 1)),
        ("value", NewMetric::new("p", "m", minute(0), f64::NAN)),
        ("value", NewMetric::new("p", "m", minute(0), "\0")),
        ("tags", good.clone().tag("a", "\0")),
        ("tags", good.clone().tag("\0", "a")),
    ];
    for (column, new) in bad {
        let error = metrics.insert(&new).await.unwrap_err();
        assert_eq!(invalid("plugin_metrics", &error), (column, None));
        let error = metrics.insert_missing(&[good.clone(), new]).await.unwrap_err();
        assert_eq!(invalid("plugin_metrics", &error), (column, Some(1)));
    }
    assert_eq!(count(plugins.connection(), "plugin_metrics").await, 0);
}
