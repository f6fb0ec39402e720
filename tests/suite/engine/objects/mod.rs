//! Every kind of object that a server has, with names and texts that have to be quoted: `schema` prints what makes it
//! again, `check` compares it, and `fresh` drops it.
//!
//! # How to add a kind
//!
//! One of it in the file of each backend that has it.

mod beside;
mod fresh;
mod mariadb;
mod postgres;
mod printed;
mod refused;
mod sqlite;
mod timescale;

use sea_orm::ConnectionTrait;
use tests::{Backend, TestDatabase};

/// The statements that make one of each kind.
fn one_of_each(backend: Backend) -> Vec<&'static str> {
    match backend {
        Backend::Sqlite => sqlite::SCHEMA.to_vec(),
        Backend::Mariadb => mariadb::SCHEMA.to_vec(),
        Backend::Postgres => [postgres::SCHEMA, postgres::ON_SERVERS].concat(),
        Backend::Timescale => [postgres::SCHEMA, timescale::SCHEMA].concat(),
    }
}

async fn make_one_of_each(database: &TestDatabase) {
    let db = database.connect().await;
    for sql in one_of_each(database.backend()) {
        db.execute_unprepared(sql).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
    }
    db.close().await.unwrap();
}
