//! Row security by tenant, as members of the read-write role of the area twin see it.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use core_server_adapter::{
    AdapterError, DatabaseConfig, PageRequest, Server,
    telemetry::Telemetry,
    twin::{
        AnomalyFilter, AnomalySeverity, NewAnomaly, NewConfiguration, NewSnapshot, SnapshotFilter, Twin, TwinWithin,
    },
};
use sea_orm::ConnectionTrait;
use serde_json::json;
use tests::{
    Backend, TestDatabase,
    fixtures::{count, execute},
    on_every_backend,
    own::Pooler,
    rows_as_text, scalar,
};
use tokio::task::JoinSet;

use super::{
    Ordinary, User,
    roles::{Groups, done},
};

on_every_backend!(only: [sqlite, timescaledb, mariadb], "row security of a whole area"; elsewhere_it_is_refused);

/// What somebody might call themselves to be somebody else.
const HOSTILE: [&str; 5] =
    ["acme' OR 'a' = 'a", "acme', false); RESET ROLE; --", "\\'; --", "acme -c app.tenant=other", "Öl \"GmbH\" $1"];

/// A database with the areas, and a member of their read-write role.
struct Site {
    ordinary: Ordinary,
    groups: Groups,
    member: User,
}

impl Site {
    async fn new() -> Self {
        let ordinary = Ordinary::owner(Backend::Postgres).await;
        ordinary.as_superuser(&format!("ALTER ROLE {} CREATEROLE", ordinary.user.name)).await;
        let groups = Groups::of(&ordinary);
        done(&ordinary.url(), &["up", "--all"]);
        done(&ordinary.url(), &["roles", "--all", "--prefix", &groups.prefix]);
        let member = User::create(Backend::Postgres, &ordinary.user.admin).await;
        ordinary.as_superuser(&format!("GRANT {} TO {}", groups.name("rw"), member.name)).await;
        Self { ordinary, groups, member }
    }

    /// The area twin as the member's.
    fn config(&self) -> DatabaseConfig {
        let url = self.member.url(self.ordinary.database.url());
        DatabaseConfig::new(&url).unwrap().in_area("twin").max_connections(3)
    }

    async fn twin(&self, tenant: &str) -> Twin {
        Twin::connect(&self.config().tenant(tenant)).await.unwrap()
    }

    async fn end(self) {
        let Self { ordinary: Ordinary { database, user }, groups, member } = self;
        drop(database);
        groups.end().await;
        drop(member);
        drop(user);
    }
}

fn now() -> DateTime<Utc> {
    "2026-11-20T12:00:00Z".parse().unwrap()
}

/// Every method that writes, of the same machine for everybody.
async fn write(twin: &Twin, who: &str) {
    let snapshot = |minutes| NewSnapshot::new("press-1", now() + TimeDelta::minutes(minutes), json!({ "of": who }));
    twin.snapshots().record(&snapshot(0)).await.unwrap();
    twin.snapshots().record_many(&[snapshot(1), snapshot(2)]).await.unwrap();
    let anomaly = |minutes| {
        let at = now() + TimeDelta::minutes(minutes);
        NewAnomaly::new("press-1", "overheating", AnomalySeverity::High, at).details(json!(who))
    };
    twin.anomalies().record(&anomaly(0)).await.unwrap();
    twin.anomalies().record_many(&[anomaly(1), anomaly(2)]).await.unwrap();
    for pattern in ["first", "second"] {
        let set = twin.configurations().set(&configuration(who).operational_pattern(pattern)).await.unwrap();
        assert_eq!((set.thresholds, set.operational_pattern.as_deref()), (Some(json!(who)), Some(pattern)));
    }
}

fn configuration(who: &str) -> NewConfiguration {
    NewConfiguration::new("press").thresholds(json!(who))
}

/// Every method that reads, over the pool and in a transaction, gives what `who` wrote and nothing else.
async fn reads_its_own(twin: &Twin, who: &str) {
    let transaction = twin.begin().await.unwrap();
    let snapshots = core_server_adapter::twin::SnapshotRepository::new(&transaction);
    assert_eq!(snapshots.list(&SnapshotFilter::new(), &PageRequest::first(10)).await.unwrap().items.len(), 3);
    transaction.commit().await.unwrap();
    let all = PageRequest::first(10);
    let snapshots = twin.snapshots().list(&SnapshotFilter::new(), &all).await.unwrap().items;
    let latest = twin.snapshots().latest("press-1").await.unwrap();
    let recovered = twin.snapshots().recover("press-1", now() + TimeDelta::days(9)).await.unwrap();
    assert_eq!(snapshots.len(), 3);
    for one in snapshots.iter().chain(&latest).chain(&recovered) {
        assert_eq!(one.state_data, json!({ "of": who }));
    }
    assert_eq!((latest.as_ref(), recovered.as_ref()), (snapshots.first(), snapshots.first()));
    let anomalies = twin.anomalies().list(&AnomalyFilter::new(), &all).await.unwrap().items;
    assert_eq!(anomalies.len(), 3);
    assert!(anomalies.iter().all(|one| one.details == Some(json!(who))), "{anomalies:?}");
    let configurations = twin.configurations().list(&all).await.unwrap().items;
    assert_eq!(configurations.len(), 1);
    assert_eq!(configurations[0].thresholds, Some(json!(who)));
    assert_eq!(twin.configurations().get("press").await.unwrap(), configurations[0]);
    assert_eq!(twin.configurations().find("press").await.unwrap().as_ref(), configurations.first());
}

/// Nothing, by any method.
async fn reads_nothing(twin: &Twin) {
    let all = PageRequest::first(10);
    assert!(twin.snapshots().list(&SnapshotFilter::new(), &all).await.unwrap().items.is_empty());
    assert_eq!(twin.snapshots().latest("press-1").await.unwrap(), None);
    assert_eq!(twin.snapshots().recover("press-1", now() + TimeDelta::days(9)).await.unwrap(), None);
    assert!(twin.anomalies().list(&AnomalyFilter::new(), &all).await.unwrap().items.is_empty());
    assert!(twin.configurations().list(&all).await.unwrap().items.is_empty());
    assert_eq!(twin.configurations().find("press").await.unwrap(), None);
    assert!(matches!(twin.configurations().get("press").await.unwrap_err(), AdapterError::NotFound { .. }));
}

#[tokio::test]
async fn no_query_of_the_adapter_sees_another_tenants_row() {
    let site = Site::new().await;
    let names: Vec<&str> = ["acme", "ACME", "acme "].into_iter().chain(HOSTILE).collect();
    let mut twins = Vec::new();
    for name in &names {
        let twin = site.twin(name).await;
        reads_nothing(&twin).await;
        write(&twin, name).await;
        twins.push(twin);
    }
    // Who names no tenant works with rows of none, and sees no tenant's.
    let nobody = Twin::connect(&site.config()).await.unwrap();
    reads_nothing(&nobody).await;
    write(&nobody, "nobody").await;
    for (name, twin) in names.iter().zip(&twins) {
        reads_its_own(twin, name).await;
    }
    reads_its_own(&nobody, "nobody").await;

    // Neither does SQL of one's own: it changes and deletes no row of others, and gives them none.
    let acme = twins[0].connection();
    let other =
        "INSERT INTO state_snapshots (tenant, machine_id, snapshot_time, state_data) VALUES ('ACME', 'x', now(), '{}')";
    let given_away = "UPDATE anomaly_history SET tenant = 'ACME'";
    for refused in [other, given_away] {
        let error = acme.execute_unprepared(refused).await.unwrap_err().to_string();
        assert!(error.contains("row-level security"), "{error}");
    }
    for table in ["state_snapshots", "anomaly_history", "machine_configurations"] {
        acme.execute_unprepared(&format!("UPDATE {table} SET created_at = now(); DELETE FROM {table}")).await.unwrap();
    }
    reads_nothing(&twins[0]).await;
    for (name, twin) in names.iter().zip(&twins).skip(1) {
        reads_its_own(twin, name).await;
    }

    // Every session of the pool has the setting, and one that lost it is nobody's.
    let (twin, who) = (&twins[1], names[1]);
    tokio::join!(reads_its_own(twin, who), reads_its_own(twin, who), reads_its_own(twin, who));
    let one = Twin::connect(&site.config().tenant(who).max_connections(1)).await.unwrap();
    reads_its_own(&one, who).await;
    execute(one.connection(), "RESET app.tenant").await;
    reads_its_own(&one, "nobody").await;
    one.close().await;
    for twin in twins {
        twin.close().await;
    }
    nobody.close().await;
    site.end().await;
}

/// A pooler in transaction mode gives one session to all tenants in turn.
#[tokio::test]
async fn a_pooler_shows_nobody_another_tenants_row() {
    for settings in ["", "ignore_startup_parameters = extra_float_digits, options"] {
        let site = Site::new().await;
        let pooler = Pooler::before(&site.member.url(site.ordinary.database.url()), 1, settings);
        let common = DatabaseConfig::new(pooler.url()).unwrap().max_connections(3);
        let config = common.clone().in_area("twin");
        let names: Vec<&str> = ["acme", "ACME"].into_iter().chain(HOSTILE).collect();
        let mut clients = JoinSet::new();
        for who in names.iter().copied().chain(["nobody"]) {
            let config = if who == "nobody" { config.clone() } else { config.clone().tenant(who) };
            clients.spawn(async move {
                let twin = Twin::connect(&config).await.unwrap();
                write(&twin, who).await;
                for wait in 0..40 {
                    reads_its_own(&twin, who).await;
                    // What is dropped half way leaves its tenant to nobody.
                    let late = Duration::from_micros(wait * 100);
                    let _ = tokio::time::timeout(late, twin.configurations().set(&configuration(who))).await;
                }
                twin.close().await;
            });
        }
        while let Some(client) = clients.join_next().await {
            client.unwrap();
        }

        // Between areas, which have no tenants but this one, and after the transaction.
        let server = Server::new(&common).with_area("twin", config.clone().tenant("acme")).unwrap();
        for server in [server.clone(), server.one_pool()] {
            let mut both = server.begin().await.unwrap();
            let snapshots = async |twin: TwinWithin<'_>| {
                twin.snapshots().list(&SnapshotFilter::new(), &PageRequest::first(10)).await.unwrap().items
            };
            let own = snapshots(both.twin().await.unwrap()).await;
            assert_eq!(own.iter().filter(|one| one.state_data == json!({ "of": "acme" })).count(), 3);
            both.telemetry().await.unwrap().readings().latest("s", 1).await.unwrap();
            assert_eq!(snapshots(both.twin().await.unwrap()).await, own);
            both.commit().await.unwrap();
            reads_its_own(&server.twin().await.unwrap(), "acme").await;
            server.close().await;
        }
        let lazy = Twin::lazy(&config.clone().tenant("acme").through_pooler()).await.unwrap();
        reads_its_own(&lazy, "acme").await;
        lazy.close().await;
        // Whoever has the session next is nobody's, also when another program left a tenant in it.
        let nobody = Twin::connect(&config).await.unwrap();
        for left in ["RESET app.tenant", "SET app.tenant = 'acme'"] {
            execute(nobody.connection(), left).await;
            reads_its_own(&nobody, "nobody").await;
        }
        nobody.close().await;
        drop(pooler);
        site.end().await;
    }
}

/// The owner moves the rows of all to the archive, and whose they are goes along; `down` and `up` keep it.
#[tokio::test]
async fn maintenance_and_the_way_back_lose_nobodys_rows() {
    let site = Site::new().await;
    let url = site.ordinary.url();
    for tenant in ["acme", "it's"] {
        let twin = site.twin(tenant).await;
        let old = NewSnapshot::new("press-1", Utc::now() - TimeDelta::days(200), json!(tenant));
        twin.snapshots().record(&old).await.unwrap();
        twin.snapshots().record(&NewSnapshot::new("press-1", Utc::now(), json!(tenant))).await.unwrap();
        let odd = NewAnomaly::new("press-1", "hot", AnomalySeverity::Low, Utc::now() - TimeDelta::days(400));
        twin.anomalies().record(&odd).await.unwrap();
        twin.close().await;
    }
    let acme = site.twin("acme").await;
    acme.configurations().set(&configuration("acme")).await.unwrap();
    done(&url, &["maintain", "--area", "twin"]);
    let db = site.ordinary.superuser().await;
    execute(&db, "SET search_path TO twin").await;
    let whose = async || {
        let mut all = Vec::new();
        for table in [
            "state_snapshots",
            "state_snapshots_archive",
            "anomaly_history",
            "anomaly_history_archive",
            "machine_configurations",
        ] {
            let rows = rows_as_text(&db, &format!("SELECT tenant FROM twin.{table} ORDER BY tenant")).await;
            all.push(format!("{table}: {}", rows.join(", ")));
        }
        all
    };
    let expected = [
        "state_snapshots: acme, it's",
        "state_snapshots_archive: acme, it's",
        "anomaly_history: ",
        "anomaly_history_archive: acme, it's",
        "machine_configurations: acme",
    ];
    assert_eq!(whose().await, expected);
    // The archive is separated as well.
    let seen = scalar(acme.connection(), "SELECT count(*)::text FROM state_snapshots_archive").await;
    assert_eq!(seen.as_deref(), Some("1"));

    done(&url, &["down", "--area", "twin"]);
    assert_eq!(count(&db, "pg_policy").await, 0);
    // Nobody works for a tenant on a schema that separates none.
    let error = Twin::connect(&site.config().tenant("acme")).await.unwrap_err();
    assert!(matches!(error, AdapterError::SchemaOutdated { .. }), "{error:?}");
    let error = Twin::open(&site.config().tenant("acme")).await.unwrap_err();
    assert!(matches!(error, AdapterError::NotSeparated { .. }), "{error:?}");
    done(&url, &["up", "--area", "twin"]);
    assert_eq!(whose().await, expected);
    assert_eq!(done(&url, &["check", "--area", "twin", "--quiet"]), "");
    db.close().await.unwrap();
    acme.close().await;
    site.end().await;
}

#[tokio::test]
async fn who_would_see_everything_is_refused() {
    let site = Site::new().await;
    let refused = async |config: DatabaseConfig, says: &str| {
        let error = Twin::connect(&config.tenant("acme")).await.unwrap_err();
        assert!(matches!(error, AdapterError::NotSeparated { .. }) && error.to_string().contains(says), "{error}");
    };
    let twin = |url: &str| DatabaseConfig::new(url).unwrap().in_area("twin");
    for sees_all in [site.ordinary.url(), site.ordinary.database.url().to_owned()] {
        refused(twin(&sees_all), "does not hold for this user").await;
    }
    // An area without tenants, by whatever way.
    let url = site.member.url(site.ordinary.database.url());
    let config = DatabaseConfig::new(&url).unwrap().tenant("acme");
    let error = core_server_adapter::Database::connect(&config).await.unwrap_err();
    assert!(error.to_string().starts_with("alarm_actions is not separated by tenant"), "{error}");
    let error = Telemetry::open(&config.clone().in_area("telemetry")).await.unwrap_err();
    assert!(matches!(error, AdapterError::NotSeparated { .. }), "{error}");

    // A table that shows more: switched off, of another policy beside, or a new one without any.
    for (change, undo) in [
        (
            "ALTER TABLE twin.anomaly_history DISABLE ROW LEVEL SECURITY",
            "ALTER TABLE twin.anomaly_history ENABLE ROW LEVEL SECURITY",
        ),
        ("CREATE POLICY auditors ON twin.anomaly_history USING (true)", "DROP POLICY auditors ON twin.anomaly_history"),
        ("CREATE TABLE twin.anomaly_notes (id integer)", "DROP TABLE twin.anomaly_notes"),
        ("CREATE VIEW twin.anomaly_view AS SELECT * FROM twin.anomaly_history", "DROP VIEW twin.anomaly_view"),
    ] {
        site.ordinary.as_superuser(change).await;
        let grant = format!("GRANT SELECT ON ALL TABLES IN SCHEMA twin TO {}", site.groups.name("rw"));
        site.ordinary.as_superuser(&grant).await;
        refused(site.config(), "anomaly_").await;
        site.ordinary.as_superuser(undo).await;
        site.twin("acme").await.close().await;
    }
    for name in ["", "a\nb", "a\0b", &"x".repeat(101)] {
        let error = Twin::connect(&site.config().tenant(name)).await.unwrap_err();
        assert!(matches!(error, AdapterError::InvalidConfig { .. }), "{error:?}");
    }
    site.end().await;
}

async fn elsewhere_it_is_refused(database: TestDatabase) {
    database.up_of("twin", || tests::area("twin"), None).await;
    let config = DatabaseConfig::new(database.url()).unwrap().max_connections(1);
    let error = Twin::connect(&config.clone().tenant("acme")).await.unwrap_err();
    let text = error.to_string();
    match database.backend() {
        Backend::Sqlite | Backend::Mariadb => {
            assert_eq!(
                text,
                "tenant cannot be kept apart here: MySQL and SQLite have no row security; give each tenant a database of its own"
            );
        }
        Backend::Postgres | Backend::Timescale => {
            assert!(matches!(error, AdapterError::NotSeparated { .. }), "{error:?}");
            assert!(
                text.contains("on PostgreSQL without TimescaleDB: elsewhere give each tenant a database"),
                "{text}"
            );
        }
    }
    // Without a tenant everything is as it was.
    Twin::connect(&config).await.unwrap().close().await;
}
