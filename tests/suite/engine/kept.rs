//! Columns that leave with `down` and come back with the next `up`.

use migration_engine::{
    revision::kept::KeptColumns,
    schema::verify::{Outcome, verify},
};
use migration_timescale::Dialect;
use tests::{
    Backend, TestDatabase,
    fixtures::{count, execute, has_table},
    inline::{Inline, project},
    on_every_backend,
};

on_every_backend!(only: [timescaledb], "the columnstore is TimescaleDB's"; segments_may_be_numbers_or_nothing);
on_every_backend!(names_may_be_anything);

async fn segments_may_be_numbers_or_nothing(database: TestDatabase) {
    let kept = || {
        let kept = KeptColumns::of("readings", "note").key(&["id", "at"]).batched_by("sensor", "at").column("note");
        kept.rows_where("note IS NOT NULL")
    };
    let made = Inline::new("m1_readings", "", "").then_all(&[
        "CREATE TABLE readings (id integer, at timestamptz NOT NULL, sensor integer, PRIMARY KEY (id, at))",
        "SELECT create_hypertable('readings', by_range('at', INTERVAL '7 days'))",
        "ALTER TABLE readings SET (timescaledb.enable_columnstore, timescaledb.segmentby = 'sensor', timescaledb.orderby = 'at')",
    ]);
    let note = Inline::new("m2_note", "ALTER TABLE readings ADD COLUMN note text", "")
        .outside_transaction()
        .up_by(move |manager| Box::pin(async move { kept().restore(manager).await }))
        .down_by(move |manager| Box::pin(async move { kept().keep(manager).await }))
        .back("ALTER TABLE readings DROP COLUMN note");
    let runner = database.runner_of(project(&[made, note])).await;
    runner.up(None).await.unwrap();
    let db = runner.connection();
    execute(
        db,
        "INSERT INTO readings SELECT n, '2026-01-01'::timestamptz + n * INTERVAL '3 hours', CASE WHEN n % 3 > 0 THEN n % 3 END, \
         'note ' || n FROM generate_series(1, 120) n; SELECT compress_chunk(c) FROM show_chunks('readings') c",
    )
    .await;
    runner.down(Some(1)).await.unwrap();
    runner.up(None).await.unwrap();
    assert_eq!(count(db, "readings WHERE note = 'note ' || id").await, 120);
    assert!(!has_table(db, "_kept_readings_note").await);
}

/// A word of SQL, a space, quotes, capitals; a table whose side table no server could name in full.
async fn names_may_be_anything(database: TestDatabase) {
    const TABLE: &str = "The \"largest\" table of all, whose name is as long as a name may be";
    const KEPT: [&str; 5] = ["a b", "order", "it's", "Capital", "tick`\"s"];
    let dialect = match database.backend() {
        Backend::Sqlite => Dialect::Sqlite,
        Backend::Mariadb => Dialect::MySql,
        Backend::Postgres | Backend::Timescale => Dialect::Postgres,
    };
    let table = &TABLE[..63];
    let kept = move || {
        let kept = KeptColumns::of(table, "values").key(&["group", "No."]).batched_by("group", "No.");
        let kept = KEPT.iter().fold(kept, |kept, column| kept.column(column));
        kept.rows_where(&format!("{} IS NOT NULL", dialect.quote("it's")))
    };
    let (quoted, key) = (dialect.quote(table), ["group", "No."].map(|name| dialect.quote(name)));
    let made = Inline::new(
        "m1_made",
        &format!(
            "CREATE TABLE {quoted} ({} varchar(9), {} {} NOT NULL, PRIMARY KEY ({}))",
            key[0],
            key[1],
            if dialect == Dialect::Postgres { "timestamptz" } else { "integer" },
            key.join(", ")
        ),
        &format!("DROP TABLE {quoted}"),
    );
    let mut values = Inline::new("m2_values", "", "");
    for column in KEPT {
        values = values.then(&format!("ALTER TABLE {quoted} ADD COLUMN {} varchar(20)", dialect.quote(column)));
    }
    values = values
        .up_by(move |manager| Box::pin(async move { kept().restore(manager).await }))
        .down_by(move |manager| Box::pin(async move { kept().leave(manager).await }));
    let runner = database.runner_of(project(&[made, values])).await;
    runner.up(None).await.unwrap();
    let db = runner.connection();
    let numbers = if dialect == Dialect::Postgres { ["'2026-01-01'", "'2026-02-01'"] } else { ["1", "2"] };
    let texts = KEPT.map(|column| format!("'{}'", column.replace('\'', "''"))).join(", ");
    execute(
        db,
        &format!(
            "INSERT INTO {quoted} VALUES ('x', {}, {texts}), ('x', {}, NULL, NULL, NULL, NULL, NULL)",
            numbers[0], numbers[1]
        ),
    )
    .await;
    runner.down(Some(1)).await.unwrap();
    assert!(has_table(db, kept().side_table()).await, "{}", kept().side_table());
    runner.up(None).await.unwrap();
    for column in KEPT {
        let held = format!("{quoted} WHERE {} = '{}'", dialect.quote(column), column.replace('\'', "''"));
        assert_eq!(count(db, &held).await, 1, "{column}");
    }
    assert!(!has_table(db, kept().side_table()).await);
    let verified = verify(&runner, |_| {}).await.unwrap();
    assert!(verified.iter().all(|one| one.outcome == Outcome::Proved), "{verified:#?}");
}
