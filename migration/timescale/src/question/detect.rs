//! What a server can do, asked of itself.

use sea_orm::{ConnectionTrait, DbBackend, DbErr};

use super::Question;
use crate::Capability;

impl Capability {
    /// Asks the server behind `db`. The licence decides, not the version: the setting is absent without the extension.
    pub async fn detect<C: ConnectionTrait>(db: &C) -> Result<Self, DbErr> {
        let backend = db.get_database_backend();
        if backend != DbBackend::Postgres {
            return Ok(Self::without_timescaledb(backend));
        }
        Question::reading(Self::QUESTION, [], Self::from_answer, |known| known.server()).ask(db).await
    }
}
