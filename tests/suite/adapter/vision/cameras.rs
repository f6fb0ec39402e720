//! Cameras: registered, seen, and deleted without being lost.

use core_server_adapter::{
    AdapterError,
    vision::{Camera, NewCamera},
};
use tests::{TestDatabase, on_every_backend};

use super::{
    super::{AWKWARD, all_pages, minute},
    migrated,
};

on_every_backend!(cameras_are_registered_seen_and_deleted);

async fn cameras_are_registered_seen_and_deleted(database: TestDatabase) {
    let (_database, vision) = migrated(database).await;
    let cameras = vision.cameras();
    let door = cameras.register(&NewCamera::new(AWKWARD, "/door").timezone("Europe/Vienna")).await.unwrap();
    assert_eq!((&*door.name, &*door.folder_path, &*door.timezone), (AWKWARD, "/door", "Europe/Vienna"));
    assert_eq!((&*door.status, door.last_seen_at, door.deleted_at), ("online", None, None));
    assert_eq!(cameras.get(door.id).await.unwrap(), door);

    let many: Vec<NewCamera> = (0..20).map(|n| NewCamera::new(format!("c{n}"), format!("/c{n}"))).collect();
    assert_eq!(cameras.register_many(&many).await.unwrap(), 20);
    let error = cameras.register_many(&[NewCamera::new("new", "/new"), many[3].clone()]).await.unwrap_err();
    assert!(matches!(error, AdapterError::AlreadyExists { table: "cameras", .. }), "{error:?}");

    let seen = cameras.seen(door.id, minute(5)).await.unwrap();
    assert_eq!(seen.last_seen_at.map(|at| at.to_utc()), Some(minute(5)));
    assert_eq!(cameras.seen(door.id, minute(4)).await.unwrap(), seen, "an earlier moment changes nothing");

    let deleted = cameras.delete(door.id).await.unwrap();
    assert!(deleted.deleted_at.is_some());
    assert_eq!(cameras.delete(door.id).await.unwrap(), deleted);
    let listed: Vec<Camera> = all_pages(async |page| cameras.list(&page).await).await;
    assert_eq!(listed.len(), 20);
    assert!(listed.iter().all(|camera| camera.id != door.id));
    let error = cameras.delete(4_711).await.unwrap_err();
    assert!(matches!(error, AdapterError::NotFound { table: "cameras", .. }), "{error:?}");
}
