//! In place of 3 revisions, from `m20220101_000001_create_table` to `m20220103_000001_count_views`: what they did, in the files of the folder beside this one.

use migration_engine::{
    Describe, Project,
    project::describe::Parents,
    revision::squashed::{Script, Squashed},
};
use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

const SQUASHED: Squashed = Squashed {
    revision: "m20220103_000001_squashed",
    outside: true,
    enables_timescaledb: false,
    scripts: &[
        Script {
            backend: "postgres",
            since: (0, 0, 0),
            up: include_str!("m20220103_000001_squashed/postgres.up.sql"),
            down: Ok(include_str!("m20220103_000001_squashed/postgres.down.sql")),
        },
        Script {
            backend: "sqlite",
            since: (0, 0, 0),
            up: include_str!("m20220103_000001_squashed/sqlite.up.sql"),
            down: Ok(include_str!("m20220103_000001_squashed/postgres.down.sql")),
        },
        Script {
            backend: "mysql",
            since: (0, 0, 0),
            up: include_str!("m20220103_000001_squashed/mysql.up.sql"),
            down: Ok(include_str!("m20220103_000001_squashed/mysql.down.sql")),
        },
        Script {
            backend: "timescaledb",
            since: (0, 0, 0),
            up: include_str!("m20220103_000001_squashed/postgres.up.sql"),
            down: Ok(include_str!("m20220103_000001_squashed/postgres.down.sql")),
        },
        Script {
            backend: "timescaledb-apache",
            since: (0, 0, 0),
            up: include_str!("m20220103_000001_squashed/postgres.up.sql"),
            down: Ok(include_str!("m20220103_000001_squashed/postgres.down.sql")),
        },
    ],
};

impl Describe for Migration {
    fn parents(&self) -> Parents {
        Parents::Named(&[])
    }

    /// May go once every database has run `up` with this revision.
    fn replaces(&self) -> &'static [&'static str] {
        &["m20220101_000001_create_table", "m20220102_000001_seed_posts", "m20220103_000001_count_views"]
    }

    /// May go, with the files of these revisions, once every database has run `up` with this one.
    fn replaced(&self) -> Option<Project> {
        let revisions: Vec<Box<dyn MigrationTrait>> = vec![
            Box::new(super::m20220101_000001_create_table::Migration),
            Box::new(super::m20220102_000001_seed_posts::Migration),
            Box::new(super::m20220103_000001_count_views::Migration),
        ];
        Some(Project::of(revisions))
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        SQUASHED.use_transaction()
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        SQUASHED.up(manager).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        SQUASHED.down(manager).await
    }
}
