//! Everything reverted, or dropped, and applied again: `refresh`, `reset` and `fresh`.

use migration_timescale::{identifier, literal};
use sea_orm::ConnectionTrait;

use crate::{
    Direction, EngineError, Runner,
    graph::RevisionTarget,
    revision::consent,
    schema::{catalog::Kind, destroy, outside::Outside, scratch},
    session,
    sql::rows,
};

impl Runner {
    /// Reverts everything and applies it again. Deletes all rows; see [`Runner::tables_with_rows`].
    pub async fn refresh(&self) -> Result<(), EngineError> {
        self.refuse_what_cannot_come_back().await?;
        let lock = self.lock().await?;
        let done = consent::with_consent(true, async {
            self.drop_foreign_views().await?;
            self.down_locked(&RevisionTarget::Base).await?;
            self.up_locked(&RevisionTarget::Heads).await.map(drop)
        })
        .await;
        self.unlock(lock, done).await
    }

    /// Reverts everything and drops the bookkeeping tables. Deletes all rows.
    pub async fn reset(&self) -> Result<(), EngineError> {
        let lock = self.lock().await?;
        let done = consent::with_consent(true, async {
            self.drop_foreign_views().await?;
            self.down_locked(&RevisionTarget::Base).await?;
            destroy::drop_kept_tables(&self.db)
                .await
                .map_err(EngineError::while_doing("dropping what was kept of deleted rows"))?;
            for drop in self.tables.drop(self.target.backend()) {
                let dropped = self.db.execute_unprepared(&drop).await;
                dropped.map_err(EngineError::while_doing("dropping the bookkeeping tables"))?;
            }
            Ok(())
        })
        .await;
        self.unlock(lock, done).await
    }

    /// Drops everything in the schema, whoever made it, and applies all revisions. Deletes all rows.
    ///
    /// What depends on it in other schemas would go with it, a column with a type from here for example: that is an error
    /// unless `cascade` is set.
    pub async fn fresh(&self, cascade: bool) -> Result<(), EngineError> {
        self.refuse_what_cannot_come_back().await?;
        let objects = destroy::refused(&self.db, self.server()).await;
        let objects = objects.map_err(EngineError::while_doing("asking what can be dropped"))?;
        if !objects.is_empty() {
            return Err(EngineError::CannotDrop { objects });
        }
        let lock = self.lock().await?;
        let done = async {
            let (extensions, beside) = (self.extensions_made().await, self.made_beside().await?);
            self.refuse_lost_schemas(beside.renamed).await?;
            let along = destroy::drop_everything(&self.db, self.server(), &extensions, &beside.objects, cascade)
                .await
                .map_err(EngineError::while_doing("dropping everything in the schema"))?;
            match along.as_slice() {
                [] => {}
                _ if cascade => tracing::warn!("dropped in other schemas: {}", along.join(", ")),
                _ => return Err(EngineError::TakesAlong { objects: along }),
            }
            self.up_locked(&RevisionTarget::Heads).await.map(drop)
        }
        .await;
        self.unlock(lock, done).await
    }

    /// Before everything is dropped: revisions that would not run afterwards.
    async fn refuse_what_cannot_come_back(&self) -> Result<(), EngineError> {
        let all: Vec<String> = self.in_order().map(str::to_owned).collect();
        self.refuse_ends_of_transactions(&all, Direction::Up).await
    }

    /// Before everything is dropped: a schema that a revision renames and that none makes has its new name by now.
    async fn refuse_lost_schemas(&self, renamed: Vec<(String, String)>) -> Result<(), EngineError> {
        for (schema, now) in renamed {
            let is_there = |name| format!("EXISTS (SELECT FROM pg_namespace WHERE nspname = {})", literal(name));
            let lost = format!("SELECT 1 WHERE {} AND NOT {}", is_there(&now), is_there(&schema));
            let lost = rows(&self.db, &lost).await.map_err(EngineError::while_doing("looking for schemas"))?;
            if !lost.is_empty() {
                let back = format!("ALTER SCHEMA {} RENAME TO {}", identifier(&now), identifier(&schema));
                return Err(EngineError::SchemaRenamed { schema, back });
            }
        }
        Ok(())
    }

    /// Views and aggregates that no revision made may depend on tables that are about to go.
    async fn drop_foreign_views(&self) -> Result<(), EngineError> {
        let failed = || EngineError::while_doing("dropping views that no revision made");
        // Boxed: running revisions inside a run makes for a large future.
        let all = self.in_order().map(|name| self.project.revision(name)).collect::<Result<Vec<_>, _>>()?;
        let made = match Box::pin(scratch::catalog_of(self, &all)).await {
            Ok(made) => made,
            Err(error) => {
                let error = EngineError::from(error).on_one_line();
                tracing::warn!(
                    "views that no revision made are not looked for, and one in the way stops this: {error}"
                );
                return Ok(());
            }
        };
        let ours = |name: &str| made.objects().iter().any(|object| object.kind == Kind::View && object.name == name);
        let transaction = session::begin(&self.db).await.map_err(failed())?;
        let outside = Outside::read(&transaction).await.map_err(failed())?;
        destroy::drop_views(&transaction, self.server(), |name| !ours(name)).await.map_err(failed())?;
        let along = outside.missing_from(&Outside::read(&transaction).await.map_err(failed())?);
        if along.is_empty() {
            return transaction.commit().await.map_err(failed());
        }
        transaction.rollback().await.map_err(failed())?;
        Err(EngineError::TakesAlong { objects: along })
    }
}
