//! The area `twin`: its tables as promised, what they refuse, and their rows on the way into hypertables and back.

mod archive;

use tests::{
    Backend, TestDatabase,
    fixtures::{count, execute},
    on_every_backend, rows_as_text, scalar,
};

use crate::{
    contract::{
        self, CREATED_AT, Column, ID,
        Kind::{Decimal, Enum, Json, Moment, Name},
        Table, UPDATED_AT, optional, required,
    },
    rows::at,
};

on_every_backend!(
    the_contract_is_kept,
    bad_rows_are_refused,
    decimals_come_back_as_they_were_written,
    numbers_go_on_and_none_is_given_twice,
);

const SEVERITY: Column = required("severity", Enum("anomaly_severity", &["LOW", "MEDIUM", "HIGH", "CRITICAL"]));

const TABLES: &[Table] = &[
    Table {
        indexes: &["machine_id, snapshot_time desc, id desc"],
        without_chunks: &["snapshot_time desc, id desc"],
        archive: Some("id, snapshot_time"),
        ..Table::of(
            "state_snapshots",
            &[
                ID,
                required("machine_id", Name(50)),
                required("snapshot_time", Moment),
                required("state_data", Json),
                CREATED_AT,
            ],
            "id, snapshot_time, machine_id",
        )
    },
    Table {
        indexes: &["machine_id, timestamp desc, id desc", "severity, timestamp desc, id desc"],
        without_chunks: &["timestamp desc, id desc"],
        archive: Some("id, timestamp"),
        ..Table::of(
            "anomaly_history",
            &[
                ID,
                required("machine_id", Name(50)),
                required("anomaly_type", Name(50)),
                SEVERITY,
                required("timestamp", Moment),
                optional("sensor_data", Json),
                optional("calculated_metrics", Json),
                optional("details", Json),
                CREATED_AT,
            ],
            "id, timestamp",
        )
    },
    Table {
        unique: &["machine_type"],
        bad: &[("temp_variation", "-0.01"), ("vibration_variation", "-0.01")],
        ..Table::of(
            "machine_configurations",
            &[
                ID,
                required("machine_type", Name(50)),
                optional("baseline_temp", Decimal(5, 2)),
                optional("temp_variation", Decimal(5, 2)),
                optional("baseline_vibration", Decimal(5, 2)),
                optional("vibration_variation", Decimal(5, 2)),
                optional("operational_pattern", Name(20)),
                optional("thresholds", Json),
                CREATED_AT,
                UPDATED_AT,
            ],
            "id",
        )
    },
];

async fn the_contract_is_kept(database: TestDatabase) {
    contract::is_kept(database, "twin", TABLES).await;
}

async fn bad_rows_are_refused(database: TestDatabase) {
    contract::bad_rows_are_refused(database, "twin", TABLES).await;
}

async fn decimals_come_back_as_they_were_written(database: TestDatabase) {
    database.up_of("twin", || tests::area("twin"), None).await;
    let db = database.connect().await;
    let written: Vec<String> = (0..100).map(|hundredth| format!("{}.{hundredth:02}", hundredth * 10)).collect();
    let rows: Vec<String> = written.iter().enumerate().map(|(n, value)| format!("('{n}', {value})")).collect();
    let insert = "INSERT INTO machine_configurations (machine_type, baseline_temp) VALUES";
    execute(&db, &format!("{insert} {}", rows.join(", "))).await;
    let text = match database.backend() {
        Backend::Sqlite => "printf('%.2f', baseline_temp)",
        Backend::Mariadb => "CAST(baseline_temp AS char)",
        Backend::Postgres | Backend::Timescale => "baseline_temp::text",
    };
    let found = rows_as_text(&db, &format!("SELECT {text} FROM machine_configurations ORDER BY id")).await;
    assert_eq!(found, written);
    for value in &written {
        assert_eq!(count(&db, &format!("machine_configurations WHERE baseline_temp = {value}")).await, 1, "{value}");
    }
}

async fn numbers_go_on_and_none_is_given_twice(database: TestDatabase) {
    let backend = database.backend();
    database.up_of("twin", || tests::area("twin"), Some(1)).await;
    let runner = database.runner_of(tests::area("twin")).await;
    let db = runner.connection();
    let one = async |machine: &str| {
        let at = at(backend, "05 12:00:00");
        let insert = "INSERT INTO state_snapshots (machine_id, snapshot_time, state_data) VALUES";
        execute(db, &format!("{insert} ('{machine}', {at}, '{{}}')")).await;
        let text = if backend == Backend::Mariadb { "char" } else { "text" };
        let newest = format!("SELECT CAST(id AS {text}) FROM state_snapshots WHERE machine_id = '{machine}'");
        scalar(db, &newest).await.unwrap()
    };
    assert_eq!([one("a").await, one("b").await], ["1", "2"]);
    let applied = runner.up(None).await.unwrap();
    assert_eq!(one("c").await, "3", "in a hypertable, where there are any");
    runner.down(Some(u32::try_from(applied.len()).unwrap())).await.unwrap();
    assert_eq!(one("d").await, "4", "in a plain table again");
    execute(db, "DELETE FROM state_snapshots").await;
    assert_eq!(one("e").await, "5", "the numbers of rows that are gone are not given again");
}

#[tokio::test]
async fn snapshots_and_anomalies_are_partitioned() {
    let expected = [
        "anomaly_history is cut by timestamp 7 days",
        "anomaly_history is stored by machine_id, \"timestamp\" DESC,id DESC",
        "anomaly_history: policy_compression 7 days",
        "anomaly_history_archive is cut by timestamp 7 days",
        "anomaly_history_archive is stored by machine_id, \"timestamp\" DESC,id DESC",
        "state_snapshots is cut by snapshot_time 7 days, machine_id 4",
        "state_snapshots is stored by machine_id, snapshot_time DESC,id DESC",
        "state_snapshots: policy_compression 7 days",
        "state_snapshots_archive is cut by snapshot_time 7 days",
        "state_snapshots_archive is stored by machine_id, snapshot_time DESC,id DESC",
    ];
    contract::is_partitioned("twin", &expected).await;
}
