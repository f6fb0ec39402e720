//! Events: listed by what the service filters by, and found by their words.

use core_server_adapter::{
    AdapterError, Period,
    vision::{Event, EventFilter, NewEvent, Vision},
};
use tests::{Backend, TestDatabase, on_every_backend};

use super::{
    super::{AWKWARD, all_pages, minute},
    camera, migrated,
};

on_every_backend!(events_are_listed_and_pages_stay_where_they_are, events_are_found_by_their_words);

async fn listed(vision: &Vision, filter: &EventFilter) -> Vec<Event> {
    all_pages(async |page| vision.events().list(filter, &page).await).await
}

async fn events_are_listed_and_pages_stay_where_they_are(database: TestDatabase) {
    let (_database, vision) = migrated(database).await;
    let events = vision.events();
    let cameras = [camera(&vision, "door").await, camera(&vision, "yard").await];
    // Two of each moment, every fifth without a risk.
    let new = |number: i64| {
        let of = usize::try_from(number).unwrap();
        let event = NewEvent::new(cameras[of % 2], "b", minute(number / 2 * 10)).summary(AWKWARD);
        let event = event.objects([["person", "dog"], ["per_son", "50%"], ["Person", "a\\b"]][of % 3]);
        if number % 5 == 0 { event } else { event.risk(i32::try_from(number).unwrap()).ended_at(minute(9_999)) }
    };
    assert_eq!(events.record_many(&(0..60).map(new).collect::<Vec<_>>()).await.unwrap(), 60);
    let all = listed(&vision, &EventFilter::new()).await;
    assert_eq!(all.len(), 60);
    assert!(all.is_sorted_by(|newer, older| (newer.started_at, newer.id) > (older.started_at, older.id)));
    let [first, last] = [&all[59], &all[0]];
    assert_eq!((first.risk, first.ended_at, first.summary.as_deref()), (None, None, Some(AWKWARD)));
    assert_eq!((last.risk, last.object_types.as_deref()), (Some(59), Some("Person, a\\b")));
    assert_eq!(last.ended_at.map(|at| at.to_utc()), Some(minute(9_999)));
    for event in all.iter().step_by(3) {
        assert!(events.set_reviewed(event.id, true).await.unwrap().reviewed);
    }
    let deleted = events.delete(all[10].id).await.unwrap();
    assert!(deleted.deleted_at.is_some());
    assert_eq!(events.delete(deleted.id).await.unwrap(), deleted);
    let present = listed(&vision, &EventFilter::new()).await;
    assert_eq!(present.len(), 59);

    for object_type in [None, Some("person"), Some("er_so"), Some("%"), Some("\\"), Some("cat")] {
        for (camera, risks) in [(None, None), (Some(cameras[1]), None), (Some(cameras[0]), Some((10, 40)))] {
            for reviewed in [None, Some(true), Some(false)] {
                for period in [Period::ALL, Period::between(minute(50), minute(200))] {
                    let filter = EventFilter {
                        camera,
                        min_risk: risks.map(|(least, _)| least),
                        max_risk: risks.map(|(_, most)| most),
                        reviewed,
                        object_type: object_type.map(str::to_owned),
                        period,
                    };
                    let matches = |event: &&Event| {
                        let at = event.started_at.to_utc();
                        let classes = event.object_types.as_deref().unwrap();
                        camera.is_none_or(|camera| event.camera_id == camera)
                            && risks.is_none_or(|(least, most)| event.risk.is_some_and(|r| (least..=most).contains(&r)))
                            && reviewed.is_none_or(|reviewed| event.reviewed == reviewed)
                            && object_type.is_none_or(|part| classes.contains(part))
                            && period.from.is_none_or(|from| at >= from)
                            && period.to.is_none_or(|to| at < to)
                    };
                    let expected: Vec<Event> = present.iter().filter(matches).cloned().collect();
                    assert_eq!(listed(&vision, &filter).await, expected, "{filter:?}");
                }
            }
        }
    }
    let error = events.delete(4_711).await.unwrap_err();
    assert!(matches!(error, AdapterError::NotFound { table: "events", .. }), "{error:?}");
    let error = events.record(&NewEvent::new(4_711, "b", minute(0))).await.unwrap_err();
    assert!(matches!(error, AdapterError::Unregistered { table: "events", .. }), "{error:?}");
}

async fn events_are_found_by_their_words(database: TestDatabase) {
    let backend = database.backend();
    let (_database, vision) = migrated(database).await;
    let events = vision.events();
    let door = camera(&vision, "door").await;
    let new = |number: i64, summary: &str| NewEvent::new(door, "b", minute(number)).summary(summary);
    let filler = "Nothing moves but the leaves of the old tree beside the fence";
    events
        .record_many(&[
            new(0, "A person leaves a parcel"),
            new(1, filler).reasoning("It may be that a parcel was left, as the courier came by at noon"),
            new(2, "Parcel, parcel and parcel again: a courier").objects(["truck"]),
            new(3, filler).objects(["person"]),
            new(4, "A parcel of a deleted event"),
            new(5, "Ein Päckchen für Öl"),
        ])
        .await
        .unwrap();
    let all = listed(&vision, &EventFilter::new()).await;
    events.delete(all[1].id).await.unwrap();
    let search = async |text: &str, filter: &EventFilter| -> Vec<i64> {
        let found = events.search(text, filter, 10).await.unwrap();
        assert!(found.is_sorted_by(|better, worse| better.rank >= worse.rank), "{found:?}");
        assert!(found.iter().all(|found| found.rank > 0.0), "{found:?}");
        found.iter().map(|found| (found.event.started_at.to_utc() - minute(0)).num_minutes()).collect()
    };
    let any = EventFilter::new();
    let parcels = search("PARCEL", &any).await;
    // FULLTEXT of MySQL gives columns no weights.
    match backend {
        Backend::Postgres | Backend::Timescale | Backend::Sqlite => assert_eq!(parcels, [2, 0, 1]),
        Backend::Mariadb => assert_eq!((parcels[0], parcels.len()), (2, 3)),
    }
    assert_eq!(search("courier parcel truck", &any).await, [2], "all words, wherever they are");
    assert_eq!(search("person", &EventFilter::new().object_type("person")).await, [3]);
    assert_eq!(search("parcel", &EventFilter::new().period(Period::until(minute(1)))).await, [0]);
    assert_eq!(search("the tree", &any).await.len(), 2, "words that no index has do not matter");
    assert_eq!(search("Päckchen Öl", &any).await, [5]);
    // What would be an operator, a quote or a parameter is none.
    for odd in ["parcel NOT person", "+parcel -person", "\"parcel OR", "parcel* ' $1 ? \\ (", "parcel:A & | !person"] {
        search(odd, &any).await;
    }
    assert_eq!(search("-parcel \"person\" (", &any).await, [0]);
    assert_eq!(events.search("parcel", &any, 1).await.unwrap().len(), 1);
    for none in ["", " - \0 ?"] {
        let error = events.search(none, &any, 10).await.unwrap_err();
        assert!(matches!(error, AdapterError::InvalidPage { parameter: "text", .. }), "{error:?}");
    }
}
