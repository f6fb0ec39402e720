//! `roles`: what each of the three may do, and that nothing is missing or too much after a second look.

use core_server_adapter::{
    AdapterError, Database, DatabaseConfig, PageRequest,
    alarms::{AlarmFilter, AlarmSeverity, NewAlarm},
    telemetry::{NewReading, NewSensor, Telemetry},
};
use migration_engine::operate::doctor::{Health, examine};
use sea_orm::ConnectionTrait;
use serde_json::Value;
use tests::{
    Backend, TestDatabase, connect_to,
    fixtures::{count, execute, model_alarms},
    process::{Finished, run},
};

use super::{Ordinary, User};
use crate::migration;

fn on(url: &str, arguments: &[&str]) -> Finished {
    let folder = tests::temporary_folder();
    run(migration(folder.path()).env("DATABASE_URL", url).args(arguments))
}

#[track_caller]
pub(super) fn done(url: &str, arguments: &[&str]) -> String {
    let finished = on(url, arguments);
    assert_eq!(finished.code, 0, "{arguments:?} {finished:#?}");
    finished.stdout
}

/// The names of roles belong to the whole server: a test has its own.
pub(super) struct Groups {
    pub(super) prefix: String,
    admin: String,
}

impl Groups {
    pub(super) fn of(ordinary: &Ordinary) -> Self {
        Self { prefix: ordinary.user.name.replace("ordinary", "roles"), admin: ordinary.user.admin.clone() }
    }

    pub(super) fn name(&self, kind: &str) -> String {
        format!("{}_{kind}", self.prefix)
    }

    /// When their database is gone.
    pub(super) async fn end(self) {
        let db = connect_to(&self.admin).await;
        for kind in ["owner", "rw", "ro"] {
            execute(&db, &format!("DROP ROLE IF EXISTS {}", self.name(kind))).await;
        }
        db.close().await.unwrap();
    }
}

async fn reads(database: &Database) {
    database.alarms().list(&AlarmFilter::new(), &PageRequest::first(10)).await.unwrap();
}

fn alarm() -> NewAlarm {
    NewAlarm::threshold("pump-1", AlarmSeverity::Critical, chrono::Utc::now())
}

#[track_caller]
fn is_refused(error: &AdapterError, area: &str, table: &str) {
    let AdapterError::MissingRight { area: named, table: of, .. } = error else { panic!("{error:?}") };
    assert_eq!((*named, *of), (area, table));
    let line = error.on_one_line();
    assert!(line.contains("has no right to") && line.contains("`migration roles`"), "{line}");
}

/// The adapter as a member of the role that reads and writes, and of the one that reads.
async fn the_adapter_works_with_it(common: &str, read_write: &str, read_only: &str) {
    for (url, may_write) in [(read_write, true), (read_only, false)] {
        let alarms = Database::connect(&DatabaseConfig::new(url).unwrap().max_connections(1)).await.unwrap();
        reads(&alarms).await;
        let raised = alarms.alarms().raise(&alarm()).await;
        if may_write {
            let id = raised.unwrap().id;
            alarms.alarms().acknowledge(id, "ana").await.unwrap();
        } else {
            is_refused(&raised.unwrap_err(), "alarms", "alarms");
        }
        // Only the owner may record a revision.
        let noted = "INSERT INTO seaql_migrations (version, applied_at) VALUES ('m2030', 1)";
        assert_eq!(
            alarms.connection().execute_unprepared(noted).await.is_ok(),
            common.starts_with("mysql") && may_write
        );
        alarms.close().await;

        let config = DatabaseConfig::new(url).unwrap().in_area("telemetry").max_connections(1);
        let telemetry = Telemetry::connect(&config).await.unwrap();
        let registered = telemetry.sensors().register(&NewSensor::new("pump-1", "temperature")).await;
        let readings = [NewReading::new("pump-1", chrono::Utc::now(), 7.0)];
        if may_write {
            registered.unwrap();
            telemetry.readings().insert_many(&readings).await.unwrap();
        } else {
            is_refused(&registered.unwrap_err(), "telemetry", "sensors");
            is_refused(&telemetry.readings().insert_many(&readings).await.unwrap_err(), "telemetry", "sensor_readings");
        }
        assert_eq!(telemetry.readings().latest("pump-1", 5).await.unwrap().len(), 1);
        telemetry.close().await;
    }
}

#[tokio::test]
async fn on_postgres() {
    let ordinary = Ordinary::owner(Backend::Postgres).await;
    ordinary.as_superuser(&format!("ALTER ROLE {} CREATEROLE", ordinary.user.name)).await;
    let groups = Groups::of(&ordinary);
    let url = ordinary.url();
    done(&url, &["up", "--all"]);
    let roles = ["roles", "--all", "--prefix", &groups.prefix];

    // What would be run is shown, and not run.
    let shown = done(&url, &[&roles[..], &["--dry-run"]].concat());
    assert!(shown.contains(&format!("CREATE ROLE {} NOLOGIN;\n", groups.name("owner"))), "{shown}");
    assert!(
        shown.contains(&format!(
            "GRANT SELECT, INSERT, UPDATE, DELETE ON TABLE public.alarms TO {};",
            groups.name("rw")
        )),
        "{shown}"
    );
    assert!(shown.contains("statements would run; nothing was changed"), "{shown}");
    assert_eq!(done(&url, &[&roles[..], &["--dry-run"]].concat()), shown);

    // Whoever comes second finds nothing to do.
    let together: Vec<_> = (0..4)
        .map(|_| {
            let (url, roles) = (url.clone(), roles.map(str::to_owned));
            std::thread::spawn(move || on(&url, &[&roles[0], &roles[1], &roles[2], &roles[3]]))
        })
        .collect();
    for finished in together.into_iter().map(|one| one.join().unwrap()) {
        assert_eq!(finished.code, 0, "{finished:#?}");
    }
    let json = done(&url, &[&roles[..], &["--json"]].concat());
    let json: Value = serde_json::from_str(&json).unwrap();
    for area in json["result"]["areas"].as_array().unwrap() {
        assert_eq!(area["result"]["statements"], Value::Array(vec![]), "nothing is left to do: {area:#}");
    }
    assert_eq!(done(&url, &["check", "--all", "--quiet"]), "", "the schema is the same");

    let (read_write, read_only, deploy) = (
        User::create(Backend::Postgres, &ordinary.user.admin).await,
        User::create(Backend::Postgres, &ordinary.user.admin).await,
        User::create(Backend::Postgres, &ordinary.user.admin).await,
    );
    for (kind, user) in [("rw", &read_write), ("ro", &read_only), ("owner", &deploy)] {
        ordinary.as_superuser(&format!("GRANT {} TO {}", groups.name(kind), user.name)).await;
    }
    let [with, without, deploys] = [&read_write, &read_only, &deploy].map(|user| user.url(ordinary.database.url()));
    the_adapter_works_with_it(&url, &with, &without).await;

    // Tables to come, whether the owner makes them or who ran `roles`.
    let as_owner = format!("{deploys}?options=-c%20role%3D{}", groups.name("owner"));
    done(&as_owner, &["down", "base", "--yes"]);
    done(&as_owner, &["up"]);
    let owners = "pg_tables WHERE tablename = 'alarms' AND tableowner =";
    let db = ordinary.superuser().await;
    assert_eq!(count(&db, &format!("{owners} '{}'", groups.name("owner"))).await, 1);
    done(&url, &["down", "base", "--yes"]);
    done(&url, &["up"]);
    assert_eq!(count(&db, &format!("{owners} '{}'", ordinary.user.name)).await, 1);
    db.close().await.unwrap();
    let again = connect_to(&with).await;
    execute(&again, &model_alarms(Backend::Postgres)).await;
    again.close().await.unwrap();
    let handed_over = done(&url, &["roles", "--prefix", &groups.prefix]);
    assert!(
        handed_over.contains(&format!("ALTER TABLE public.alarms OWNER TO {};", groups.name("owner"))),
        "{handed_over}"
    );

    // What is missing or too much after a change by hand.
    let (rw, ro) = (groups.name("rw"), groups.name("ro"));
    ordinary.as_superuser(&format!("REVOKE UPDATE ON alarms FROM {rw}; GRANT INSERT ON alarms TO {ro}")).await;
    let repaired = done(&url, &["roles", "--prefix", &groups.prefix]);
    let expected = format!(
        "GRANT UPDATE ON TABLE public.alarms TO {rw};\nREVOKE INSERT ON TABLE public.alarms FROM {ro};\n-- 2 statements run: "
    );
    assert!(repaired.starts_with(&expected), "{repaired}");
    let Ordinary { database, user } = ordinary;
    drop(database);
    groups.end().await;
    drop([read_write, read_only, deploy]);
    drop(user);
}

#[tokio::test]
async fn without_the_right_an_administrator_is_told_what_to_run() {
    let ordinary = Ordinary::owner(Backend::Postgres).await;
    let groups = Groups::of(&ordinary);
    let url = ordinary.url();
    done(&url, &["up"]);
    let roles = ["roles", "--prefix", &groups.prefix, "--json"];
    let refused = on(&url, &roles);
    assert_eq!(refused.code, 1, "{refused:#?}");
    let error = serde_json::from_str::<Value>(&refused.stdout).unwrap()["error"].as_str().unwrap().to_owned();
    let statements = error.split('`').nth(1).unwrap_or_else(|| panic!("no SQL in {error}"));
    for kind in ["owner", "rw", "ro"] {
        assert!(statements.contains(&format!("CREATE ROLE {} NOLOGIN", groups.name(kind))), "{error}");
    }
    ordinary.as_superuser(statements).await;
    let rest = done(&url, &roles[..3]);
    assert!(!rest.contains("CREATE ROLE") && rest.contains("GRANT USAGE ON SCHEMA public"), "{rest}");
    assert!(done(&url, &roles[..3]).starts_with("-- nothing to do: "));
    let Ordinary { database, user } = ordinary;
    drop(database);
    groups.end().await;
    drop(user);
}

#[tokio::test]
async fn doctor_names_rights_that_are_too_wide() {
    let ordinary = Ordinary::owner(Backend::Postgres).await;
    ordinary.as_superuser(&format!("ALTER ROLE {} CREATEROLE", ordinary.user.name)).await;
    let groups = Groups::of(&ordinary);
    ordinary.as_superuser("REVOKE CREATE ON SCHEMA public FROM PUBLIC").await;
    ordinary.up().await;
    done(&ordinary.url(), &["roles", "--prefix", &groups.prefix]);
    let rights = async |ordinary: &Ordinary| {
        let runner = ordinary.runner().await;
        let found = examine(&runner).await.unwrap();
        runner.close().await;
        let found = found.into_iter().find(|one| one.about == "rights").unwrap();
        (found.health, found.finding)
    };
    assert_eq!(rights(&ordinary).await, (Health::Ok, "none is too wide".to_owned()));
    let ro = groups.name("ro");
    for (wide, says, narrow) in [
        (
            "GRANT CREATE ON SCHEMA public TO PUBLIC",
            "everybody may create in schema public",
            "REVOKE CREATE ON SCHEMA public FROM PUBLIC",
        ),
        (
            "GRANT SELECT, INSERT ON alarms TO PUBLIC",
            "everybody may insert, select in alarms: REVOKE ALL ON public.alarms",
            "REVOKE ALL ON alarms FROM PUBLIC",
        ),
        (
            &format!("GRANT DELETE ON alarms TO {ro}"),
            &format!("{ro} is to read only, and may write alarms"),
            &format!("REVOKE DELETE ON alarms FROM {ro}"),
        ),
        (
            &format!("GRANT CREATE ON SCHEMA public TO {ro}"),
            &format!("{ro} is to read only, and may create in schema public"),
            &format!("REVOKE CREATE ON SCHEMA public FROM {ro}"),
        ),
    ] {
        ordinary.as_superuser(wide).await;
        let (health, finding) = rights(&ordinary).await;
        assert!(health == Health::Problem && finding.contains(says), "{wide}: {finding}");
        ordinary.as_superuser(narrow).await;
        assert_eq!(rights(&ordinary).await.0, Health::Ok, "{narrow}");
    }
    let superuser = on(ordinary.database.url(), &["doctor"]).stdout;
    assert!(
        superuser.lines().any(|line| line.starts_with("note     rights: ") && line.contains("is a superuser")),
        "{superuser}"
    );
    let Ordinary { database, user } = ordinary;
    drop(database);
    groups.end().await;
    drop(user);
}

/// A hypertable, its chunks, aggregates and jobs have an owner too.
#[tokio::test]
async fn on_timescaledb() {
    let database = TestDatabase::create(Backend::Timescale).await.as_administrator();
    let prefix = format!("roles_{}", std::process::id());
    let url = database.url().to_owned();
    done(&url, &["up", "--all"]);
    let db = database.connect().await;
    execute(&db, "INSERT INTO telemetry.sensor_readings (timestamp, sensor_id, value) SELECT '2026-01-01'::timestamptz + n * INTERVAL '1 hour', 'pump-2', n FROM generate_series(1, 500) n").await;
    execute(&db, "SELECT compress_chunk(c) FROM show_chunks('telemetry.sensor_readings') c LIMIT 1").await;
    db.close().await.unwrap();
    let roles = ["roles", "--all", "--prefix", &prefix];
    done(&url, &roles);
    let again = done(&url, &roles);
    assert!(!again.contains(';') && again.contains("-- nothing to do: "), "{again}");
    assert_eq!(done(&url, &["check", "--all", "--quiet"]), "");

    let mut users = Vec::new();
    for kind in ["rw", "ro", "owner"] {
        let login = format!("{prefix}_login_{kind}");
        database
            .by_administrator(&format!(
                "CREATE ROLE {login} LOGIN PASSWORD 'postgres'; GRANT {prefix}_{kind} TO {login}"
            ))
            .await;
        users.push(format!("postgres://{login}:postgres@{}", url.split_once('@').unwrap().1));
    }
    the_adapter_works_with_it(&url, &users[0], &users[1]).await;
    // In chunks that are in the columnstore, too.
    for (user, may) in [(&users[0], true), (&users[1], false)] {
        let db = connect_to(user).await;
        let update = "UPDATE telemetry.sensor_readings SET value = value + 1 WHERE sensor_id = 'pump-2' AND timestamp < '2026-01-02'";
        assert_eq!(db.execute_unprepared(update).await.is_ok(), may);
        assert!(count(&db, "telemetry.sensor_readings WHERE sensor_id = 'pump-2'").await == 500);
        assert!(db.execute_unprepared("SELECT * FROM telemetry.sensor_readings_summary_daily").await.is_ok());
        db.close().await.unwrap();
    }
    // A member of the owner's role changes what is there, jobs included.
    done(&users[2], &["down", "--all", "-n", "2", "--yes"]);
    done(&users[2], &["up", "--all"]);
    done(&users[2], &["maintain", "--all"]);
    // As the role itself, which has to log in for its jobs.
    let db = connect_to(&users[2]).await;
    execute(&db, &format!("SET ROLE {prefix}_owner; SET search_path = telemetry, public")).await;
    execute(&db, "SELECT remove_retention_policy('sensor_readings'); SELECT add_retention_policy('sensor_readings', INTERVAL '180 days')").await;
    db.close().await.unwrap();
}

#[tokio::test]
async fn on_mariadb() {
    let ordinary = Ordinary::owner(Backend::Mariadb).await;
    let groups = Groups::of(&ordinary);
    let (url, root) = (ordinary.url(), ordinary.database.url().to_owned());
    done(&root, &["up", "--all"]);
    let roles = ["roles", "--all", "--prefix", &groups.prefix];
    // The owner of the database may not make roles.
    let refused = on(&url, &roles[..1]);
    assert!(
        refused.code == 1 && refused.stderr.contains("have an administrator run `CREATE ROLE IF NOT EXISTS"),
        "{refused:#?}"
    );
    let made = done(&root, &roles);
    assert!(made.contains("CREATE ROLE IF NOT EXISTS") && made.contains("GRANT SELECT ON "), "{made}");
    let again = done(&root, &roles);
    assert!(!again.contains(';') && again.contains("-- nothing to do: "), "{again}");
    let mut users = Vec::new();
    for kind in ["rw", "ro"] {
        let user = User::create(Backend::Mariadb, &ordinary.user.admin).await;
        let (role, name) = (groups.name(kind), &user.name);
        ordinary.as_superuser(&format!("GRANT {role} TO {name}; SET DEFAULT ROLE {role} FOR {name}")).await;
        users.push(user);
    }
    let [with, without] = [0, 1].map(|user| users[user].url(ordinary.database.url()));
    the_adapter_works_with_it(&url, &with, &without).await;
    let name = root.rsplit('/').next().unwrap().to_owned();
    for area in migration::platform().names().iter().skip(1) {
        ordinary.as_superuser(&format!("DROP DATABASE {name}_{area}")).await;
    }
    groups.end().await;
    drop(users);
    drop(ordinary);
}

#[tokio::test]
async fn a_file_has_no_roles() {
    let database = TestDatabase::create(Backend::Sqlite).await;
    done(database.url(), &["up"]);
    let refused = on(database.url(), &["roles"]);
    assert!(refused.code == 1 && refused.stderr.contains("files have no roles"), "{refused:#?}");
}
