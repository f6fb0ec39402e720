//! What is usual for cameras, and what is not.

use chrono::{DateTime, TimeDelta, Utc};
use core_server_adapter::vision::{CameraActivity, NewDetection};
use tests::{TestDatabase, fixtures::execute, on_every_backend};

use super::{camera, migrated};

on_every_backend!(what_is_not_usual_is_found);

async fn what_is_not_usual_is_found(database: TestDatabase) {
    let backend = database.backend();
    let (_database, vision) = migrated(database).await;
    let (baselines, db) = (vision.baselines(), vision.connection());
    let [quiet, busy, gone] =
        [camera(&vision, "quiet").await, camera(&vision, "busy").await, camera(&vision, "gone").await];
    // A Monday.
    let hour: DateTime<Utc> = "2026-03-02T17:00:00Z".parse().unwrap();
    let at = crate::rows::at(backend, "05 12:00:00");
    for (camera, weekday, rate) in [(quiet, 0, 4.0), (quiet, 1, 100.0), (busy, 0, 16.0), (gone, 0, 50.0)] {
        execute(
            db,
            &format!(
                "INSERT INTO activity_baselines (camera_id, hour, day_of_week, rate, sample_count, last_updated) \
                 VALUES ({camera}, 17, {weekday}, {rate:?}, 9, {at})"
            ),
        )
        .await;
    }
    for (class, frequency) in [("person", 1.0), ("car", 4.0)] {
        execute(
            db,
            &format!(
                "INSERT INTO class_baselines (camera_id, detection_class, hour, frequency, sample_count, last_updated) \
                 VALUES ({quiet}, '{class}', 17, {frequency:?}, 9, {at})"
            ),
        )
        .await;
    }
    vision.cameras().delete(gone).await.unwrap();
    let seen = |camera: i64, class: &str, number: i64, step: TimeDelta| -> Vec<NewDetection> {
        (0..number)
            .map(|n| NewDetection::new(camera, hour + step * i32::try_from(n).unwrap(), "/p").object(class, 0.5))
            .collect()
    };
    let minutes = TimeDelta::minutes(1);
    let mut all =
        [seen(quiet, "person", 13, minutes), seen(quiet, "bear", 1, minutes), seen(busy, "car", 15, minutes)].concat();
    // On both sides of the hour.
    all.extend(
        [-1, 3_600].map(|off| NewDetection::new(quiet, hour + TimeDelta::seconds(off), "/p").object("person", 0.5)),
    );
    vision.detections().insert_many(&all).await.unwrap();

    let within = hour + TimeDelta::minutes(59);
    let activity = baselines.unusual_activity(within, 0.0).await.unwrap();
    let found: Vec<_> = activity.iter().map(|one| (one.camera_id, one.observed, one.usual, one.sample_count)).collect();
    assert_eq!(found, [(quiet, 14, 4.0, 9), (busy, 15, 16.0, 9)]);
    assert_eq!(activity.iter().map(CameraActivity::deviation).collect::<Vec<_>>(), [5.0, -0.25]);
    assert_eq!(baselines.unusual_activity(within, 3.0).await.unwrap(), activity[..1]);
    assert_eq!(baselines.unusual_activity(hour - TimeDelta::hours(1), 0.0).await.unwrap(), []);

    let classes = baselines.unusual_classes(quiet, within, 0.0).await.unwrap();
    let found: Vec<_> = classes.iter().map(|one| (&*one.class, one.observed, one.usual, one.sample_count)).collect();
    assert_eq!(found, [("person", 13, 1.0, 9), ("car", 0, 4.0, 9), ("bear", 1, 0.0, 0)]);
    assert_eq!(baselines.unusual_classes(quiet, within, 3.0).await.unwrap(), classes[..1]);
    assert_eq!(baselines.unusual_classes(busy, hour - TimeDelta::hours(1), 0.0).await.unwrap(), []);
}
