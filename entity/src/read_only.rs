//! Entities of views.

use sea_orm::{DbErr, EntityName};

/// The behaviour of an entity that can only be read: saving or deleting one is an error that says so, before the database
/// is asked. Generated entities of views end with it.
#[macro_export]
#[doc(hidden)]
macro_rules! read_only {
    () => {
        #[sea_orm::prelude::async_trait::async_trait]
        impl ActiveModelBehavior for ActiveModel {
            async fn before_save<C: sea_orm::ConnectionTrait>(self, _: &C, _: bool) -> Result<Self, sea_orm::DbErr> {
                Err($crate::read_only::error(&Entity))
            }

            async fn before_delete<C: sea_orm::ConnectionTrait>(self, _: &C) -> Result<Self, sea_orm::DbErr> {
                Err($crate::read_only::error(&Entity))
            }
        }
    };
}

/// What saving or deleting a row of a view gives.
#[doc(hidden)]
pub fn error(view: &impl EntityName) -> DbErr {
    DbErr::Custom(format!("{} is a view and can only be read; write to the table it is made from", view.table_name()))
}
