//! The area `plugins`: its tables as promised, what they refuse, and what goes when it is old.

use chrono::{TimeDelta, Utc};
use migration_engine::operate::maintain::maintain;
use migration_timescale::moment_sql;
use sea_orm::ConnectionTrait;
use tests::{
    Backend, TestDatabase,
    fixtures::{count, execute, id},
    on_every_backend, scalar,
};

use crate::contract::{
    self, CREATED_AT, Default,
    Kind::{Boolean, Count, Enum, Json, Moment, Name, Text, Uuid},
    Table, UPDATED_AT, UUID, defaulting, optional, required,
};

on_every_backend!(the_contract_is_kept, bad_rows_are_refused, plugins_that_are_referred_to_stay);
on_every_backend!(
    only: [sqlite, postgres, mariadb],
    "TimescaleDB has a job for it";
    what_is_old_goes_with_maintain
);

const TABLES: &[Table] = &[
    Table {
        unique: &["plugin_id"],
        ..Table::of(
            "plugins",
            &[
                UUID,
                required("plugin_id", Name(100)),
                required("name", Name(200)),
                required("version", Name(50)),
                optional("description", Text),
                optional("category", Name(50)),
                defaulting("enabled", Boolean, Default::True),
                optional("config", Json),
                CREATED_AT,
                UPDATED_AT,
            ],
            "id",
        )
    },
    Table {
        indexes: &["plugin_id, time desc", "metric_name, plugin_id, time desc", "gin tags"],
        ..Table::of(
            "plugin_metrics",
            &[
                required("time", Moment),
                required("plugin_id", Name(100)),
                required("metric_name", Name(200)),
                required("value", Json),
                optional("tags", Json),
            ],
            "time, plugin_id, metric_name",
        )
    },
    Table {
        references: &["plugin_id plugins.plugin_id"],
        bad: &[("plugin_id", "'nobody'"), ("consecutive_errors", "2")],
        ..Table::of(
            "plugin_status",
            &[
                required("plugin_id", Name(100)),
                optional("last_run", Moment),
                optional("last_success", Moment),
                optional("last_error", Text),
                defaulting("error_count", Count, Default::Zero),
                defaulting("consecutive_errors", Count, Default::Zero),
                defaulting(
                    "health_status",
                    Enum("plugin_health", &["unknown", "healthy", "degraded", "unhealthy"]),
                    Default::Label("unknown"),
                ),
                UPDATED_AT,
            ],
            "plugin_id",
        )
    },
    Table {
        references: &["plugin_id plugins.plugin_id"],
        indexes: &["plugin_id, created_at desc, id desc"],
        bad: &[("plugin_id", "'nobody'")],
        ..Table::of(
            "alerts",
            &[
                UUID,
                required("plugin_id", Name(100)),
                required("name", Name(200)),
                optional("description", Text),
                required("condition", Json),
                required("severity", Enum("plugin_alert_severity", &["info", "warning", "error", "critical"])),
                defaulting("enabled", Boolean, Default::True),
                CREATED_AT,
                UPDATED_AT,
            ],
            "id",
        )
    },
    Table {
        indexes: &["alert_id, time desc"],
        ..Table::of(
            "alert_history",
            &[
                required("time", Moment),
                required("alert_id", Uuid),
                required("triggered", Boolean),
                optional("value", Json),
                optional("message", Text),
            ],
            "time, alert_id",
        )
    },
];

async fn the_contract_is_kept(database: TestDatabase) {
    contract::is_kept(database, "plugins", TABLES).await;
}

async fn bad_rows_are_refused(database: TestDatabase) {
    contract::bad_rows_are_refused(database, "plugins", TABLES).await;
}

async fn plugins_that_are_referred_to_stay(database: TestDatabase) {
    database.up_of("plugins", || tests::area("plugins"), None).await;
    let db = database.connect().await;
    let plugins = "('a', 'x', '1'), ('b', 'x', '1'), ('c', 'x', '1')";
    execute(&db, &format!("INSERT INTO plugins (plugin_id, name, version) VALUES {plugins}")).await;
    execute(&db, "INSERT INTO plugin_status (plugin_id) VALUES ('a')").await;
    let condition = if database.backend() == Backend::Mariadb { "`condition`" } else { "condition" };
    let columns = format!("id, plugin_id, name, {condition}, severity");
    let (alert, now) = (id(database.backend(), 1), moment_sql(db.get_database_backend(), Utc::now()));
    execute(&db, &format!("INSERT INTO alerts ({columns}) VALUES ({alert}, 'b', 'x', '1', 'info')")).await;
    execute(
        &db,
        &format!("INSERT INTO plugin_metrics (time, plugin_id, metric_name, value) VALUES ({now}, 'c', 'x', '1')"),
    )
    .await;
    execute(&db, &format!("INSERT INTO alert_history (time, alert_id, triggered) VALUES ({now}, {alert}, TRUE)")).await;
    for plugin in ["a", "b"] {
        let deleted = db.execute_unprepared(&format!("DELETE FROM plugins WHERE plugin_id = '{plugin}'")).await;
        assert!(deleted.is_err(), "{plugin} is referred to");
    }
    // Metrics and what has triggered outlive what they are about.
    execute(&db, "DELETE FROM plugins WHERE plugin_id = 'c'").await;
    execute(&db, "DELETE FROM alerts").await;
    assert_eq!([count(&db, "plugin_metrics").await, count(&db, "alert_history").await], [1, 1]);
}

const KEPT: [(&str, i64, &str, &str); 2] = [
    ("plugin_metrics", 30, "plugin_id, metric_name, value", "'a', 'x', '1'"),
    ("alert_history", 90, "alert_id, triggered", "{id}, TRUE"),
];

async fn what_is_old_goes_with_maintain(database: TestDatabase) {
    database.up_of("plugins", || tests::area("plugins"), None).await;
    let runner = database.runner_of(tests::area("plugins")).await;
    let db = runner.connection();
    for (table, days, columns, values) in KEPT {
        for age in [days - 1, days + 1] {
            let time = moment_sql(db.get_database_backend(), Utc::now() - TimeDelta::days(age));
            let values = values.replace("{id}", &id(database.backend(), 1));
            execute(db, &format!("INSERT INTO {table} (time, {columns}) VALUES ({time}, {values})")).await;
        }
    }
    let done = maintain(&runner, false).await.unwrap();
    assert_eq!(done.error(), None);
    for (table, days, ..) in KEPT {
        let end = moment_sql(db.get_database_backend(), Utc::now() - TimeDelta::days(days));
        assert_eq!(count(db, table).await, 1, "{table}");
        assert_eq!(count(db, &format!("{table} WHERE time >= {end}")).await, 1, "{table}: the newer one");
    }
}

#[tokio::test]
async fn metrics_and_the_history_of_alerts_are_partitioned() {
    let expected = [
        "alert_history is cut by time 7 days",
        "alert_history: policy_retention 90 days",
        "plugin_metrics is cut by time 7 days",
        "plugin_metrics is stored by plugin_id,metric_name, \"time\" DESC",
        "plugin_metrics: policy_compression 7 days",
        "plugin_metrics: policy_retention 30 days",
    ];
    contract::is_partitioned("plugins", &expected).await;
}

#[tokio::test]
async fn there_is_a_day_to_take_retention_back() {
    let database = TestDatabase::create(Backend::Timescale).await;
    database.up_of("plugins", || tests::area("plugins"), None).await;
    let db = database.connect().await;
    let soon = "next_start BETWEEN now() + interval '23 hours' AND now() + interval '25 hours' AND scheduled";
    let jobs = "timescaledb_information.jobs WHERE proc_name = 'policy_retention'";
    let found = scalar(&db, &format!("SELECT (bool_and({soon}) AND count(*) = 2)::text FROM {jobs}")).await;
    assert_eq!(found.as_deref(), Some("true"));
}
