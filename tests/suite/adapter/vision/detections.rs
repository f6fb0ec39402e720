//! Detections: as they were written, and those of an event.

use core_server_adapter::{
    AdapterError,
    vision::{NewDetection, NewEvent},
};
use serde_json::json;
use tests::{TestDatabase, fixtures::count, on_every_backend};

use super::{
    super::{AWKWARD, minute},
    camera, migrated,
};

on_every_backend!(detections_come_back_by_their_event);

async fn detections_come_back_by_their_event(database: TestDatabase) {
    let (_database, vision) = migrated(database).await;
    let (detections, events, db) = (vision.detections(), vision.events(), vision.connection());
    let door = camera(&vision, "door").await;
    let full = NewDetection::new(door, minute(1), AWKWARD)
        .object("person", 0.5)
        .at(1, 2, 3, i32::MAX.cast_unsigned())
        .thumbnail("/t")
        .enrichment(json!({ AWKWARD: [1.5, null] }));
    let first = detections.insert(&full).await.unwrap();
    assert_eq!((first.camera_id, first.detected_at.to_utc(), &*first.file_path), (door, minute(1), AWKWARD));
    assert_eq!((first.object_type.as_deref(), first.confidence), (Some("person"), Some(0.5)));
    let place = [first.bbox_x, first.bbox_y, first.bbox_width, first.bbox_height];
    assert_eq!(place, [Some(1), Some(2), Some(3), Some(i32::MAX)]);
    assert_eq!(first.enrichment_data, Some(json!({ AWKWARD: [1.5, null] })));

    // Weeks of others, and one long before the event that is said to be of it.
    let bare = NewDetection::new(door, minute(0), "/bare");
    assert_eq!(bare.clone().enrichment(json!(null)), bare, "null counts as nothing");
    let others: Vec<NewDetection> =
        (1..200).map(|n| NewDetection::new(door, minute(n * 200), format!("/{n}")).object("car", 0.25)).collect();
    assert_eq!(detections.insert_many(&[vec![full, bare], others].concat()).await.unwrap(), 201);
    let last = detections.insert(&NewDetection::new(door, minute(40_000), "/last")).await.unwrap();
    let early = detections.insert(&NewDetection::new(door, minute(30_000), "/early")).await.unwrap();

    let new = NewEvent::new(door, "b", minute(30_000)).ended_at(minute(40_000));
    let event = events.record(&new).await.unwrap();
    events.add_detections(event.id, &[last.id, early.id]).await.unwrap();
    events.add_detections(event.id, &[first.id]).await.unwrap();
    let found = detections.of_event(event.id).await.unwrap();
    assert_eq!(found, [last.clone(), early, first], "in the order in which they were added");
    assert_eq!(detections.of_event(4_711).await.unwrap(), []);
    let error = events.add_detections(event.id, &[last.id]).await.unwrap_err();
    assert!(matches!(error, AdapterError::AlreadyExists { table: "event_detections", .. }), "{error:?}");
    let error = events.add_detections(4_711, &[last.id]).await.unwrap_err();
    assert!(matches!(error, AdapterError::Unregistered { table: "event_detections", .. }), "{error:?}");
    let error = detections.insert(&NewDetection::new(4_711, minute(0), "/x")).await.unwrap_err();
    assert!(matches!(error, AdapterError::Unregistered { table: "detections", .. }), "{error:?}");
    assert_eq!(count(db, "detections").await, 204);
}
