//! Enum order_state gets the label sent, new enum currency, new table invoice, and more.

use migration_engine::revision::{
    columns, index, kept::KeptColumns, labels::{self, EnumColumn, EnumLabels},
    references,
};
use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    /// Each step is done once and in a transaction of its own: a run that was killed goes on where it ended.
    fn use_transaction(&self) -> Option<bool> {
        Some(false)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        order_state_sent().up(manager).await?;
        labels::create(manager, "currency", &["eur", "chf"]).await?;
        manager
            .create_table(
                Table::create()
                    .table("invoice")
                    .if_not_exists()
                    .col(ColumnDef::new("order_id").integer().not_null())
                    .col(ColumnDef::new("number").big_integer().not_null())
                    .col(
                        labels::column(manager, "currency", "currency", &["eur", "chf"])
                            .not_null(),
                    )
                    .col(ColumnDef::new("total").double().not_null())
                    .col(
                        ColumnDef::new("issued_at").timestamp_with_time_zone().not_null(),
                    )
                    .col(ColumnDef::new("folder").string().not_null())
                    .col(ColumnDef::new("file").string().not_null())
                    .primary_key(Index::create().col("order_id").col("number"))
                    .foreign_key(
                        ForeignKey::create()
                            .name("fk-invoice-order_id")
                            .from("invoice", "order_id")
                            .to("order", "id"),
                    )
                    .take(),
            )
            .await?;
        columns::change(
            manager,
            "customer",
            ColumnDef::new("name").string_len(64).not_null(),
            ColumnDef::new("name").string_len(200).not_null(),
        )
        .await?;
        columns::change(
            manager,
            "customer",
            ColumnDef::new("rank").small_integer().not_null().default(0_i64),
            ColumnDef::new("rank").integer().not_null().default(0_i64),
        )
        .await?;
        columns::add(manager, "customer", ColumnDef::new("email").string()).await?;
        kept_customer_email().restore(manager).await?;
        columns::add(
            manager,
            "customer",
            ColumnDef::new("active").boolean().not_null().default(true),
        )
        .await?;
        kept_customer_active().restore(manager).await?;
        columns::add(manager, "order", ColumnDef::new("customer_id").integer()).await?;
        kept_order_customer_id().restore(manager).await?;
        columns::fill(manager, "order", &["id"], "customer_id", "1").await?;
        columns::change(
            manager,
            "order",
            ColumnDef::new("customer_id").integer(),
            ColumnDef::new("customer_id").integer().not_null(),
        )
        .await?;
        kept_customer_city().leave(manager).await?;
        index::create_index(
            manager,
            "invoice",
            "idx-invoice-file",
            Index::create()
                .name("idx-invoice-file")
                .table("invoice")
                .col("folder")
                .col("file")
                .unique()
                .take(),
        )
        .await?;
        index::create_index(
            manager,
            "customer",
            "idx-customer-email",
            Index::create()
                .name("idx-customer-email")
                .table("customer")
                .col("email")
                .unique()
                .take(),
        )
        .await?;
        index::create_index(
            manager,
            "customer",
            "idx-customer-rank",
            Index::create()
                .name("idx-customer-rank")
                .table("customer")
                .col("rank")
                .take(),
        )
        .await?;
        references::add(
            manager,
            ForeignKey::create()
                .name("fk-order-customer_id")
                .from("order", "customer_id")
                .to("customer", "id")
                .on_delete(ForeignKeyAction::Cascade)
                .take(),
        )
        .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        references::drop(
            manager,
            ForeignKey::create()
                .name("fk-order-customer_id")
                .from("order", "customer_id")
                .to("customer", "id")
                .on_delete(ForeignKeyAction::Cascade)
                .take(),
        )
        .await?;
        index::drop_index(manager, "customer", "idx-customer-rank").await?;
        index::drop_index(manager, "customer", "idx-customer-email").await?;
        columns::add(manager, "customer", ColumnDef::new("city").string_len(64)).await?;
        kept_customer_city().restore(manager).await?;
        columns::change(
            manager,
            "order",
            ColumnDef::new("customer_id").integer().not_null(),
            ColumnDef::new("customer_id").integer(),
        )
        .await?;
        kept_order_customer_id().leave(manager).await?;
        kept_customer_active().leave(manager).await?;
        kept_customer_email().leave(manager).await?;
        columns::change(
            manager,
            "customer",
            ColumnDef::new("rank").integer().not_null().default(0_i64),
            ColumnDef::new("rank").small_integer().not_null().default(0_i64),
        )
        .await?;
        columns::change(
            manager,
            "customer",
            ColumnDef::new("name").string_len(200).not_null(),
            ColumnDef::new("name").string_len(64).not_null(),
        )
        .await?;
        manager.drop_table(Table::drop().table("invoice").if_exists().take()).await?;
        labels::drop(manager, "currency").await?;
        order_state_sent().down(manager).await
    }
}

/// Without sent, rows that have it are open; they have it again when it is back.
fn order_state_sent() -> EnumLabels {
    EnumLabels::of("order_state", &["open", "paid"])
        .used_by(EnumColumn::of("order", "state").default("open").key(&["id"]))
        .adding("sent")
        .instead("open")
}

/// What the column held when it went comes back with it.
fn kept_customer_email() -> KeptColumns {
    KeptColumns::of("customer", "email").key(&["id"]).column("email").rows_with_value()
}

/// What the column held when it went comes back with it.
fn kept_customer_active() -> KeptColumns {
    KeptColumns::of("customer", "active").key(&["id"]).column("active")
}

/// What the column held when it went comes back with it.
fn kept_order_customer_id() -> KeptColumns {
    KeptColumns::of("order", "customer_id").key(&["id"]).column("customer_id")
}

/// What the column held when it went comes back with it.
fn kept_customer_city() -> KeptColumns {
    KeptColumns::of("customer", "city").key(&["id"]).column("city").rows_with_value()
}
