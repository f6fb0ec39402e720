use sea_orm_migration::prelude::*;
struct Migrator;
#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![]
    }
}
pub fn project() -> migration_engine::Project {
    migration_engine::Project::new(Migrator)
}
