use sea_orm_migration::{prelude::*, schema::*, sea_orm::DbBackend};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    // PostgreSQL builds no index concurrently in a transaction.
    fn use_transaction(&self) -> Option<bool> {
        Some(false)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        if !manager.has_column("post", "views").await? {
            manager
                .alter_table(Table::alter().table("post").add_column(big_integer("views").default(0)).to_owned())
                .await?;
        }
        if manager.get_database_backend() == DbBackend::Postgres {
            manager
                .get_connection()
                .execute_unprepared("CREATE INDEX CONCURRENTLY IF NOT EXISTS post_views_idx ON post (views)")
                .await?;
        } else if !manager.has_index("post", "post_views_idx").await? {
            manager.create_index(Index::create().name("post_views_idx").table("post").col("views").to_owned()).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        if manager.has_index("post", "post_views_idx").await? {
            manager.drop_index(Index::drop().name("post_views_idx").table("post").to_owned()).await?;
        }
        if manager.has_column("post", "views").await? {
            manager.alter_table(Table::alter().table("post").drop_column("views").to_owned()).await?;
        }
        Ok(())
    }
}
