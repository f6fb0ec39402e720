//! What has to be there before a session can work, made where it is missing: folders of a file, a database, a schema. Those
//! who begin at once get past each other.

use std::time::Duration;

use migration_timescale::Dialect;
use sea_orm::{ConnectionTrait, DatabaseConnection, DbErr};

use super::connect::{Failed, connected, reason, refused};
use crate::{
    EngineError, Target,
    sql::{self, sqlstate},
};

/// How often a database is asked for while another one is copied from the same template.
const ATTEMPTS: u32 = 50;
const PAUSE: Duration = Duration::from_millis(100);

/// Makes the folders of an SQLite file. Gives them, where they were missing.
pub(super) fn folders(target: &Target) -> Result<Option<String>, EngineError> {
    let Some(file) = target.sqlite_file() else { return Ok(None) };
    let Some(folder) = file.parent().filter(|folder| !folder.as_os_str().is_empty() && !folder.exists()) else {
        return Ok(None);
    };
    let path = folder.display().to_string();
    match std::fs::create_dir_all(folder) {
        Ok(()) => Ok(Some(path)),
        Err(source) => Err(EngineError::File { action: "cannot create the folder", path, source }),
    }
}

/// Name of a database on its server. PostgreSQL's driver leaves it to the server, which takes the user's.
pub(super) fn name(target: &Target) -> Option<String> {
    let of_user = || target.postgres().map(|user| user.get_username().to_owned());
    target.database_name().map(str::to_owned).or_else(of_user)
}

/// Databases of the same server from which a missing one may be made: any, or only the common one of an area (MySQL).
pub(super) fn homes(target: &Target, any: bool) -> Vec<Target> {
    match (any && name(target).is_some(), Dialect::of(target.backend())) {
        (true, Dialect::Postgres) => ["postgres", "template1"].map(|name| target.with_database(name)).into(),
        (true, Dialect::MySql) => vec![target.with_database("information_schema")],
        (true, Dialect::Sqlite) => Vec::new(),
        (false, _) => target.common().into_iter().collect(),
    }
}

/// Makes a database that is missing, from the first of `homes` that lets us in.
pub(super) async fn database(homes: &[Target], place: &Target) -> Result<(), EngineError> {
    let name = name(place).unwrap_or_default();
    let quoted = sql::quote(place.backend(), &name);
    let create = match Dialect::of(place.backend()) {
        Dialect::MySql => format!("CREATE DATABASE IF NOT EXISTS {quoted} CHARACTER SET utf8mb4"),
        // As its template is, with the extensions that this one has.
        Dialect::Postgres | Dialect::Sqlite => format!("CREATE DATABASE {quoted}"),
    };
    let mut kept_out = None;
    for home in homes {
        let db = match connected(home, false).await {
            Ok(db) => db,
            Err(Failed::Refused(error)) => {
                kept_out = Some(refused(home, &error).await);
                continue;
            }
            Err(Failed::Unreachable(error)) => return Err(error),
        };
        let created = attempt(&db, &create).await;
        let _ = db.close().await;
        return created.map_err(|error| EngineError::Connect {
            target: place.to_string(),
            reason: format!("database {name} does not exist, and cannot be created ({})", reason(&error)),
            remedy: match place.postgres() {
                Some(user) => format!(
                    "have an administrator run `{create} OWNER {}`, and then run this again",
                    migration_timescale::identifier(user.get_username())
                ),
                None => format!(
                    "have an administrator run `CREATE DATABASE {quoted} CHARACTER SET utf8mb4` and `GRANT ALL ON {quoted}.* TO` this \
                     user, and then run this again, or name another database in {}",
                    place.origin()
                ),
            },
        });
    }
    Err(kept_out.unwrap_or_else(|| EngineError::Connect {
        target: place.to_string(),
        reason: format!("database {name} does not exist"),
        remedy: format!("create it with `{create}`, or correct the name in {}", place.origin()),
    }))
}

/// One that somebody else makes at the same moment is as good.
async fn attempt(db: &DatabaseConnection, create: &str) -> Result<(), DbErr> {
    let mut attempts = 1;
    loop {
        let Err(error) = db.execute_unprepared(create).await else { return Ok(()) };
        match sqlstate::code(&error).as_deref() {
            // It is there, or is about to be.
            Some("42P04" | "23505") => return Ok(()),
            // Somebody is connected to the template.
            Some("55006") if attempts < ATTEMPTS => {
                attempts += 1;
                tokio::time::sleep(PAUSE).await;
            }
            _ => return Err(error),
        }
    }
}

async fn is_current(db: &DatabaseConnection, schema: &str) -> Result<bool, EngineError> {
    let sql = format!("SELECT 1 AS found WHERE current_schema() = {}", migration_timescale::literal(schema));
    let failed = EngineError::while_doing("looking for the schema");
    Ok(!sql::rows(db, &sql).await.map_err(failed)?.is_empty())
}

/// Makes a schema that is missing.
pub(super) async fn schema(db: &DatabaseConnection, target: &Target, schema: &str) -> Result<(), EngineError> {
    let quoted = migration_timescale::identifier(schema);
    match db.execute_unprepared(&format!("CREATE SCHEMA IF NOT EXISTS {quoted}")).await {
        Ok(_) => Ok(()),
        // Two that begin at once: the one that comes second finds it in the catalogue.
        Err(error) if is_current(db, schema).await? => {
            tracing::debug!("schema {schema} was made meanwhile: {error}");
            Ok(())
        }
        Err(error) => Err(EngineError::Connect {
            target: target.to_string(),
            reason: format!("schema {schema} cannot be created ({})", reason(&error)),
            remedy: format!("have it created with `CREATE SCHEMA {quoted} AUTHORIZATION` and this user"),
        }),
    }
}
