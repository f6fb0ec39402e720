//! The registry: registered once, brought up to date, switched on and off, and listed.

use core_server_adapter::{
    AdapterError,
    plugins::{NewPlugin, Plugin, PluginFilter, PluginRepository},
};
use sea_orm::TransactionTrait;
use serde_json::json;
use tests::{TestDatabase, fixtures::count, on_every_backend};

use super::{
    super::{AWKWARD, all_pages},
    invalid, migrated,
};

on_every_backend!(
    a_plugin_is_registered_once,
    a_plugin_is_brought_up_to_date,
    plugins_are_listed_by_category_and_whether_they_run,
    bad_plugins_are_refused,
);

async fn a_plugin_is_registered_once(database: TestDatabase) {
    let (_database, plugins) = migrated(database).await;
    let (registry, db) = (plugins.registry(), plugins.connection());
    let new = NewPlugin::new(AWKWARD, AWKWARD, "1.0")
        .description(AWKWARD)
        .category(AWKWARD)
        .config(json!({ AWKWARD: [1, null] }))
        .disabled();
    let registered = registry.register(&new).await.unwrap();
    assert_eq!([&*registered.plugin_id, &*registered.name, &*registered.version], [AWKWARD, AWKWARD, "1.0"]);
    assert_eq!([registered.description.as_deref(), registered.category.as_deref()], [Some(AWKWARD); 2]);
    assert_eq!((registered.config.as_ref(), registered.enabled), (Some(&json!({ AWKWARD: [1, null] })), false));
    assert_eq!(registered.created_at, registered.updated_at);
    assert_eq!(registry.get(AWKWARD).await.unwrap(), registered);
    // Again, and otherwise: the first one stays.
    assert_eq!(registry.register(&NewPlugin::new(AWKWARD, "other", "2")).await.unwrap(), registered);
    let bare = registry.register(&NewPlugin::new("b", "b", "1").config(json!(null))).await.unwrap();
    assert_eq!((bare.description, bare.category, bare.config, bare.enabled), (None, None, None, true));
    assert_eq!(registry.find("B").await.unwrap(), None);
    let error = registry.get("B").await.unwrap_err();
    assert!(matches!(&error, AdapterError::NotFound { table: "plugins", id, .. } if id == "B"), "{error:?}");
    let transaction = db.begin().await.unwrap();
    PluginRepository::new(&transaction).register(&NewPlugin::new("c", "c", "1")).await.unwrap();
    transaction.rollback().await.unwrap();
    assert_eq!(count(db, "plugins").await, 2);
}

async fn a_plugin_is_brought_up_to_date(database: TestDatabase) {
    let (_database, plugins) = migrated(database).await;
    let registry = plugins.registry();
    let first = registry.update(&NewPlugin::new("a", "old", "1").description("x").config(1).disabled()).await.unwrap();
    assert!(!first.enabled, "one that is new is as it says");
    let second = registry.update(&NewPlugin::new("a", "new", "2").category("y").config(json!([2]))).await.unwrap();
    let expected = Plugin {
        name: "new".to_owned(),
        version: "2".to_owned(),
        description: None,
        category: Some("y".to_owned()),
        config: Some(json!([2])),
        updated_at: second.updated_at,
        ..first.clone()
    };
    assert_eq!(second, expected, "whether it runs stays, and so do its id and when it was registered");
    assert!(second.updated_at > first.updated_at);
    let running = registry.set_enabled("a", true).await.unwrap();
    assert_eq!(running, Plugin { enabled: true, updated_at: running.updated_at, ..second.clone() });
    assert!(running.updated_at > second.updated_at);
    assert!(!registry.set_enabled("a", false).await.unwrap().enabled);
    assert!(matches!(registry.set_enabled("b", true).await.unwrap_err(), AdapterError::NotFound { .. }));
}

async fn plugins_are_listed_by_category_and_whether_they_run(database: TestDatabase) {
    let (_database, plugins) = migrated(database).await;
    let registry = plugins.registry();
    for number in 0..40 {
        let new = NewPlugin::new(format!("p {number}"), "x", "1");
        let new = if number % 3 == 0 { new } else { new.category(["quality", "Quality"][number % 3 - 1]) };
        registry.register(&if number % 4 == 0 { new.disabled() } else { new }).await.unwrap();
    }
    let everything = all_pages(async |page| registry.list(&PluginFilter::new(), &page).await).await;
    assert_eq!(everything.len(), 40);
    assert!(everything.is_sorted_by(|newer, older| (newer.created_at, newer.id) > (older.created_at, older.id)));
    for category in [None, Some("quality"), Some("none")] {
        for enabled in [None, Some(true), Some(false)] {
            let filter = PluginFilter { category: category.map(str::to_owned), enabled };
            let matches = |one: &&Plugin| {
                category.is_none_or(|category| one.category.as_deref() == Some(category))
                    && enabled.is_none_or(|enabled| one.enabled == enabled)
            };
            let expected: Vec<Plugin> = everything.iter().filter(matches).cloned().collect();
            assert_eq!(all_pages(async |page| registry.list(&filter, &page).await).await, expected, "{filter:?}");
        }
    }
}

async fn bad_plugins_are_refused(database: TestDatabase) {
    let (_database, plugins) = migrated(database).await;
    let good = || NewPlugin::new("a", "a", "1");
    let bad = [
        ("plugin_id", NewPlugin::new("", "a", "1")),
        ("plugin_id", NewPlugin::new("ö".repeat(101), "a", "1")),
        ("name", NewPlugin::new("a", "ö".repeat(201), "1")),
        ("version", NewPlugin::new("a", "a", "1".repeat(51))),
        ("description", good().description("x".repeat(65_536))),
        ("category", good().category("")),
        ("config", good().config("\0")),
    ];
    for (column, new) in bad {
        for result in [plugins.registry().register(&new).await, plugins.registry().update(&new).await] {
            assert_eq!(invalid("plugins", &result.unwrap_err()), (column, None));
        }
    }
    assert_eq!(count(plugins.connection(), "plugins").await, 0);
}
