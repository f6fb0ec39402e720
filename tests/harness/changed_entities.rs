//! A small project and several sets of entities for it, for `new --from-entities`.

#![allow(missing_docs, clippy::wildcard_imports, reason = "entities as a project has them")]

use async_trait::async_trait;
use migration_engine::{
    entities,
    project::entities::Entities,
    revision::labels,
    sea_orm_migration::{prelude::*, schema},
};

pub struct Migrator;

#[async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![Box::new(m20220101_000001_create_shop::Migration)]
    }
}

/// The entities as they were when the revisions were written (`same`), and as people change them.
pub fn entities(set: &str) -> Entities {
    match set {
        "same" => entities![same::customer, same::order],
        "grown" => entities![grown::customer, grown::order, grown::invoice],
        "renamed" => entities![renamed::client, renamed::order],
        other => panic!("no set of entities is called {other}"),
    }
}

mod m20220101_000001_create_shop {
    use super::{MigrationTrait, SchemaManager, *};

    #[derive(DeriveMigrationName)]
    pub struct Migration;

    #[async_trait]
    impl MigrationTrait for Migration {
        async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
            labels::create(manager, "order_state", &["open", "paid"]).await?;
            manager
                .create_table(
                    Table::create()
                        .table("customer")
                        .col(schema::pk_auto("id"))
                        .col(schema::string_len("name", 64))
                        .col(schema::string_len_null("city", 64))
                        .col(schema::small_integer("rank").default(0))
                        .take(),
                )
                .await?;
            manager
                .create_table(
                    Table::create()
                        .table("order")
                        .col(schema::pk_auto("id"))
                        .col(
                            labels::column(manager, "state", "order_state", &["open", "paid"])
                                .not_null()
                                .default("open"),
                        )
                        .col(schema::string_null("note"))
                        .check(Expr::col("note").ne(""))
                        .take(),
                )
                .await
        }

        async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
            manager.drop_table(Table::drop().table("order").take()).await?;
            manager.drop_table(Table::drop().table("customer").take()).await?;
            labels::drop(manager, "order_state").await
        }
    }
}

/// As they were.
mod same {
    pub mod customer {
        use migration_engine::sea_orm_migration::sea_orm::{self, entity::prelude::*};

        #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
        #[sea_orm(table_name = "customer")]
        pub struct Model {
            #[sea_orm(primary_key)]
            pub id: i32,
            pub name: String,
            pub city: Option<String>,
            pub rank: i16,
        }

        #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
        pub enum Relation {}

        impl ActiveModelBehavior for ActiveModel {}
    }

    pub mod order {
        use migration_engine::sea_orm_migration::sea_orm::{self, entity::prelude::*};

        #[derive(Clone, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
        #[sea_orm(rs_type = "String", db_type = "Enum", enum_name = "order_state")]
        pub enum State {
            #[sea_orm(string_value = "open")]
            Open,
            #[sea_orm(string_value = "paid")]
            Paid,
        }

        #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
        #[sea_orm(table_name = "order")]
        pub struct Model {
            #[sea_orm(primary_key)]
            pub id: i32,
            pub state: State,
            pub note: Option<String>,
        }

        #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
        pub enum Relation {}

        impl ActiveModelBehavior for ActiveModel {}
    }
}

/// A column of each kind more, a longer text, a label, a foreign key, an index, a table; a column less.
mod grown {
    pub mod customer {
        use migration_engine::sea_orm_migration::sea_orm::{self, entity::prelude::*};

        #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
        #[sea_orm(table_name = "customer")]
        pub struct Model {
            #[sea_orm(primary_key)]
            pub id: i32,
            #[sea_orm(column_type = "String(StringLen::N(200))")]
            pub name: String,
            #[sea_orm(unique)]
            pub email: Option<String>,
            #[sea_orm(indexed)]
            pub rank: i32,
            #[sea_orm(default_value = true)]
            pub active: bool,
        }

        #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
        pub enum Relation {}

        impl ActiveModelBehavior for ActiveModel {}
    }

    pub mod order {
        use migration_engine::sea_orm_migration::sea_orm::{self, entity::prelude::*};

        #[derive(Clone, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
        #[sea_orm(rs_type = "String", db_type = "Enum", enum_name = "order_state")]
        pub enum State {
            #[sea_orm(string_value = "open")]
            Open,
            #[sea_orm(string_value = "paid")]
            Paid,
            #[sea_orm(string_value = "sent")]
            Sent,
        }

        #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
        #[sea_orm(table_name = "order")]
        pub struct Model {
            #[sea_orm(primary_key)]
            pub id: i32,
            pub state: State,
            pub note: Option<String>,
            pub customer_id: i32,
        }

        #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
        pub enum Relation {
            #[sea_orm(
                belongs_to = "super::customer::Entity",
                from = "Column::CustomerId",
                to = "super::customer::Column::Id",
                on_delete = "Cascade"
            )]
            Customer,
        }

        impl ActiveModelBehavior for ActiveModel {}
    }

    pub mod invoice {
        use migration_engine::sea_orm_migration::sea_orm::{self, entity::prelude::*};

        #[derive(Clone, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
        #[sea_orm(rs_type = "String", db_type = "Enum", enum_name = "currency")]
        pub enum Currency {
            #[sea_orm(string_value = "eur")]
            Eur,
            #[sea_orm(string_value = "chf")]
            Chf,
        }

        #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
        #[sea_orm(table_name = "invoice")]
        pub struct Model {
            #[sea_orm(primary_key, auto_increment = false)]
            pub order_id: i32,
            #[sea_orm(primary_key, auto_increment = false)]
            pub number: i64,
            pub currency: Currency,
            #[sea_orm(column_type = "Double")]
            pub total: f64,
            pub issued_at: DateTimeWithTimeZone,
            #[sea_orm(unique_key = "file")]
            pub folder: String,
            #[sea_orm(unique_key = "file")]
            pub file: String,
        }

        #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
        pub enum Relation {
            #[sea_orm(belongs_to = "super::order::Entity", from = "Column::OrderId", to = "super::order::Column::Id")]
            Order,
        }

        impl ActiveModelBehavior for ActiveModel {}
    }
}

/// A table, a column and a label have other names.
mod renamed {
    pub mod client {
        use migration_engine::sea_orm_migration::sea_orm::{self, entity::prelude::*};

        #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
        #[sea_orm(table_name = "client")]
        pub struct Model {
            #[sea_orm(primary_key)]
            pub id: i32,
            pub name: String,
            pub town: Option<String>,
            pub rank: i16,
        }

        #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
        pub enum Relation {}

        impl ActiveModelBehavior for ActiveModel {}
    }

    pub mod order {
        use migration_engine::sea_orm_migration::sea_orm::{self, entity::prelude::*};

        #[derive(Clone, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
        #[sea_orm(rs_type = "String", db_type = "Enum", enum_name = "order_state")]
        pub enum State {
            #[sea_orm(string_value = "open")]
            Open,
            #[sea_orm(string_value = "settled")]
            Settled,
        }

        #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
        #[sea_orm(table_name = "order")]
        pub struct Model {
            #[sea_orm(primary_key)]
            pub id: i32,
            pub state: State,
            pub note: Option<String>,
        }

        #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
        pub enum Relation {}

        impl ActiveModelBehavior for ActiveModel {}
    }
}
