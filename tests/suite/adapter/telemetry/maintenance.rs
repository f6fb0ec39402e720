//! Maintenance: tasks are stored as given and go legal ways only; a task and its log are completed together.

use core_server_adapter::{
    AdapterError, PageRequest, Period,
    telemetry::{
        MaintenanceLog, MaintenanceLogFilter, MaintenanceLogStatus, MaintenanceTask, MaintenanceTaskFilter,
        MaintenanceTaskPriority, MaintenanceTaskRepository, MaintenanceTaskStatus, MaintenanceTaskType,
        NewMaintenanceLog, NewMaintenanceTask, NewSensor, Telemetry,
    },
};
use entity::TextList;
use sea_orm::{Iterable, TransactionTrait};
use tests::{TestDatabase, on_every_backend};
use uuid::Uuid;

use super::{at, count, invalid, migrated, minute};

on_every_backend!(
    a_task_is_stored_as_it_was_given,
    tasks_go_legal_ways_only,
    a_task_and_its_log_are_completed_together,
    tasks_and_logs_are_listed_by_what_they_are,
    bad_values_are_refused,
);

async fn with_sensor(database: TestDatabase) -> (TestDatabase, Telemetry) {
    let (database, telemetry) = migrated(database).await;
    telemetry.sensors().register(&NewSensor::new("s", "flow")).await.unwrap();
    (database, telemetry)
}

fn task() -> NewMaintenanceTask {
    NewMaintenanceTask::new("press 2", MaintenanceTaskType::Predictive)
}

async fn a_task_is_stored_as_it_was_given(database: TestDatabase) {
    let (_database, telemetry) = with_sensor(database).await;
    let tasks = telemetry.maintenance_tasks();
    let (skills, parts) = (["Öl \"25\"", "it's {a}, b"], ["bearing 6204"]);
    let new = task()
        .sensor("s")
        .priority(MaintenanceTaskPriority::Critical)
        .scheduled(at("2026-03-29T03:30:00.123456789+02:00"), minute(1_000_000))
        .required_skills(skills)
        .parts_needed(parts);
    let created = tasks.create(&new).await.unwrap();
    let expected = MaintenanceTask {
        id: created.id,
        equipment_id: "press 2".to_owned(),
        sensor_id: Some("s".to_owned()),
        task_type: MaintenanceTaskType::Predictive,
        priority: MaintenanceTaskPriority::Critical,
        status: MaintenanceTaskStatus::Scheduled,
        scheduled_start: Some(at("2026-03-29T01:30:00.123456Z").fixed_offset()),
        scheduled_end: Some(minute(1_000_000).fixed_offset()),
        required_skills: TextList::from(skills),
        parts_needed: TextList::from(parts),
        created_at: created.created_at,
        updated_at: created.created_at,
    };
    assert_eq!(created, expected);
    assert_eq!(tasks.get(created.id).await.unwrap(), expected);
    let bare = tasks.create(&task()).await.unwrap();
    assert_eq!((bare.status, bare.priority), (MaintenanceTaskStatus::Pending, MaintenanceTaskPriority::Medium));
    assert_eq!((bare.sensor_id, bare.scheduled_start, bare.scheduled_end), (None, None, None));
    assert_eq!((bare.required_skills, bare.parts_needed), (TextList::default(), TextList::default()));
    assert!(matches!(tasks.get(Uuid::nil()).await.unwrap_err(), AdapterError::NotFound { .. }));
    let error = tasks.create(&task().sensor("nobody")).await.unwrap_err();
    assert!(matches!(error, AdapterError::Unregistered { table: "maintenance_tasks", .. }), "{error:?}");
}

async fn tasks_go_legal_ways_only(database: TestDatabase) {
    use MaintenanceTaskStatus::{Cancelled, Completed, InProgress, Pending, Scheduled};
    let (_database, telemetry) = with_sensor(database).await;
    let tasks = telemetry.maintenance_tasks();
    let go = async |id, to| match to {
        Scheduled => tasks.schedule(id, minute(1), minute(2)).await,
        InProgress => tasks.start(id).await,
        Completed => tasks.complete(id).await,
        Cancelled => tasks.cancel(id).await,
        Pending => unreachable!("nothing becomes pending again"),
    };
    let way = |to| match to {
        Pending => vec![],
        Completed => vec![InProgress, Completed],
        one => vec![one],
    };
    let legal = [
        (Pending, Scheduled),
        (Pending, InProgress),
        (Pending, Cancelled),
        (Scheduled, Scheduled),
        (Scheduled, InProgress),
        (Scheduled, Cancelled),
        (InProgress, Completed),
        (InProgress, Cancelled),
    ];
    for from in MaintenanceTaskStatus::iter() {
        for to in [Scheduled, InProgress, Completed, Cancelled] {
            let mut before = tasks.create(&task()).await.unwrap();
            for step in way(from) {
                before = go(before.id, step).await.unwrap();
            }
            assert_eq!(before.status, from);
            let result = go(before.id, to).await;
            if legal.contains(&(from, to)) {
                let after = result.unwrap();
                assert_eq!(after.status, to);
                if to == Scheduled {
                    assert_eq!(after.scheduled_start, Some(minute(1).fixed_offset()));
                    assert_eq!(after.scheduled_end, Some(minute(2).fixed_offset()));
                }
            } else if from == to {
                assert_eq!(result.unwrap(), before, "again");
            } else {
                let error = result.unwrap_err();
                assert!(matches!(error, AdapterError::NotAllowed { .. }), "{from} {to}: {error:?}");
                assert_eq!(tasks.get(before.id).await.unwrap(), before, "nothing was changed");
            }
        }
    }
    let task = tasks.create(&task()).await.unwrap();
    let error = tasks.schedule(task.id, minute(2), minute(1)).await.unwrap_err();
    assert_eq!(invalid("maintenance_tasks", &error), ("scheduled_end", None));
    assert!(matches!(tasks.start(Uuid::nil()).await.unwrap_err(), AdapterError::NotFound { .. }));
}

async fn a_task_and_its_log_are_completed_together(database: TestDatabase) {
    let (_database, telemetry) = with_sensor(database).await;
    let (tasks, logs, db) = (telemetry.maintenance_tasks(), telemetry.maintenance_logs(), telemetry.connection());
    let new = NewMaintenanceLog::new(MaintenanceLogStatus::Completed, minute(5))
        .technician("ana")
        .duration_hours(0.0)
        .notes("it's done");
    let task = tasks.create(&task()).await.unwrap();
    // Not started: neither.
    let error = tasks.complete_with_log(task.id, &new).await.unwrap_err();
    assert!(
        error.to_string().contains("is pending and cannot become completed; only what is in_progress can"),
        "{error}"
    );
    let task = tasks.start(task.id).await.unwrap();
    // A log that cannot be: neither.
    let bad = NewMaintenanceLog::new(MaintenanceLogStatus::Completed, minute(5)).duration_hours(-1.0);
    let error = tasks.complete_with_log(task.id, &bad).await.unwrap_err();
    assert_eq!(invalid("maintenance_logs", &error), ("actual_duration_hours", None));
    assert_eq!((tasks.get(task.id).await.unwrap(), count(db, "maintenance_logs").await), (task.clone(), 0));
    // In a transaction that is reverted: neither.
    let transaction = db.begin().await.unwrap();
    MaintenanceTaskRepository::new(&transaction).complete_with_log(task.id, &new).await.unwrap();
    transaction.rollback().await.unwrap();
    assert_eq!((tasks.get(task.id).await.unwrap(), count(db, "maintenance_logs").await), (task.clone(), 0));

    // Work that was not finished is recorded without changing the task.
    let unfinished = NewMaintenanceLog::new(MaintenanceLogStatus::Incomplete, minute(4));
    let first = logs.record(&task, &unfinished).await.unwrap();
    assert_eq!((first.technician_id, first.notes, first.actual_duration_hours), (None, None, None));
    let (completed, log) = tasks.complete_with_log(task.id, &new).await.unwrap();
    assert_eq!(completed.status, MaintenanceTaskStatus::Completed);
    assert_eq!(tasks.get(task.id).await.unwrap(), completed);
    let expected = MaintenanceLog {
        id: log.id,
        task_id: task.id,
        equipment_id: "press 2".to_owned(),
        completion_date: minute(5).fixed_offset(),
        technician_id: Some("ana".to_owned()),
        status: MaintenanceLogStatus::Completed,
        actual_duration_hours: Some(0.0),
        notes: Some("it's done".to_owned()),
        created_at: log.created_at,
        updated_at: log.created_at,
    };
    assert_eq!(log, expected);
    assert_eq!(logs.get(log.id).await.unwrap(), expected);
    // Twice is once.
    assert!(matches!(tasks.complete_with_log(task.id, &new).await.unwrap_err(), AdapterError::NotAllowed { .. }));
    assert_eq!(count(db, "maintenance_logs").await, 2);
    assert!(matches!(logs.get(Uuid::nil()).await.unwrap_err(), AdapterError::NotFound { .. }));
}

async fn tasks_and_logs_are_listed_by_what_they_are(database: TestDatabase) {
    let (_database, telemetry) = with_sensor(database).await;
    let (tasks, logs) = (telemetry.maintenance_tasks(), telemetry.maintenance_logs());
    for number in 0..40_i64 {
        let place = usize::try_from(number).unwrap();
        let new = NewMaintenanceTask::new(
            ["press 1", "press 2"][place % 2],
            [MaintenanceTaskType::Inspection, MaintenanceTaskType::Corrective][place / 2 % 2],
        )
        .priority([MaintenanceTaskPriority::Low, MaintenanceTaskPriority::High][place / 4 % 2]);
        let new = if number % 3 == 0 { new.sensor("s") } else { new };
        let new = if number % 4 > 0 { new.scheduled(minute(number), minute(number + 1)) } else { new };
        let task = tasks.create(&new).await.unwrap();
        if number % 5 == 0 {
            tasks.start(task.id).await.unwrap();
            let ended = [MaintenanceLogStatus::Completed, MaintenanceLogStatus::Failed][place / 5 % 2];
            let log = NewMaintenanceLog::new(ended, minute(number)).technician(["ana", "bob"][place / 10 % 2]);
            tasks.complete_with_log(task.id, &log).await.unwrap();
        }
    }
    let most = PageRequest::first(1000);
    let all = tasks.list(&MaintenanceTaskFilter::new(), &most).await.unwrap().items;
    assert!(all.is_sorted_by(|newer, older| (newer.created_at, newer.id) > (older.created_at, older.id)));
    let filter = MaintenanceTaskFilter::new;
    type Matches = fn(&MaintenanceTask) -> bool;
    let cases: [(MaintenanceTaskFilter, Matches); 9] = [
        (filter(), |_| true),
        (filter().equipment("press 2"), |task| task.equipment_id == "press 2"),
        (filter().equipment("Press 2"), |_| false),
        (filter().sensor("s"), |task| task.sensor_id.is_some()),
        (filter().task_type(MaintenanceTaskType::Corrective), |task| task.task_type == MaintenanceTaskType::Corrective),
        (filter().priority(MaintenanceTaskPriority::High).open(), |task| {
            task.priority == MaintenanceTaskPriority::High && task.status != MaintenanceTaskStatus::Completed
        }),
        (filter().status(MaintenanceTaskStatus::Completed), |task| task.status == MaintenanceTaskStatus::Completed),
        (filter().due(Period::between(minute(5), minute(20))), |task| {
            task.scheduled_end.is_some_and(|end| end >= minute(5) && end < minute(20))
        }),
        // A bound before all time holds everything that has an end.
        (filter().due(Period::since(at("1960-01-01T00:00:00Z"))), |task| task.scheduled_end.is_some()),
    ];
    for (filter, matches) in cases {
        let expected: Vec<MaintenanceTask> = all.iter().filter(|task| matches(task)).cloned().collect();
        let mut found = Vec::new();
        let mut request = PageRequest::first(7);
        loop {
            let page = tasks.list(&filter, &request).await.unwrap();
            found.extend(page.items);
            let Some(next) = page.next else { break };
            request = PageRequest::at(next, 7);
        }
        assert_eq!(found, expected, "{filter:?}");
    }
    let all = logs.list(&MaintenanceLogFilter::new(), &most).await.unwrap().items;
    assert_eq!(all.len(), 8);
    assert!(all.is_sorted_by(|newer, older| newer.completion_date > older.completion_date));
    let filter = MaintenanceLogFilter::new;
    let of_task = all[3].task_id;
    let cases: [(MaintenanceLogFilter, Box<dyn Fn(&MaintenanceLog) -> bool>); 6] = [
        (filter().task(of_task), Box::new(move |log| log.task_id == of_task)),
        (filter().equipment("press 1"), Box::new(|log| log.equipment_id == "press 1")),
        (filter().technician("bob"), Box::new(|log| log.technician_id.as_deref() == Some("bob"))),
        (filter().status(MaintenanceLogStatus::Failed), Box::new(|log| log.status == MaintenanceLogStatus::Failed)),
        (filter().period(Period::since(minute(20))), Box::new(|log| log.completion_date >= minute(20))),
        (filter().technician("Bob"), Box::new(|_| false)),
    ];
    for (filter, matches) in cases {
        let expected: Vec<MaintenanceLog> = all.iter().filter(|log| matches(log)).cloned().collect();
        assert_eq!(logs.list(&filter, &most).await.unwrap().items, expected, "{filter:?}");
    }
}

async fn bad_values_are_refused(database: TestDatabase) {
    let (_database, telemetry) = with_sensor(database).await;
    let tasks = telemetry.maintenance_tasks();
    let inspection = MaintenanceTaskType::Inspection;
    let cases = [
        ("equipment_id", NewMaintenanceTask::new(" ", inspection)),
        ("sensor_id", task().sensor("s ")),
        ("scheduled_end", task().scheduled(minute(2), minute(1))),
        ("scheduled_start", task().scheduled(at("1969-12-31T23:59:59Z"), minute(1))),
        ("required_skills", task().required_skills(["a\0"])),
        ("parts_needed", task().parts_needed(["a".repeat(40_000), "b".repeat(40_000)])),
    ];
    for (column, new) in cases {
        assert_eq!(invalid("maintenance_tasks", &tasks.create(&new).await.unwrap_err()), (column, None));
    }
    let created = tasks.create(&task()).await.unwrap();
    let log = || NewMaintenanceLog::new(MaintenanceLogStatus::Failed, minute(1));
    let cases = [
        ("technician_id", log().technician("")),
        ("actual_duration_hours", log().duration_hours(f64::NAN)),
        ("actual_duration_hours", log().duration_hours(f64::INFINITY)),
        ("notes", log().notes("a\0")),
        ("completion_date", NewMaintenanceLog::new(MaintenanceLogStatus::Failed, at("+10000-01-01T00:00:00Z"))),
    ];
    for (column, new) in cases {
        let error = telemetry.maintenance_logs().record(&created, &new).await.unwrap_err();
        assert_eq!(invalid("maintenance_logs", &error), (column, None));
    }
    assert_eq!(count(telemetry.connection(), "maintenance_logs").await, 0);
}
