//! Hypertables: how many chunks, how large, how well the columnstore packs them.

use schemars::JsonSchema;
use sea_orm::{ConnectionTrait, DbErr, FromQueryResult};
use serde::Serialize;

use super::{
    Answer, Bytes, Chunks, ColumnstoreBytes,
    answer::all,
    chunks::{Measures, measures},
};
use crate::Capability;

/// A hypertable.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema, FromQueryResult)]
pub struct HypertableState {
    /// Its name.
    pub name: String,
    /// Its time column: the first dimension.
    pub time_column: String,
    /// Type of the time column.
    pub time_type: String,
    /// Its chunks.
    #[sea_orm(nested)]
    pub chunks: Chunks,
    /// Its size, the columnstore included.
    #[sea_orm(nested)]
    pub bytes: Bytes,
    /// What the columnstore saves.
    #[sea_orm(nested)]
    pub columnstore: ColumnstoreBytes,
}

/// The hypertables of the schema, by name. One round trip; its time grows with the number of chunks, not of rows.
pub async fn hypertables<C: ConnectionTrait>(
    db: &C,
    server: Capability,
) -> Result<Answer<Vec<HypertableState>>, DbErr> {
    if let Err(unsupported) = server.require_hypertables("a hypertable") {
        return Ok(unsupported.into());
    }
    let Measures { columns, joins } = measures(server, "h.hypertable_schema", "h.hypertable_name");
    let sql = format!(
        "SELECT h.hypertable_name::text AS name, {columns} FROM timescaledb_information.hypertables h {joins} \
         WHERE h.hypertable_schema = current_schema() ORDER BY h.hypertable_name"
    );
    Ok(Answer::given(all(db, &sql).await?))
}
