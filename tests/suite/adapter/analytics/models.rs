//! Models: one is active for each type of machine, and the bytes of a model come and go in pieces.

use std::{io, pin::pin};

use core_server_adapter::{
    AdapterError,
    analytics::{Analytics, Decimal, MlModelStatus, Model, ModelRepository, NewModel, PIECE},
};
use futures_util::{StreamExt, TryStreamExt, stream};
use migration_timescale::Dialect;
use sea_orm::{ConnectionTrait, TransactionTrait};
use tests::{TestDatabase, fixtures::count, on_every_backend};

use super::{at, invalid, migrated};

on_every_backend!(
    a_model_is_stored_as_it_was_given,
    one_model_is_active_for_each_type_of_machine,
    of_many_at_once_one_is_active,
    bytes_come_back_as_they_went,
    bytes_that_are_written_anew_are_not_mixed,
);

fn model(id: &str, machine_type: &str) -> NewModel {
    NewModel::new(id, machine_type, "1.0")
}

async fn a_model_is_stored_as_it_was_given(database: TestDatabase) {
    let (_database, analytics) = migrated(database).await;
    let models = analytics.models();
    let new = NewModel::new("forest-3", "Fräse", "3.0 \"b\"")
        .name("it's a forest")
        .trained_with(serde_json::json!({"rows": 1000, "from": null}))
        .trained_at(at("2026-03-29T03:30:00.1234569+02:00"))
        .accuracy(Decimal::new(9_731, 4));
    let registered = models.register(&new).await.unwrap();
    let expected = Model {
        model_id: "forest-3".to_owned(),
        machine_type: "Fräse".to_owned(),
        model_version: "3.0 \"b\"".to_owned(),
        model_name: Some("it's a forest".to_owned()),
        training_data_info: Some(serde_json::json!({"rows": 1000, "from": null})),
        training_date: Some(at("2026-03-29T01:30:00.123456Z").fixed_offset()),
        accuracy_score: Some(Decimal::new(9_731, 4)),
        status: MlModelStatus::Inactive,
        created_at: registered.created_at,
        updated_at: registered.created_at,
    };
    assert_eq!(registered, expected);
    assert_eq!(models.get("forest-3").await.unwrap(), expected);
    assert_eq!(models.of_machine_type("Fräse", 10).await.unwrap(), [expected]);
    let error = models.register(&new).await.unwrap_err();
    assert!(matches!(error, AdapterError::AlreadyExists { table: "ml_models", .. }), "{error:?}");
    assert_eq!(models.find("nobody's").await.unwrap(), None);
    assert!(matches!(models.get("nobody's").await.unwrap_err(), AdapterError::NotFound { .. }));
    for (column, new) in [
        ("model_id", model("", "press")),
        ("machine_type", model("x", &"x".repeat(51))),
        ("model_version", NewModel::new("x", "press", "x".repeat(21))),
        ("model_name", model("x", "press").name("x".repeat(101))),
        ("training_data_info", model("x", "press").trained_with("a\0")),
        ("accuracy_score", model("x", "press").accuracy(Decimal::new(2, 0))),
        ("accuracy_score", model("x", "press").accuracy(Decimal::new(12_345, 5))),
        ("training_date", model("x", "press").trained_at(at("1969-12-31T23:59:59Z"))),
    ] {
        assert_eq!(invalid("ml_models", &models.register(&new).await.unwrap_err()), (column, None));
    }
}

async fn active(analytics: &Analytics, machine_type: &str) -> Vec<String> {
    let all = analytics.models().of_machine_type(machine_type, 100).await.unwrap();
    let active = all.into_iter().filter(|model| model.status == MlModelStatus::Active);
    active.map(|model| model.model_id).collect()
}

async fn one_model_is_active_for_each_type_of_machine(database: TestDatabase) {
    let (_database, analytics) = migrated(database).await;
    let models = analytics.models();
    for (id, machine_type) in [("a", "press"), ("b", "press"), ("c", "press"), ("d", "mill")] {
        models.register(&model(id, machine_type)).await.unwrap();
    }
    assert_eq!(models.active("press").await.unwrap(), None, "what is registered does not work yet");
    for id in ["a", "d", "b"] {
        assert_eq!(models.activate(id).await.unwrap().status, MlModelStatus::Active);
    }
    assert_eq!(
        (active(&analytics, "press").await, active(&analytics, "mill").await),
        (vec!["b".into()], vec!["d".into()])
    );
    assert_eq!(models.active("press").await.unwrap().unwrap().model_id, "b");
    let before = models.get("b").await.unwrap();
    assert_eq!(models.activate("b").await.unwrap(), before, "again");
    models.archive("b").await.unwrap();
    assert_eq!(models.active("press").await.unwrap(), None);
    let error = models.activate("b").await.unwrap_err();
    assert!(matches!(error, AdapterError::NotAllowed { .. }), "{error:?}");
    assert!(error.to_string().contains("b is ARCHIVED and cannot become ACTIVE; register it again"), "{error}");
    models.activate("c").await.unwrap();
    models.deactivate("c").await.unwrap();
    assert!(active(&analytics, "press").await.is_empty());
    assert!(matches!(models.activate("nobody's").await.unwrap_err(), AdapterError::NotFound { .. }));
    let transaction = analytics.begin().await.unwrap();
    ModelRepository::new(&transaction).activate("a").await.unwrap();
    transaction.rollback().await.unwrap();
    assert!(active(&analytics, "press").await.is_empty(), "with the caller's transaction it is gone");
}

async fn of_many_at_once_one_is_active(database: TestDatabase) {
    let (_database, analytics) = migrated(database).await;
    let ids = ["a", "b", "c", "d"];
    for id in ids {
        analytics.models().register(&model(id, "press")).await.unwrap();
    }
    for _ in 0..5 {
        let all = ids.map(|id| {
            let analytics = analytics.clone();
            tokio::spawn(async move { analytics.models().activate(id).await })
        });
        for one in all {
            assert_eq!(one.await.unwrap().unwrap().status, MlModelStatus::Active);
        }
        assert_eq!(active(&analytics, "press").await.len(), 1);
    }
}

/// Bytes without an order, as many as that.
fn bytes(number: usize) -> Vec<u8> {
    let mut state = 1_u32;
    let next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        state.to_be_bytes()[0]
    };
    std::iter::repeat_with(next).take(number).collect()
}

async fn read(analytics: &Analytics, id: &str) -> Result<Vec<Vec<u8>>, AdapterError> {
    analytics.models().read(id).try_collect().await
}

async fn bytes_come_back_as_they_went(database: TestDatabase) {
    let (_database, analytics) = migrated(database).await;
    let (models, db) = (analytics.models(), analytics.connection());
    models.register(&model("m", "press")).await.unwrap();
    assert_eq!(read(&analytics, "m").await.unwrap(), [[0; 0]; 0], "none yet");
    for (size, chunk) in [(0, 7), (1, 1), (PIECE, 4_096), (PIECE + 1, PIECE * 2), (3 * PIECE - 5, 100_001)] {
        let whole = bytes(size);
        let pieces = stream::iter(whole.chunks(chunk).map(io::Result::Ok));
        assert_eq!(models.write("m", pieces).await.unwrap(), size as u64);
        let found = read(&analytics, "m").await.unwrap();
        assert!(found.concat() == whole, "{size} bytes in pieces of {chunk}");
        assert!(found.iter().all(|piece| piece.len() <= PIECE));
        assert_eq!(count(db, "ml_model_parts").await, u32::try_from(size.div_ceil(PIECE)).unwrap());
    }
    // A file that breaks off leaves what was there.
    let broken = stream::iter([Ok(bytes(2 * PIECE)), Err(io::Error::other("the disk is gone"))]);
    let error = models.write("m", broken).await.unwrap_err();
    assert!(matches!(error, AdapterError::Input(_)) && error.on_one_line().contains("the disk is gone"), "{error:?}");
    assert!(read(&analytics, "m").await.unwrap().concat() == bytes(3 * PIECE - 5));
    let nothing = || stream::iter([Ok::<_, io::Error>(vec![1])]);
    assert!(matches!(models.write("nobody's", nothing()).await.unwrap_err(), AdapterError::NotFound { .. }));
    assert!(matches!(read(&analytics, "nobody's").await.unwrap_err(), AdapterError::NotFound { .. }));
    let transaction = db.begin().await.unwrap();
    ModelRepository::new(&transaction).write("m", nothing()).await.unwrap();
    assert_eq!(ModelRepository::new(&transaction).read("m").try_concat().await.unwrap(), [1]);
    transaction.rollback().await.unwrap();
    // What another program has put into the column.
    models.write("m", stream::empty::<io::Result<Vec<u8>>>()).await.unwrap();
    let column = match Dialect::of(db.get_database_backend()) {
        Dialect::Postgres => "decode(repeat('00275cff', 300000), 'hex')",
        Dialect::MySql => "UNHEX(REPEAT('00275cff', 300000))",
        Dialect::Sqlite => "zeroblob(1200000)",
    };
    db.execute_unprepared(&format!("UPDATE ml_models SET model_data = {column}")).await.unwrap();
    let found = read(&analytics, "m").await.unwrap();
    assert_eq!(found.iter().map(Vec::len).collect::<Vec<_>>(), [PIECE, 1_200_000 - PIECE]);
    let byte = if Dialect::of(db.get_database_backend()) == Dialect::Sqlite { 0 } else { 0xff };
    assert!(found[1].ends_with(&[byte]) && found[0].starts_with(&[0]));
}

async fn bytes_that_are_written_anew_are_not_mixed(database: TestDatabase) {
    let (_database, analytics) = migrated(database).await;
    let models = analytics.models();
    models.register(&model("m", "press")).await.unwrap();
    let write = async |pieces: usize| {
        let pieces = (0..pieces).map(|_| io::Result::Ok(vec![u8::try_from(pieces).unwrap(); PIECE]));
        models.write("m", stream::iter(pieces)).await.unwrap();
    };
    for (before, after) in [(3, 3), (3, 1), (1, 3), (2, 0)] {
        write(before).await;
        let mut pieces = pin!(models.read("m").boxed());
        assert_eq!(pieces.try_next().await.unwrap().unwrap().len(), PIECE);
        write(after).await;
        let rest: Result<Vec<Vec<u8>>, AdapterError> = pieces.try_collect().await;
        let error = rest.unwrap_err();
        assert!(matches!(error, AdapterError::Replaced { table: "ml_models", .. }), "{before} {after}: {error:?}");
        assert!(error.to_string().contains("ml_models m was written anew while it was read; read it again"), "{error}");
    }
}
