//! A run that ends anywhere is finished by the next: before and during each statement of each revision, up and down, the
//! connection is cut or the program killed; run again it ends at the same schema with the same rows.
//!
//! Each test goes up and down again and again, with the fault one statement further every time, until both ways get
//! through; what a round leaves is what the next one starts from.
//!
//! # How to add a story
//!
//! A variant of [`Story`] and its arms, and its name in `killed_anywhere!` at the end.

use std::{
    path::Path,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use migration_engine::{Direction, Project};
use sea_orm::ConnectionTrait;
use tests::{
    Backend, TestDatabase,
    fixtures::{self, OLD_COLUMNS, SIDE_TABLE, alarms, applied, columns, compress, count, execute, has_table},
    process::Finished,
    rows_as_text,
    wire::{Fault, Means, Moment, Proxy},
};

use crate::{adopted, migration, squashed, squashed_project, telemetry};

/// Rows of a step, of 1,344 in four weeks: segments with many rows, with few, and without a value.
const BATCH: u32 = 100;
const READINGS: &str = "INSERT INTO readings (id, at, sensor) \
     WITH RECURSIVE days AS (SELECT 0 AS day UNION ALL SELECT day + 1 FROM days WHERE day < 27), \
     halves AS (SELECT 0 AS half UNION ALL SELECT half + 1 FROM halves WHERE half < 47), \
     n AS (SELECT day * 48 + half AS n FROM days CROSS JOIN halves) \
     SELECT n, timestamp '2026-01-01 00:00:00' + {half hours}, CASE WHEN n % 2 = 0 THEN 1 WHEN n % 9 > 0 THEN n % 9 END FROM n";

/// What is run, on what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Story {
    /// The predictive revision over a history, in the columnstore where there is one, with alarms of models.
    FullAlarms,
    /// All revisions from an empty database on.
    EmptyAlarms,
    /// All revisions of the adopted project.
    Adopted,
    /// The revision that stands in place of those.
    Squashed,
    /// All revisions of the area telemetry but the first, over four weeks of readings, in the columnstore on the way back.
    Telemetry,
    /// A column of a history that is filled in steps, in the columnstore where there is one, and emptied in steps.
    Batched,
}

impl Story {
    fn command(self, folder: &Path) -> Command {
        match self {
            Self::Adopted => adopted(folder),
            Self::Squashed => squashed(folder),
            Self::Telemetry => {
                let mut command = migration(folder);
                command.args(["--area", "telemetry"]).env("DATABASE_SCHEMA", "public");
                command
            }
            Self::Batched => {
                let mut command = tests::process::command(Path::new(env!("CARGO_BIN_EXE_batched-project")), folder);
                command.env("ROWS", BATCH.to_string());
                command
            }
            _ => migration(folder),
        }
    }

    fn project(self) -> Project {
        match self {
            Self::Adopted => adopted_project::Migrator.into(),
            Self::Squashed => squashed_project::project(),
            Self::Telemetry => migration::areas::telemetry::project(),
            Self::Batched => tests::batched::project(BATCH),
            _ => migration::project(),
        }
    }

    /// Arguments of the way down.
    fn down(self) -> &'static [&'static str] {
        match self {
            Self::FullAlarms => &["down", "m20250601_000000_create_alarms"],
            Self::Adopted => &["down", "-n", "3"],
            Self::EmptyAlarms => &["down", "-n", "4"],
            Self::Squashed => &["down", "--yes"],
            Self::Telemetry => &["down", "m20260105_000000_create_telemetry"],
            Self::Batched => &["down", "m1_readings"],
        }
    }

    /// How many revisions are applied after the way down.
    fn base(self) -> usize {
        usize::from(matches!(self, Self::FullAlarms | Self::Telemetry | Self::Batched))
    }

    /// From an empty database to where the first way up begins.
    async fn prepare(self, database: &TestDatabase) {
        if self == Self::Telemetry {
            telemetry::seed(&telemetry::up_to(database, 1).await, 1..=1).await;
        }
        if self == Self::Batched {
            let runner = database.runner_of(self.project()).await;
            runner.up(Some(1)).await.unwrap();
            let half_hours = match database.backend() {
                Backend::Mariadb => "INTERVAL (n * 30) MINUTE",
                _ => "n * INTERVAL '30 minutes'",
            };
            execute(runner.connection(), &READINGS.replace("{half hours}", half_hours)).await;
            runner.close().await;
        }
        if self != Self::FullAlarms {
            return;
        }
        database.up_of("alarms", migration::project, None).await;
        let db = database.connect().await;
        execute(&db, &fixtures::history(database.backend())).await;
        execute(&db, &fixtures::model_alarms(database.backend())).await;
        db.close().await.unwrap();
        let runner = database.runner().await;
        runner.down(Some(3)).await.unwrap();
        runner.close().await;
    }

    /// Brings a database back to how it was before what a way up or down cannot undo.
    async fn refit<C: ConnectionTrait>(self, db: &C, backend: Backend, way: Direction) {
        match self {
            Self::FullAlarms if backend == Backend::Timescale => compress(db).await,
            Self::Telemetry if backend == Backend::Timescale && way == Direction::Down => {
                execute(db, "SELECT compress_chunk(c, true) FROM show_chunks('sensor_readings', older_than => '2026-01-15'::timestamptz) c").await;
            }
            // Three weeks of four.
            Self::Batched if backend == Backend::Timescale => {
                execute(db, "SELECT compress_chunk(c, true) FROM show_chunks('readings', older_than => '2026-01-22'::timestamptz) c").await;
            }
            // The engine's tables too come anew.
            Self::EmptyAlarms if way == Direction::Up => {
                for table in ["seaql_migrations", "seaql_migrations_engine"] {
                    execute(db, &format!("DROP TABLE IF EXISTS {table}")).await;
                }
            }
            _ => {}
        }
    }

    /// All rows, those that are kept aside too.
    async fn rows<C: ConnectionTrait>(self, db: &C, backend: Backend) -> Vec<String> {
        if matches!(self, Self::Adopted | Self::Squashed) {
            if !has_table(db, "post").await {
                return vec![];
            }
            // Without the ids: a sequence does not go back with its transaction.
            let text =
                if backend == Backend::Mariadb { "CONCAT_WS(' ', title, text)" } else { "ROW(title, text)::text" };
            return rows_as_text(db, &format!("SELECT {text} FROM post ORDER BY title")).await;
        }
        if self == Self::Telemetry {
            return telemetry::everything(db, backend).await;
        }
        if self == Self::Batched {
            let text = if backend == Backend::Mariadb { "CONCAT_WS(' ', id, site)" } else { "ROW(id, site)::text" };
            return rows_as_text(db, &format!("SELECT {text} FROM readings ORDER BY id")).await;
        }
        if !has_table(db, "alarms").await {
            return vec![];
        }
        if !has_table(db, SIDE_TABLE).await {
            return alarms(db, backend, &columns()).await;
        }
        let mut rows = alarms(db, backend, &OLD_COLUMNS).await;
        let text = if backend == Backend::Mariadb {
            "CONCAT_WS(' ', HEX(id), origin, anomaly_score)"
        } else {
            "ROW(id, origin, anomaly_score)::text"
        };
        rows.extend(rows_as_text(db, &format!("SELECT {text} FROM {SIDE_TABLE} ORDER BY id")).await);
        rows
    }
}

/// What a run leaves, as far as the next one and people can see it.
#[derive(Debug, PartialEq, Eq)]
struct State {
    schema: String,
    applied: Vec<String>,
    rows: Vec<String>,
}

/// Waits until the server is done with what a program that is gone had asked for.
pub async fn settle(database: &TestDatabase) {
    if database.has_one_session() || database.backend() == Backend::Sqlite {
        return; // The next to connect waits; of a file nobody holds anything.
    }
    let others = match database.backend() {
        Backend::Mariadb => "information_schema.PROCESSLIST WHERE DB = DATABASE() AND ID <> CONNECTION_ID()",
        _ => {
            "pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
        }
    };
    let db = database.connect().await;
    let started = Instant::now();
    while count(&db, others).await > 0 {
        assert!(started.elapsed() < Duration::from_mins(2), "the server never ends what it was asked for");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    db.close().await.unwrap();
}

/// A story being played on one database.
struct Stage {
    story: Story,
    database: TestDatabase,
}

impl Stage {
    async fn state(&self) -> State {
        let runner = self.database.runner_of(self.story.project()).await;
        let db = runner.connection();
        let recorded = if has_table(db, "seaql_migrations").await { applied(db).await } else { vec![] };
        let status = runner.status().await.expect("a status without complaint");
        let told = status.iter().filter(|revision| revision.applied_at.is_some()).map(|revision| &revision.name);
        assert!(told.eq(&recorded), "status tells of other revisions than {recorded:?}");
        let state = State {
            schema: runner.schema_sql().await.expect("the schema"),
            applied: recorded,
            rows: self.story.rows(db, self.database.backend()).await,
        };
        runner.close().await;
        state
    }

    /// Runs the program through the proxy. Tells what it said, and the statement at which the fault ended it.
    async fn run(&self, way: Direction, fault: Option<Fault>) -> (Finished, Option<String>) {
        let arguments = if way == Direction::Up { &["up"] } else { self.story.down() };
        let proxy = Proxy::start(self.database.url(), fault).await;
        let mut command = self.story.command(&std::env::temp_dir());
        command.args(["--database-url", proxy.url()]).args(arguments);
        let mut command = tokio::process::Command::from(command);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true).spawn().unwrap();
        let ended = async {
            tokio::select! {
                () = proxy.reached(), if fault.is_some_and(|fault| fault.means == Means::Kill) => child.start_kill().unwrap(),
                _ = child.wait() => {}
            }
            child.wait_with_output().await.unwrap()
        };
        let ended = tokio::time::timeout(Duration::from_mins(2), ended).await;
        let met = fault.and_then(|fault| proxy.statements().get(fault.statement - 1).cloned());
        let ended = ended.unwrap_or_else(|_| panic!("{way:?} hangs, {fault:?}, {met:?}"));
        (ended.into(), met)
    }

    /// Waits until the server is done with what a program that is gone had asked for.
    async fn settle(&self) {
        settle(&self.database).await;
    }

    async fn refit(&self, way: Direction) {
        let db = self.database.connect().await;
        self.story.refit(&db, self.database.backend(), way).await;
        db.close().await.unwrap();
    }

    /// One way with a fault, and again without; tells whether the fault was met.
    async fn again_after(&self, way: Direction, fault: Fault, expected: &State) -> bool {
        self.refit(way).await;
        let (finished, met) = self.run(way, Some(fault)).await;
        let Some(met) = met else {
            assert_eq!(finished.code, 0, "{way:?} without a fault: {finished:#?}");
            return false;
        };
        let at = format!("{way:?} of {:?}, ended {fault:?} {met:?}", self.story);
        let complaint = finished.stderr.lines().any(|line| line.starts_with("error: "));
        assert!(finished.code <= 0 || complaint, "{at}: {finished:#?}");
        // The next one does not wait for the server: that is what the runner's lock is for. Whether there is anything
        // left to revert, only the settled database tells.
        let done = way == Direction::Down && {
            self.settle().await;
            self.recorded().await == expected.applied
        };
        if !done {
            let (finished, _) = self.run(way, None).await;
            assert_eq!(finished.code, 0, "{at}, and run again: {finished:#?}");
        }
        let state = self.state().await;
        assert_eq!(state.schema, expected.schema, "{at}");
        assert_eq!(state.applied, expected.applied, "{at}");
        fixtures::assert_same(&state.rows, &expected.rows, &at);
        true
    }

    /// The first statement to end a run at, and how many on the next. Each statement of the predictive revision on PostgreSQL
    /// is met by one of the means at one of the moments; elsewhere the tests of a story share samples of the statements.
    /// `EVERY_STATEMENT=1` leaves none out anywhere.
    fn statements(&self, moment: Moment, means: Means) -> (usize, usize) {
        let all = self.story == Story::FullAlarms && self.database.backend() == Backend::Postgres;
        let stride = match (std::env::var_os("EVERY_STATEMENT").is_some(), self.database.has_one_session()) {
            (true, _) => return (1, 1),
            // A round takes seconds there.
            (false, true) if self.story == Story::Batched => 7,
            (false, true) => 20,
            (false, false) if all => 4,
            (false, false) if self.story == Story::Telemetry => 20,
            (false, false) => 13,
        };
        let first = 2 * usize::from(moment == Moment::During) + usize::from(means == Means::Kill);
        (1 + first % stride, stride)
    }

    async fn recorded(&self) -> Vec<String> {
        let db = self.database.connect().await;
        let names = if has_table(&db, "seaql_migrations").await { applied(&db).await } else { vec![] };
        db.close().await.unwrap();
        names
    }
}

async fn killed_anywhere(story: Story, backend: Backend, moment: Moment, means: Means) {
    let database = TestDatabase::create(backend).await;
    // Boxed: running revisions makes for a large future.
    Box::pin(story.prepare(&database)).await;
    let stage = Stage { story, database };
    let start = stage.state().await;
    let mut expected = Vec::new();
    for way in [Direction::Up, Direction::Down] {
        stage.refit(way).await;
        let (finished, _) = stage.run(way, None).await;
        assert_eq!(finished.code, 0, "{finished:#?}");
        expected.push(stage.state().await);
    }
    let [up, down] = &expected[..] else { unreachable!() };
    assert_eq!(down, &start, "what is reverted is as it was before");
    assert_eq!((up.applied.len() > down.applied.len(), down.applied.len()), (true, story.base()));
    let (first, stride) = stage.statements(moment, means);
    for statement in (first..).step_by(stride) {
        let fault = Fault { statement, moment, means };
        let met_up = stage.again_after(Direction::Up, fault, up).await;
        let met_down = stage.again_after(Direction::Down, fault, down).await;
        if !met_up && !met_down {
            assert!(statement > 5, "the statements are counted");
            return;
        }
    }
}

#[tokio::test]
#[ignore = "needs an index built while others write, and TimescaleDB in WebAssembly has one session"]
async fn adopted_on_timescaledb() {
    killed_anywhere(Story::Adopted, Backend::Timescale, Moment::During, Means::Cut).await;
}

/// `name: Story on Backend, [way to end it, …]`, a test each.
macro_rules! killed_anywhere {
    ($($name:ident: $story:ident on $backend:ident, [$($test:ident: $means:ident $moment:ident),+]);+ $(;)?) => {$(
        mod $name {
            use super::{Backend, Means, Moment, Story, killed_anywhere};

            $(#[tokio::test]
            async fn $test() {
                killed_anywhere(Story::$story, Backend::$backend, Moment::$moment, Means::$means).await;
            })+
        }
    )+};
}

killed_anywhere!(
    full_alarms_on_postgres: FullAlarms on Postgres,
        [cut_before: Cut Before, cut_during: Cut During, killed_before: Kill Before, killed_during: Kill During];
    full_alarms_on_timescaledb: FullAlarms on Timescale,
        [cut_before: Cut Before, cut_during: Cut During, killed_before: Kill Before, killed_during: Kill During];
    full_alarms_on_mariadb: FullAlarms on Mariadb, [cut_during: Cut During, killed_before: Kill Before];
    empty_alarms_on_postgres: EmptyAlarms on Postgres, [cut_before: Cut Before, killed_during: Kill During];
    empty_alarms_on_timescaledb: EmptyAlarms on Timescale, [cut_during: Cut During, killed_before: Kill Before];
    empty_alarms_on_mariadb: EmptyAlarms on Mariadb, [cut_before: Cut Before, killed_during: Kill During];
    telemetry_on_postgres: Telemetry on Postgres, [killed_before: Kill Before];
    telemetry_on_timescaledb: Telemetry on Timescale, [cut_during: Cut During];
    telemetry_on_mariadb: Telemetry on Mariadb, [killed_before: Kill Before];
    adopted_on_postgres: Adopted on Postgres, [cut_during: Cut During, killed_before: Kill Before];
    adopted_on_mariadb: Adopted on Mariadb, [cut_before: Cut Before, killed_during: Kill During];
    squashed_on_postgres: Squashed on Postgres, [cut_during: Cut During, killed_before: Kill Before];
    batched_on_postgres: Batched on Postgres, [killed_before: Kill Before];
    batched_on_timescaledb: Batched on Timescale, [killed_during: Kill During];
    batched_on_mariadb: Batched on Mariadb, [killed_during: Kill During];
    squashed_on_mariadb: Squashed on Mariadb, [cut_before: Cut Before, killed_during: Kill During];
);
