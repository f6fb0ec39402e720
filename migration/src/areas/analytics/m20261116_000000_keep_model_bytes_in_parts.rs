//! The bytes of models, a piece a row, in `ml_model_parts`.
//!
//! In `ml_models.model_data` a model is one value: a server makes it anew for every piece that is appended, whoever reads it
//! from SQLite has it in memory whole, and on MySQL it may be no longer than a packet, 16 MB by default. Pieces of their own
//! are written once, read one after the other, and as many as there is room for. What other programs have put into
//! `model_data` stays there, and clients read both.
//!
//! `upload` is the same for all pieces that were written together: whoever reads a piece of another one knows that the model
//! was replaced meanwhile. A model that has pieces cannot be deleted before them.

use migration_engine::Describe;
use migration_timescale::Dialect;
use sea_orm_migration::{prelude::*, sea_orm::DbBackend};

use crate::{
    baseline::Baseline,
    portable::table::{PortableTable, Type},
    seed,
};

const TABLES: Baseline =
    Baseline { enums: &[], tables: &[("ml_model_parts", ml_model_parts)], indexes: |_| Vec::new() };

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    /// SQLite and MySQL too: a run that is killed leaves nothing, as far as the backend can do that.
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        TABLES.create(manager).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        TABLES.drop(manager).await
    }
}

#[async_trait::async_trait]
impl Describe for Migration {
    fn area(&self) -> Option<&'static str> {
        Some(super::AREA)
    }

    /// A piece of every model that has none.
    async fn seed(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let backend = manager.get_database_backend();
        // A zero byte, a quote, a backslash, and bytes that are not text.
        let bytes = match Dialect::of(backend) {
            Dialect::Postgres => "decode('00275cff00', 'hex')",
            Dialect::MySql | Dialect::Sqlite => "x'00275cff00'",
        };
        let upload = match Dialect::of(backend) {
            Dialect::Postgres => format!("{}::uuid", seed::id(backend, 1)),
            Dialect::MySql | Dialect::Sqlite => seed::id(backend, 1),
        };
        let sql = format!(
            "INSERT INTO ml_model_parts (model_id, part, upload, data) SELECT model_id, 0, {upload}, {bytes} \
             FROM ml_models WHERE model_id NOT IN (SELECT model_id FROM ml_model_parts)"
        );
        manager.get_connection().execute_unprepared(&sql).await.map(drop)
    }
}

fn ml_model_parts(backend: DbBackend) -> TableCreateStatement {
    PortableTable::new(backend, "ml_model_parts")
        .required("model_id", Type::Name(50))
        .required("part", Type::Count)
        .required("upload", Type::Uuid)
        .required("data", Type::Bytes)
        .key(&["model_id", "part"])
        .references("model_id", "ml_models")
        .create()
}
