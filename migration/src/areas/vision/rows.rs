//! Rows for the seeds of the area: what four cameras saw in January, two of them under two names, with nulls, quotes and
//! letters beyond ASCII.

use migration_timescale::Dialect;
use sea_orm_migration::{prelude::*, sea_orm::DbBackend};

use super::column::run;
use crate::seed;

/// Cameras by number: name and folder. The fourth is the first by its folder, the fifth the second by its name; the sixth is
/// both the third by its folder and the second by its name.
const CAMERAS: [(&str, &str); 6] = [
    ("Front \"door\"", "/cams/front"),
    ("Öl & garage", "/cams/garage"),
    ("it''s the yard", "/cams/yard"),
    ("Front door (old)", "/cams/front"),
    ("Öl & garage", "/cams/garage_2"),
    ("Öl & garage", "/cams/yard"),
];
const CLASSES: [&str; 4] = ["person", "car", "dog", "it''s a \"bike\""];

/// A moment in January that does not say its zone.
fn bare(day: u32, hour: u32, microsecond: u32) -> String {
    format!("'2026-01-{day:02} {hour:02}:30:00.{microsecond:06}'")
}

fn boolean(backend: DbBackend, yes: bool) -> &'static str {
    match (Dialect::of(backend), yes) {
        (Dialect::Postgres, true) => "true",
        (Dialect::Postgres, false) => "false",
        (Dialect::MySql | Dialect::Sqlite, true) => "1",
        (Dialect::MySql | Dialect::Sqlite, false) => "0",
    }
}

/// A camera that no merge takes away.
fn camera(number: u32) -> u32 {
    1 + number % 3
}

/// Sets columns in every so manieth row, by number.
pub async fn set(manager: &SchemaManager<'_>, table: &str, values: &str, every: u32) -> Result<(), DbErr> {
    run(manager, &format!("UPDATE {table} SET {values} WHERE id % {every} = 0")).await
}

/// PostgreSQL counts on behind the numbers that were given.
async fn counted(manager: &SchemaManager<'_>, table: &str) -> Result<(), DbErr> {
    if manager.get_database_backend() == DbBackend::Postgres {
        run(manager, &format!("SELECT setval('{table}_id_seq', (SELECT max(id) FROM {table}))")).await?;
    }
    Ok(())
}

/// Rows of the first tables.
pub async fn first(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let backend = manager.get_database_backend();
    let keys = (0..2).map(|number| {
        format!("'key {number}', '{}', {}", format!("{number:02x}").repeat(32), boolean(backend, number == 0))
    });
    seed::insert(manager, "api_keys", "name, key_hash, is_active", keys).await?;
    let cameras = CAMERAS.iter().zip(1..).map(|((name, folder), number)| {
        let seen = seed::or_null(number % 2 == 1, bare(28, number, number));
        format!("{number}, '{name}', '{folder}', 'online', {}, {seen}", bare(1, number, 0))
    });
    seed::insert(manager, "cameras", "id, name, folder_path, status, created_at, last_seen_at", cameras).await?;
    counted(manager, "cameras").await?;
    let stats = (0..28).map(|number| {
        let load = seed::or_null(number % 4 > 0, format!("{}", f64::from(number) * 3.5));
        format!("{}, 'RTX \"A\"', {load}, {}", bare(1 + number, number % 24, number), 8_000 + number)
    });
    seed::insert(manager, "gpu_stats", "recorded_at, gpu_name, utilization, memory_used", stats).await?;
    let logs = (0..28).map(|number| {
        let camera = seed::or_null(number % 3 > 0, (1 + number % 6).to_string());
        let extra = seed::or_null(number % 2 > 0, format!("'{{\"try\": {number}, \"note\": \"it''s\"}}'"));
        format!(
            "{}, 'INFO', 'detector', 'no. {number}: it''s \"20 °C\"', {camera}, {extra}",
            bare(1 + number, 23 - number % 24, number)
        )
    });
    seed::insert(manager, "logs", "timestamp, level, component, message, camera_id, extra", logs).await?;
    let detections = (1..=40).map(|number| {
        let class = seed::or_null(number % 7 > 0, format!("'{}'", CLASSES[number as usize % CLASSES.len()]));
        let confidence = seed::or_null(number % 5 > 0, format!("{}", f64::from(number) / 40.0));
        let at = bare(1 + number % 28, number % 24, number);
        format!("{number}, {}, {at}, '/cams/{number} it''s.jpg', {class}, {confidence}, 10, 20", 1 + number % 6)
    });
    let columns = "id, camera_id, detected_at, file_path, object_type, confidence, bbox_x, bbox_y";
    seed::insert(manager, "detections", columns, detections).await?;
    counted(manager, "detections").await?;
    insert_events(manager).await
}

/// Three detections each, in the order of their confidence, which is not that of their numbers. One has none, one has a
/// detection that is gone, and one has the same twice.
async fn insert_events(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let backend = manager.get_database_backend();
    let events = (1..=12u32).map(|number| {
        let ids = match number {
            5 => Vec::new(),
            6 => vec![number, 9_999, number + 1],
            7 => vec![number, number],
            _ => vec![number * 3, number * 3 - 2, number * 3 - 1],
        };
        let ids = ids.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        let list = if backend == DbBackend::Postgres { format!("'{{{ids}}}'") } else { format!("'[{ids}]'") };
        [
            number.to_string(),
            camera(number).to_string(),
            format!("'batch {number}'"),
            bare(1 + number % 28, number % 20, 0),
            seed::or_null(number % 4 > 0, bare(1 + number % 28, 1 + number % 20, 0)),
            seed::or_null(number % 5 > 0, (number * 8 % 100).to_string()),
            seed::or_null(number % 6 > 0, format!("'A person at the door, no. {number}: it''s \"odd\"'")),
            boolean(backend, number % 3 == 0).to_owned(),
            list,
        ]
        .join(", ")
    });
    let columns = "id, camera_id, batch_id, started_at, ended_at, risk, summary, reviewed, detection_ids";
    seed::insert(manager, "events", columns, events).await?;
    counted(manager, "events").await
}

/// Rules, and an alert of each state and severity.
pub async fn alerts(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let backend = manager.get_database_backend();
    let severities = ["low", "medium", "high", "critical"];
    let states = ["pending", "delivered", "acknowledged", "dismissed"];
    let rules = (1..=3).map(|number| {
        let classes = seed::or_null(number > 1, "'[\"person\", \"car\"]'");
        let enabled = boolean(backend, number != 2);
        format!(
            "{number}, 'rule {number}: it''s', {enabled}, '{}', {}, 0.5, {classes}",
            severities[number],
            number * 20
        )
    });
    let columns = "id, name, enabled, severity, risk_threshold, min_confidence, object_types";
    seed::insert(manager, "alert_rules", columns, rules).await?;
    counted(manager, "alert_rules").await?;
    let alerts = (1..=16u32).map(|number| {
        let state = states[number as usize % states.len()];
        let rule = seed::or_null(number % 3 > 0, (1 + number % 3).to_string());
        let delivered = seed::or_null(state != "pending", seed::moment(backend, 20, 5, number));
        let created = seed::moment(backend, number, 4, number);
        let severity = severities[number as usize / 4 % severities.len()];
        format!("{number}, {}, {rule}, '{severity}', '{state}', {delivered}, {created}, {created}", 1 + number % 12)
    });
    let columns = "id, event_id, rule_id, severity, status, delivered_at, created_at, updated_at";
    seed::insert(manager, "alerts", columns, alerts).await?;
    counted(manager, "alerts").await
}

/// A zone of each type, of cameras that are there twice too.
pub async fn zones(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let backend = manager.get_database_backend();
    let types = ["entry_point", "driveway", "sidewalk", "yard", "other"];
    let zones = (1..=6u32).map(|number| {
        let shape = if number % 2 == 0 { "polygon" } else { "rectangle" };
        let kind = types[number as usize % types.len()];
        let enabled = boolean(backend, number != 4);
        format!("{number}, 'zone {number}', '{kind}', '[[0, 0], [{number}, 1]]', '{shape}', {enabled}, {number}")
    });
    seed::insert(manager, "zones", "camera_id, name, zone_type, coordinates, shape, enabled, priority", zones).await
}

/// Actions of two people.
pub async fn audit_logs(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let backend = manager.get_database_backend();
    let logs = (0..8u32).map(|number| {
        let at = seed::moment(backend, 1 + number, number, number);
        let id = seed::or_null(number % 3 > 0, format!("'{number}'"));
        let address = seed::or_null(number % 2 > 0, "'2001:db8::1'");
        format!("{at}, 'update', 'camera', {id}, 'o''hara {}', {address}, '{{\"from\": {number}}}'", number % 2)
    });
    seed::insert(
        manager,
        "audit_logs",
        "timestamp, action, resource_type, resource_id, actor, ip_address, details",
        logs,
    )
    .await
}

/// The same hours for cameras that are the same.
pub async fn baselines(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let activity = (0..12u32).map(|number| {
        let rate = f64::from(number) / 3.0;
        format!(
            "{}, {}, {}, {rate}, 0.5, {number}, {}",
            1 + number % 6,
            8 + number / 6,
            number / 6,
            bare(20, number, number)
        )
    });
    let columns = "camera_id, hour, day_of_week, rate, weight, sample_count, last_updated";
    seed::insert(manager, "activity_baselines", columns, activity).await?;
    let classes = (0..12u32).map(|number| {
        let class = CLASSES[number as usize / 6];
        format!(
            "{}, '{class}', 8, {}, 0.25, {number}, {}",
            1 + number % 6,
            f64::from(number) / 7.0,
            bare(21, number, number)
        )
    });
    let columns = "camera_id, detection_class, hour, frequency, weight, sample_count, last_updated";
    seed::insert(manager, "class_baselines", columns, classes).await
}

/// Audits with and without scores.
pub async fn event_audits(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let backend = manager.get_database_backend();
    let audits = (1..=6u32).map(|event| {
        let score = seed::or_null(event % 3 > 0, format!("{}", 1.0 + f64::from(event) / 2.0));
        let critique = seed::or_null(event % 2 > 0, "'it''s \"good\" enough'");
        format!(
            "{event}, {}, {}, {score}, {score}, {critique}",
            seed::moment(backend, event, 12, event),
            boolean(backend, event % 3 > 0)
        )
    });
    let columns = "event_id, audited_at, is_fully_evaluated, consistency_score, overall_quality_score, critique";
    seed::insert(manager, "event_audits", columns, audits).await
}

/// Three versions of each model, the second twice.
pub async fn prompt_versions(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let backend = manager.get_database_backend();
    let models = ["nemotron", "florence2", "yolo_world", "xclip", "fashion_clip"];
    let versions = models.iter().flat_map(|model| [1, 2, 2, 3].map(|version| (model, version))).zip(1u32..);
    let versions = versions.map(|((model, version), number)| {
        let score = seed::or_null(number % 3 > 0, format!("{}", f64::from(number) / 20.0));
        let at = seed::moment(backend, number, 1, number);
        format!(
            "'{model}', {version}, {at}, 'o''hara', '{{\"prompt\": \"it''s {number}\"}}', {}, {score}",
            boolean(backend, version == 3)
        )
    });
    let columns = "model, version, created_at, created_by, config, is_active, performance_score";
    seed::insert(manager, "prompt_versions", columns, versions).await
}

/// The prompts of two models.
pub async fn prompt_configs(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let configs = ["nemotron", "florence2"].map(|model| format!("'{model}', 'What is it? \"it''s\"', 0.25, 4"));
    seed::insert(manager, "prompt_configs", "model, system_prompt, temperature, version", configs).await
}

/// Preferences, nights of quiet, and settings of two cameras.
pub async fn notifications(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let no = boolean(manager.get_database_backend(), false);
    let preference = [format!("{no}, 'bell', '[\"high\"]'")];
    seed::insert(manager, "notification_preferences", "enabled, sound, risk_filters", preference).await?;
    let nights = [("night", "22:00", "06:30"), ("it''s noon", "12:00", "13:00")];
    let nights = nights.map(|(label, start, end)| format!("'{label}', '{start}', '{end}', '[1, 2]'"));
    seed::insert(manager, "quiet_hours_periods", "label, start_time, end_time, days", nights).await?;
    let settings = (1..=2).map(|camera| format!("{camera}, {no}, {}", camera * 10));
    seed::insert(manager, "camera_notification_settings", "camera_id, enabled, risk_threshold", settings).await
}

/// Feedback of each of the first types, and two users' thresholds.
pub async fn feedback(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let types = ["accurate", "false_positive", "missed_threat", "severity_wrong"];
    insert_feedback(manager, types, 1).await?;
    let users = ["o''hara", "Öl"].map(|user| format!("'{user}', 20, 50, 90, 0.2, 3"));
    let columns = "user_id, low_threshold, medium_threshold, high_threshold, decay_factor, false_positive_count";
    seed::insert(manager, "user_calibration", columns, users).await
}

/// Feedback of the types that came later.
pub async fn more_feedback(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    insert_feedback(manager, ["wrong_object", "wrong_person", "duplicate_event", "wrong_zone"], 5).await
}

async fn insert_feedback(manager: &SchemaManager<'_>, types: [&str; 4], first: u32) -> Result<(), DbErr> {
    let backend = manager.get_database_backend();
    let feedback = types.iter().zip(first..).map(|(kind, event)| {
        format!(
            "{event}, '{kind}', {}, {}",
            seed::or_null(event % 2 > 0, "'it''s not'"),
            seed::moment(backend, event, 7, event)
        )
    });
    seed::insert(manager, "user_feedback", "event_id, feedback_type, notes, created_at", feedback).await
}

/// An entity of each type, seen twice.
pub async fn entities(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let backend = manager.get_database_backend();
    let types = ["person", "vehicle", "animal", "package", "other"];
    let entities = types.iter().zip(1u32..).map(|(kind, number)| {
        let (first, last) = (seed::moment(backend, number, 1, 0), seed::moment(backend, 20 + number, 1, 0));
        let label = seed::or_null(number % 2 > 0, "'it''s the \"post\"'");
        format!("{number}, '{kind}', {label}, '[0.5, {number}]', {first}, {last}, 2")
    });
    let columns = "id, entity_type, label, embedding, first_seen_at, last_seen_at, detection_count";
    seed::insert(manager, "entities", columns, entities).await?;
    counted(manager, "entities").await?;
    let seen =
        (1..=5u32).flat_map(|entity| [entity, 20 + entity].map(|detection| format!("{entity}, {detection}, 0.75")));
    seed::insert(manager, "entity_detections", "entity_id, detection_id, similarity", seen).await
}

/// One of each that is deleted.
pub async fn deleted(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let at = seed::moment(manager.get_database_backend(), 28, 9, 7);
    for (table, every) in [("cameras", 3), ("events", 4), ("zones", 3), ("alert_rules", 3)] {
        set(manager, table, &format!("deleted_at = {at}"), every).await?;
    }
    Ok(())
}

/// A job from its beginning to its end.
pub async fn job_transitions(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let backend = manager.get_database_backend();
    let states = ["queued", "running", "failed", "running", "done"];
    let steps = states.iter().enumerate().zip(1u32..).map(|((at, state), number)| {
        let before = at.checked_sub(1).map_or_else(|| "NULL".to_owned(), |before| format!("'{}'", states[before]));
        let reason = seed::or_null(*state == "failed", "'it''s \"full\"'");
        format!("'job-1', {before}, '{state}', {}, {reason}", seed::moment(backend, 5, number, number))
    });
    seed::insert(manager, "job_transitions", "job_id, from_status, to_status, transitioned_at, reason", steps).await
}

/// Two changes, one of which somebody has looked at.
pub async fn scene_changes(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let backend = manager.get_database_backend();
    let changes = (1..=2u32).map(|number| {
        let at = seed::moment(backend, 9 + number, 3, number);
        format!("{number}, {at}, 0.25, {}", boolean(backend, number == 1))
    });
    seed::insert(manager, "scene_changes", "camera_id, detected_at, similarity, reviewed", changes).await
}

/// Alerts that are put off.
pub async fn snoozed(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let at = seed::moment(manager.get_database_backend(), 28, 9, 7);
    set(manager, "alerts", &format!("snooze_until = {at}"), 3).await
}
