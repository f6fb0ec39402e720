//! Columns that leave with `down` and come back with the next `up`.

use migration_engine::{
    operate::doctor::{Diagnosis, examine},
    revision::kept::KeptColumns,
    schema::verify::{Outcome, verify},
};
use migration_timescale::Dialect;
use sea_orm::ConnectionTrait;
use sea_orm_migration::SchemaManager;
use tests::{
    Backend, TestDatabase,
    fixtures::{count, execute, has_table},
    inline::{Inline, project},
    on_every_backend, scalar,
};

on_every_backend!(only: [timescaledb], "the columnstore is TimescaleDB's"; segments_may_be_numbers_or_nothing);
on_every_backend!(only: [postgres, timescaledb], "copying before the lock is PostgreSQL's";
    what_others_write_meanwhile_is_kept,
    a_copy_that_was_killed_leaves_nothing,
    a_copy_that_fails_leaves_nothing,
);
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

/// What others write while the rows are copied: new and late rows, values that come and go, a row that is another one, and
/// all of it in chunks of the columnstore too.
async fn what_others_write_meanwhile_is_kept(database: TestDatabase) {
    const WRITES: &str = "INSERT INTO readings (id, at, sensor, note) VALUES (201, '2026-01-01 00:00Z', 1, 'late'), (202, now(), 1, 'new'), \
         (203, now(), 1, NULL); \
         UPDATE readings SET note = 'changed' WHERE id IN (1, 100); UPDATE readings SET note = NULL WHERE id IN (2, 101); \
         UPDATE readings SET note = 'came' WHERE id = 3; DELETE FROM readings WHERE id = 4; \
         INSERT INTO readings (id, at, sensor) SELECT 4, '2026-01-01'::timestamptz + 4 * INTERVAL '3 hours', 2; \
         UPDATE readings SET id = 205 WHERE id = 118 AND at > '2026-01-15'; \
         INSERT INTO readings (id, at, sensor) SELECT 118, '2026-01-01'::timestamptz + 118 * INTERVAL '3 hours', 1";
    const ROWS: &str = "SELECT string_agg(id || ' ' || coalesce(note, '-'), ', ' ORDER BY id) FROM readings";
    let kept = || {
        let kept = KeptColumns::of("readings", "note").key(&["id", "at"]).batched_by("sensor", "at").column("note");
        kept.rows_where("note IS NOT NULL")
    };
    let mut made = Inline::new("m1_readings", "", "")
        .then("CREATE TABLE readings (id integer, at timestamptz NOT NULL, sensor integer, PRIMARY KEY (id, at))");
    if database.backend() == Backend::Timescale {
        made = made.then_all(&[
            "SELECT create_hypertable('readings', by_range('at', INTERVAL '7 days'))",
            "ALTER TABLE readings SET (timescaledb.enable_columnstore, timescaledb.segmentby = 'sensor', timescaledb.orderby = 'at')",
        ]);
    }
    let note = Inline::new("m2_note", "ALTER TABLE readings ADD COLUMN note text", "")
        .outside_transaction()
        .up_by(move |manager| Box::pin(async move { kept().restore(manager).await }))
        .down_by(move |manager| {
            Box::pin(async move {
                kept().keep_ahead(manager).await?;
                manager.get_connection().execute_unprepared(WRITES).await?;
                let change = manager.begin().await?;
                kept().keep(&change).await?;
                change.get_connection().execute_unprepared("ALTER TABLE readings DROP COLUMN note").await?;
                change.commit().await
            })
        });
    let runner = database.runner_of(project(&[made, note])).await;
    runner.up(None).await.unwrap();
    let db = runner.connection();
    execute(
        db,
        "INSERT INTO readings SELECT n, '2026-01-01'::timestamptz + n * INTERVAL '3 hours', n % 3, \
         CASE WHEN n <> 3 THEN 'note ' || n END FROM generate_series(1, 120) n",
    )
    .await;
    if database.backend() == Backend::Timescale {
        // Not the newest: a key in the columnstore does not change, says TimescaleDB 2.29.
        execute(db, "SELECT compress_chunk(c) FROM show_chunks('readings', older_than => '2026-01-15'::timestamptz) c")
            .await;
    }
    runner.down(Some(1)).await.unwrap();
    runner.up(None).await.unwrap();
    let expected = (1..=120).map(|id| match id {
        1 | 100 => format!("{id} changed"),
        2 | 101 | 4 | 118 => format!("{id} -"),
        3 => "3 came".to_owned(),
        id => format!("{id} note {id}"),
    });
    let others = ["201 late", "202 new", "203 -", "205 note 118"].map(str::to_owned);
    assert_eq!(scalar(db, ROWS).await.unwrap(), expected.chain(others).collect::<Vec<_>>().join(", "));
    assert_eq!(count(db, "pg_class WHERE relname LIKE '\\_kept\\_%'").await, 0);
    assert_eq!(count(db, "pg_proc WHERE proname LIKE '\\_kept\\_%'").await, 0);
}

/// The copy was killed before the lock: `up` takes away what it left, and `down` begins anew.
async fn a_copy_that_was_killed_leaves_nothing(database: TestDatabase) {
    let kept = || KeptColumns::of("rooms", "site").key(&["id"]).column("site").rows_where("site <> 'home'");
    let made = Inline::new("m1_rooms", "CREATE TABLE rooms (id integer PRIMARY KEY)", "DROP TABLE rooms");
    let site = Inline::new("m2_site", "ALTER TABLE rooms ADD COLUMN site text NOT NULL DEFAULT 'home'", "")
        .outside_transaction()
        .up_by(move |manager| Box::pin(async move { kept().restore(manager).await }))
        .down_by(move |manager| Box::pin(async move { kept().leave(manager).await }));
    let runner = database.runner_of(project(&[made, site])).await;
    runner.up(None).await.unwrap();
    let db = runner.connection();
    execute(db, "INSERT INTO rooms VALUES (1, 'home'), (2, 'away'), (3, 'away')").await;
    for again in ["up", "down"] {
        execute(db, "UPDATE rooms SET site = 'away' WHERE id = 3").await;
        let manager = SchemaManager::new(db);
        kept().keep_ahead(&manager).await.unwrap();
        execute(db, "UPDATE rooms SET site = 'there' WHERE id = 2; UPDATE rooms SET site = 'home' WHERE id = 3").await;
        let diagnoses = examine(&runner).await.unwrap();
        let named = |one: &Diagnosis| one.finding.starts_with("trigger _kept_rooms_site_since on rooms: ");
        assert!(diagnoses.iter().any(named), "{diagnoses:#?}");
        if again == "up" {
            kept().restore(&manager).await.unwrap();
        } else {
            runner.down(Some(1)).await.unwrap();
            runner.up(None).await.unwrap();
        }
        let rooms = "SELECT string_agg(id || ' ' || site, ', ' ORDER BY id) FROM rooms";
        assert_eq!(scalar(db, rooms).await.unwrap(), "1 home, 2 there, 3 home", "{again}");
        assert_eq!(count(db, "pg_class WHERE relname LIKE '\\_kept\\_%'").await, 0, "{again}");
        assert_eq!(count(db, "pg_proc WHERE proname LIKE '\\_kept\\_%'").await, 0, "{again}");
        assert!(!examine(&runner).await.unwrap().iter().any(|one| one.about == "kept columns"), "{again}");
    }
}

/// Neither the trigger nor rows that would be stale by the time of the next `down`.
async fn a_copy_that_fails_leaves_nothing(database: TestDatabase) {
    let kept = KeptColumns::of("rooms", "site").key(&["id"]).column("site").rows_where("6 / (id - 2) > 0");
    let runner = database.runner_of(project(&[])).await;
    let db = runner.connection();
    execute(db, "CREATE TABLE rooms (id integer PRIMARY KEY, site text)").await;
    execute(db, "INSERT INTO rooms VALUES (1, 'home'), (2, 'away'), (3, 'away')").await;
    let error = kept.keep_ahead(&SchemaManager::new(db)).await.unwrap_err();
    assert!(error.to_string().contains("division by zero"), "{error}");
    for left in ["pg_class WHERE relname", "pg_proc WHERE proname", "pg_trigger WHERE tgname"] {
        assert_eq!(count(db, &format!("{left} LIKE '\\_kept\\_%'")).await, 0, "{left}");
    }
}
