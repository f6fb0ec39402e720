//! A history of each kind of table goes through the predictive revision untouched: a plain table, a hypertable, and a
//! hypertable whose old chunks are in the columnstore.

use migration_engine::schema::stamp;
use sea_orm::DatabaseConnection;
use tests::{
    Backend, TestDatabase,
    fixtures::{
        self, Alarm, BASELINE, COMPRESSED, HISTORY, OLD_COLUMNS, REVISIONS, alarms, applied, compress, count, execute,
    },
    on_every_backend, rows_as_text,
};

on_every_backend!(the_history_of_the_baselines_table_survives);

async fn the_history_of_the_baselines_table_survives(database: TestDatabase) {
    let database = database.up(Some(1)).await;
    // Which file a table is in, MariaDB tells its administrator.
    let database = if database.backend() == Backend::Mariadb { database.as_administrator() } else { database };
    insert_history(&database).await;
    survives(database, Kind::Rows).await;
}

#[tokio::test]
async fn the_history_of_a_plain_table_on_timescaledb_survives() {
    let database = TestDatabase::create(Backend::Timescale).await;
    fixtures::with_old_table(&database).await;
    let runner = database.runner().await;
    stamp::stamp(&runner, BASELINE, false).await.unwrap();
    runner.close().await;
    survives(database, Kind::Rows).await;
}

#[tokio::test]
async fn a_compressed_history_survives() {
    let database = TestDatabase::create(Backend::Timescale).await.up(Some(1)).await;
    insert_history(&database).await;
    let db = database.connect().await;
    compress(&db).await;
    db.close().await.unwrap();
    survives(database, Kind::Compressed).await;
}

#[derive(PartialEq)]
enum Kind {
    Rows,
    Compressed,
}

async fn insert_history(database: &TestDatabase) {
    let db = database.connect().await;
    execute(&db, &fixtures::history(database.backend())).await;
    db.close().await.unwrap();
}

/// What must be the same before and after, and what can be asked where.
struct Before {
    rows: Vec<String>,
    chunks: Vec<String>,
    /// Where each row is and which transaction wrote it; rows in the columnstore have no such thing.
    places: Vec<String>,
}

impl Before {
    async fn look(db: &DatabaseConnection, backend: Backend, kind: &Kind) -> Self {
        let chunks = "SELECT chunk_name || ' ' || is_compressed FROM timescaledb_information.chunks \
                      WHERE hypertable_name = 'alarms' ORDER BY chunk_name";
        let places = "SELECT tableoid::regclass || ' ' || ctid || ' ' || xmin || ' ' || id FROM alarms ORDER BY id";
        Self {
            rows: alarms(db, backend, &OLD_COLUMNS).await,
            chunks: if backend == Backend::Timescale { rows_as_text(db, chunks).await } else { vec![] },
            places: if is_postgres(backend) && *kind == Kind::Rows { rows_as_text(db, places).await } else { vec![] },
        }
    }
}

async fn survives(database: TestDatabase, kind: Kind) {
    let backend = database.backend();
    let db = database.connect().await;
    let before = Before::look(&db, backend, &kind).await;
    let files = files(&db, backend).await;
    assert_eq!(before.rows.len(), HISTORY as usize);
    assert_eq!(before.chunks.iter().any(|chunk| chunk.ends_with("true")), kind == Kind::Compressed);
    db.close().await.unwrap();

    let database = database.up(None).await;

    let db = database.connect().await;
    assert_eq!(applied(&db).await, REVISIONS);
    let now = Before::look(&db, backend, &kind).await;
    fixtures::assert_same(&now.rows, &before.rows, "values");
    fixtures::assert_same(&now.places, &before.places, "places of the rows");
    assert_eq!(now.chunks, before.chunks);
    let after = self::files(&db, backend).await;
    for file in &files {
        assert!(after.contains(file), "{file} was rewritten; now: {after:#?}");
    }
    assert_eq!(count(&db, "alarms WHERE origin = 'threshold' AND anomaly_score IS NULL").await, HISTORY);
    checks_are_enforced(&db, backend).await;
}

/// Name, file and size of every table, chunk, compressed chunk and index with their overflow tables; on MariaDB the number
/// of the table and of its file, both new after a copy. Empty on SQLite, whose one file says nothing about single rows.
async fn files(db: &DatabaseConnection, backend: Backend) -> Vec<String> {
    match backend {
        Backend::Sqlite => vec![],
        Backend::Mariadb => {
            let sql = "SELECT CONCAT(TABLE_ID, ' ', SPACE) FROM information_schema.INNODB_SYS_TABLES \
                       WHERE NAME = CONCAT(DATABASE(), '/alarms')";
            let found = rows_as_text(db, sql).await;
            assert_eq!(found.len(), 1);
            found
        }
        Backend::Postgres | Backend::Timescale => {
            let sql = "WITH own AS (SELECT c.oid, c.reltoastrelid FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
                       WHERE c.relkind IN ('r', 'i') AND (n.nspname = '_timescaledb_internal' OR c.relname LIKE 'alarms%') \
                       AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e') \
                       AND c.relname NOT LIKE 'bgw_%' AND c.relname NOT LIKE 'continuous_agg_%') \
                       SELECT c.oid::regclass || ' ' || c.relfilenode || ' ' || pg_relation_size(c.oid) FROM pg_class c \
                       WHERE c.oid IN (SELECT oid FROM own) OR c.oid IN (SELECT reltoastrelid FROM own) ORDER BY 1";
            let found = rows_as_text(db, sql).await;
            assert!(found.iter().any(|file| file.contains("alarms")));
            found
        }
    }
}

async fn checks_are_enforced(db: &DatabaseConnection, backend: Backend) {
    if is_postgres(backend) {
        let not_valid = "pg_constraint WHERE conname LIKE 'alarms\\_%\\_check' AND NOT convalidated";
        assert_eq!(count(db, not_valid).await, 0, "checks that are not validated");
        let tables = "pg_class WHERE relkind = 'r' AND (oid = 'alarms'::regclass OR oid IN (SELECT inhrelid FROM pg_inherits WHERE inhparent = 'alarms'::regclass))";
        for name in ["alarms_anomaly_score_check", "alarms_origin_score_check"] {
            let with_check =
                format!("pg_constraint WHERE conname = '{name}' AND conrelid IN (SELECT oid FROM {tables})");
            assert_eq!(count(db, &with_check).await, count(db, tables).await, "{name} on every chunk");
        }
    }
    // The first week is in the columnstore, where there is one; the fifth is not; of the 60th there is no chunk yet.
    for number in [3, HISTORY - 3, 60 * COMPRESSED / 3] {
        let fresh = Alarm::numbered(backend, number).with("id", fixtures::id(backend, 5000 + number));
        for bad in [
            fresh.clone().with("anomaly_score", "0.5"),
            fresh.clone().with("origin", "'anomaly_model'"),
            fresh.clone().of_model(1.5),
            fresh.clone().of_model(-0.1),
        ] {
            refuses(db, &bad.insert()).await;
        }
        execute(db, &fresh.clone().of_model(0.5).insert()).await;
        let row = format!(
            "WHERE id = {} AND raised_at = {}",
            fixtures::id(backend, 5000 + number),
            fixtures::moment(backend, fixtures::raised_at(number))
        );
        refuses(db, &format!("UPDATE alarms SET anomaly_score = 2 {row}")).await;
        refuses(db, &format!("UPDATE alarms SET origin = 'threshold' {row}")).await;
    }
    let old = format!(
        "WHERE id = {} AND raised_at = {}",
        fixtures::id(backend, 4),
        fixtures::moment(backend, fixtures::raised_at(4))
    );
    refuses(db, &format!("UPDATE alarms SET anomaly_score = 0.5 {old}")).await;
    assert_eq!(count(db, "alarms WHERE anomaly_score = 0.5").await, 3);
}

async fn refuses(db: &DatabaseConnection, sql: &str) {
    use sea_orm::ConnectionTrait;
    let error = db.execute_unprepared(sql).await.expect_err(sql).to_string();
    assert!(error.to_lowercase().contains("constraint"), "{error} from {sql}");
}

fn is_postgres(backend: Backend) -> bool {
    matches!(backend, Backend::Postgres | Backend::Timescale)
}
