//! Configurations: one for each type of machine, to the last digit.

use core_server_adapter::{
    AdapterError,
    twin::{ConfigurationRepository, Decimal, MachineConfiguration, NewConfiguration},
};
use sea_orm::TransactionTrait;
use serde_json::json;
use tests::{TestDatabase, fixtures::count, on_every_backend};

use super::{
    super::{AWKWARD, all_pages},
    invalid, migrated,
};

on_every_backend!(a_type_has_one_configuration, decimals_are_exact, bad_configurations_are_refused);

fn decimal(text: &str) -> Decimal {
    text.parse().unwrap()
}

async fn a_type_has_one_configuration(database: TestDatabase) {
    let (_database, twin) = migrated(database).await;
    let (configurations, db) = (twin.configurations(), twin.connection());
    let full = NewConfiguration::new(AWKWARD)
        .baseline_temp(decimal("71.50"))
        .temp_variation(decimal("0"))
        .baseline_vibration(decimal("-0.01"))
        .vibration_variation(decimal("999.99"))
        .operational_pattern("two shifts")
        .thresholds(json!({ AWKWARD: [1.5, null] }));
    let first = configurations.set(&full).await.unwrap();
    assert_eq!(first.baseline_temp, Some(decimal("71.5")));
    assert_eq!(first.temp_variation, Some(Decimal::ZERO));
    assert_eq!(
        (first.baseline_vibration, first.vibration_variation),
        (Some(decimal("-0.01")), Some(decimal("999.99")))
    );
    assert_eq!(first.operational_pattern.as_deref(), Some("two shifts"));
    assert_eq!(first.thresholds, Some(json!({ AWKWARD: [1.5, null] })));
    assert_eq!(first.created_at, first.updated_at);
    assert_eq!(configurations.get(AWKWARD).await.unwrap(), first);

    // In its place, and what is not given is gone.
    let second = configurations.set(&NewConfiguration::new(AWKWARD).baseline_temp(decimal("1"))).await.unwrap();
    let expected = MachineConfiguration {
        baseline_temp: Some(decimal("1")),
        temp_variation: None,
        baseline_vibration: None,
        vibration_variation: None,
        operational_pattern: None,
        thresholds: None,
        updated_at: second.updated_at,
        ..first.clone()
    };
    assert_eq!(second, expected);
    assert!(second.updated_at > first.updated_at);
    for number in 0..20 {
        configurations.set(&NewConfiguration::new(format!("type {number}"))).await.unwrap();
    }
    let listed = all_pages(async |page| configurations.list(&page).await).await;
    assert_eq!(listed.len(), 21);
    assert_eq!(listed.last(), Some(&second));
    assert!(listed.is_sorted_by(|newer, older| (newer.created_at, newer.id) > (older.created_at, older.id)));
    assert_eq!(configurations.find("Type 1").await.unwrap(), None);
    let error = configurations.get("Type 1").await.unwrap_err();
    assert!(matches!(&error, AdapterError::NotFound { area: "twin", id, .. } if id == "Type 1"), "{error:?}");
    // A transaction of the caller's takes it back.
    let transaction = db.begin().await.unwrap();
    let within = ConfigurationRepository::new(&transaction);
    within.set(&NewConfiguration::new("other")).await.unwrap();
    assert_eq!(within.set(&full).await.unwrap().temp_variation, Some(Decimal::ZERO));
    transaction.rollback().await.unwrap();
    assert_eq!(count(db, "machine_configurations").await, 21);
    assert_eq!(configurations.get(AWKWARD).await.unwrap(), second);
}

async fn decimals_are_exact(database: TestDatabase) {
    let (_database, twin) = migrated(database).await;
    for hundredths in (-99_999..=99_999).step_by(997) {
        let value = Decimal::new(hundredths, 2);
        let set = twin.configurations().set(&NewConfiguration::new("m").baseline_temp(value)).await.unwrap();
        assert_eq!(set.baseline_temp, Some(value));
    }
}

async fn bad_configurations_are_refused(database: TestDatabase) {
    let (_database, twin) = migrated(database).await;
    let new = || NewConfiguration::new("m");
    let bad = [
        ("machine_type", NewConfiguration::new("")),
        ("machine_type", NewConfiguration::new("ö".repeat(51))),
        ("baseline_temp", new().baseline_temp(decimal("1000"))),
        ("baseline_temp", new().baseline_temp(decimal("0.001"))),
        ("temp_variation", new().temp_variation(decimal("-0.01"))),
        ("baseline_vibration", new().baseline_vibration(decimal("-1000"))),
        ("vibration_variation", new().vibration_variation(decimal("-1"))),
        ("vibration_variation", new().vibration_variation(decimal("99999999999"))),
        ("operational_pattern", new().operational_pattern("x".repeat(21))),
        ("thresholds", new().thresholds("\0")),
    ];
    for (column, new) in bad {
        let error = twin.configurations().set(&new).await.unwrap_err();
        assert_eq!(invalid("machine_configurations", &error), (column, None));
    }
    assert_eq!(count(twin.connection(), "machine_configurations").await, 0);
}
