use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

const POSTS: [(&str, &str); 3] = [("Hello", "world"), ("On migrations", "It's all in the down()."), ("Größe", "20 °C")];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut insert = Query::insert();
        insert.into_table("post").columns(["title", "text", "published"]);
        for (title, text) in POSTS {
            insert.values_panic([title.into(), text.into(), true.into()]);
        }
        manager.execute(insert).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let titles = POSTS.map(|(title, _)| title);
        manager.execute(Query::delete().from_table("post").and_where(Expr::col("title").is_in(titles)).to_owned()).await
    }
}
