//! `up` and `down` that arrive while `maintain` is at work get their turn between two steps, and both end well.

use std::{
    sync::{Arc, Mutex, Once},
    thread::{self, JoinHandle},
    time::Duration,
};

use migration_engine::{
    EngineError, Project, Runner, Target,
    operate::maintain::{Maintained, TaskOutcome, maintain},
    revision::Event,
    session::{Patience, connect},
};
use tests::{
    TestDatabase,
    fixtures::{execute, has_table},
    on_every_backend,
};

use super::{
    outcomes, prepared,
    project::{self, Declares, insert_history},
    summarised,
};

on_every_backend!(needs: several_sessions; an_up_gets_its_turn, a_down_gets_its_turn);

/// How long a step seems to take: the lock is given back every two seconds.
const STEP: Duration = Duration::from_millis(500);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    Up,
    Down,
}

/// What happened, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Happened {
    Step,
    Arrived,
    Ended,
}

type Log = Arc<Mutex<Vec<Happened>>>;
type Visit = JoinHandle<Result<Vec<String>, EngineError>>;

/// Another process, as far as the database can tell.
fn visit(url: String, project: Project, way: Way, log: Log) -> Visit {
    thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let target = Target::parse(&url, "the test").unwrap();
            let settings = connect::Settings::default();
            let runner = Runner::connect(project, target, &settings, Patience::default()).await?;
            log.lock().unwrap().push(Happened::Arrived);
            let done = match way {
                Way::Up => runner.up(None).await,
                Way::Down => runner.down(Some(1)).await,
            };
            log.lock().unwrap().push(Happened::Ended);
            runner.close().await;
            done
        })
    })
}

/// Runs `maintain`, which is visited in its first step. Gives what either did, and in which order.
async fn visited(
    database: &TestDatabase,
    project: fn() -> Project,
    way: Way,
) -> (Maintained, Vec<String>, Vec<Happened>) {
    let log = Log::default();
    let visitor: Arc<Mutex<Option<Visit>>> = Arc::default();
    let (first, url) = (Once::new(), database.url().to_owned());
    let runner = database.runner_of(project()).await.on_event({
        let (log, visitor) = (Arc::clone(&log), Arc::clone(&visitor));
        move |event| {
            if matches!(event, Event::Progress { .. }) {
                first.call_once(|| {
                    *visitor.lock().unwrap() = Some(visit(url.clone(), project(), way, Arc::clone(&log)));
                });
                log.lock().unwrap().push(Happened::Step);
                thread::sleep(STEP);
            }
        }
    });
    let done = maintain(&runner, false).await.unwrap();
    runner.close().await;
    let visitor = visitor.lock().unwrap().take().expect("a first step");
    let changed = visitor.join().unwrap().unwrap();
    let log = log.lock().unwrap().clone();
    (done, changed, log)
}

async fn an_up_gets_its_turn(database: TestDatabase) {
    let runner = prepared(&database, Declares::All).await;
    let inserted = insert_history(runner.connection(), 90).await;
    runner.close().await;
    let (done, applied, log) = visited(&database, project::longer_project, Way::Up).await;
    assert_eq!(applied.len(), 1);
    assert!(done.tasks.iter().all(|task| task.outcome == TaskOutcome::Done), "{done:#?}");
    let place = |what| log.iter().position(|one| *one == what).unwrap();
    let last_step = log.iter().rposition(|one| *one == Happened::Step).unwrap();
    assert!(place(Happened::Step) < place(Happened::Ended) && place(Happened::Ended) < last_step, "{log:?}");
    let db = database.connect().await;
    assert!(has_table(&db, "rooms").await);
    for aggregate in ["readings_hourly", "readings_daily"] {
        assert_eq!(summarised(&db, aggregate).await, inserted, "{aggregate}");
    }
}

async fn a_down_gets_its_turn(database: TestDatabase) {
    let runner = prepared(&database, Declares::All).await;
    insert_history(runner.connection(), 90).await;
    runner.close().await;
    let (done, taken_back, log) = visited(&database, || project::project(Declares::All), Way::Down).await;
    assert_eq!(taken_back, [project::REVISION]);
    let expected = ["refresh of readings_hourly", "refresh of readings_daily", "retention of readings"];
    assert_eq!(outcomes(&done), expected.map(|name| (name, TaskOutcome::Skipped)), "{done:#?}");
    assert!(done.tasks.iter().all(|task| task.detail.ends_with("was reverted meanwhile")), "{done:#?}");
    assert_eq!(log.last(), Some(&Happened::Ended), "no step after it: {log:?}");
    let db = database.connect().await;
    assert!(!has_table(&db, "readings").await);
    execute(&db, "CREATE TABLE readings_hourly (floor integer)").await;
}
