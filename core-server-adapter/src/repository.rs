//! What all repositories of an area share.

/// A repository over a pool or a transaction: the struct, `new`, and copies that cost nothing.
macro_rules! repository {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug)]
        pub struct $name<'db, C: sea_orm::ConnectionTrait> {
            pub(crate) db: &'db C,
        }

        impl<C: sea_orm::ConnectionTrait> Clone for $name<'_, C> {
            fn clone(&self) -> Self {
                *self
            }
        }

        impl<C: sea_orm::ConnectionTrait> Copy for $name<'_, C> {}

        impl<'db, C: sea_orm::ConnectionTrait> $name<'db, C> {
            /// What this connection or transaction leads to.
            pub fn new(db: &'db C) -> Self {
                Self { db }
            }
        }
    };
}
pub(crate) use repository;
