//! The area `vision`: a history that branches and merges, what its repairs do to rows, and its search.

mod contract;
mod history;

use tests::{
    Backend, TestDatabase, areas,
    fixtures::{count, execute},
    on_every_backend, rows_as_text,
};

on_every_backend!(what_was_imported_without_its_trigger_is_found, a_time_zone_that_was_added_by_hand_stays);

fn project() -> migration_engine::Project {
    areas().find(|(name, _)| *name == "vision").unwrap().1
}

/// PostgreSQL's trigger is off while an event comes in; the others cannot leave theirs out.
async fn what_was_imported_without_its_trigger_is_found(database: TestDatabase) {
    let backend = database.backend();
    database.up_of("vision", project, Some(8)).await;
    let runner = database.runner_of(project()).await;
    let db = runner.connection();
    let is_postgres = matches!(backend, Backend::Postgres | Backend::Timescale);
    let at = crate::rows::at(backend, "05 12:00:00");
    let camera = format!("INSERT INTO cameras (id, name, folder_path, created_at) VALUES (1, 'door', '/door', {at})");
    execute(db, &camera).await;
    if is_postgres {
        execute(db, "ALTER TABLE events DISABLE TRIGGER events_search_vector").await;
    }
    let events = [(1, "A person at the door"), (2, "Two cars")].map(|(number, summary)| {
        format!("INSERT INTO events (id, camera_id, batch_id, started_at, summary) VALUES ({number}, 1, 'b', {at}, '{summary}')")
    });
    for event in &events {
        execute(db, event).await;
    }
    if is_postgres {
        execute(db, "ALTER TABLE events ENABLE TRIGGER events_search_vector").await;
        assert_eq!(count(db, "events WHERE search_vector IS NULL").await, 2);
    }
    runner.up(None).await.unwrap();
    let found = match backend {
        Backend::Postgres | Backend::Timescale => {
            "SELECT id::text FROM events WHERE search_vector @@ websearch_to_tsquery('english', 'persons')"
        }
        Backend::Sqlite => "SELECT CAST(rowid AS text) FROM events_search WHERE events_search MATCH 'PERSON'",
        Backend::Mariadb => "SELECT CAST(id AS char) FROM events WHERE MATCH (search_text) AGAINST ('PERSON')",
    };
    assert_eq!(rows_as_text(db, found).await, ["1"]);
    execute(db, "UPDATE events SET summary = 'A person beside two cars' WHERE id = 2").await;
    let mut both = rows_as_text(db, found).await;
    both.sort();
    assert_eq!(both, ["1", "2"], "a change is found too");
}

async fn a_time_zone_that_was_added_by_hand_stays(database: TestDatabase) {
    database.up_of("vision", project, Some(34)).await;
    let runner = database.runner_of(project()).await;
    let db = runner.connection();
    let at = crate::rows::at(database.backend(), "05 12:00:00");
    execute(db, "ALTER TABLE cameras ADD COLUMN timezone varchar(50)").await;
    let camera = |name: &str, zone: &str| {
        format!(
            "INSERT INTO cameras (name, folder_path, created_at, timezone) VALUES ('{name}', '/{name}', {at}, {zone})"
        )
    };
    execute(db, &camera("door", "'Europe/Vienna'")).await;
    execute(db, &camera("yard", "NULL")).await;
    runner.up(None).await.unwrap();
    let zones = rows_as_text(db, "SELECT timezone FROM cameras ORDER BY name").await;
    assert_eq!(zones, ["Europe/Vienna", "UTC"]);
}
