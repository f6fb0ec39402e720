pub use sea_orm_migration::prelude::*;

mod m20220101_000001_create_table;
mod m20220102_000001_seed_posts;
mod m20220103_000001_count_views;

pub mod post;

pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20220101_000001_create_table::Migration),
            Box::new(m20220102_000001_seed_posts::Migration),
            Box::new(m20220103_000001_count_views::Migration),
        ]
    }
}
