//! The lists that a project is made of.

/// Declares the migrator of an area by its revisions, oldest first: modules with a `Migration` that is described.
///
/// ```
/// # mod m20250601_000000_create_sensors {
/// #     use migration_engine::{Describe, sea_orm_migration::prelude::*};
/// #     #[derive(DeriveMigrationName)] pub struct Migration;
/// #     impl Describe for Migration {}
/// #     #[async_trait::async_trait] impl MigrationTrait for Migration {
/// #         async fn up(&self, _manager: &SchemaManager) -> Result<(), DbErr> { Ok(()) }
/// #     }
/// # }
/// migration_engine::revisions! {
///     /// The revisions of the area.
///     pub Migrator:
///     m20250601_000000_create_sensors,
/// }
///
/// # fn main() {
/// assert_eq!(Migrator::project().revision_names().len(), 1);
/// # }
/// ```
///
/// The modules themselves are declared outside, where rustfmt finds their files. `migration new` writes both.
#[macro_export]
macro_rules! revisions {
    ($(#[$doc:meta])* $visible:vis $migrator:ident: $($revision:ident),+ $(,)?) => {
        $(#[$doc])*
        #[derive(Debug)]
        $visible struct $migrator;

        impl $crate::sea_orm_migration::MigratorTrait for $migrator {
            fn migrations() -> ::std::vec::Vec<::std::boxed::Box<dyn $crate::sea_orm_migration::MigrationTrait>> {
                ::std::vec![$(::std::boxed::Box::new($revision::Migration)),+]
            }
        }

        impl $migrator {
            /// The revisions and what they say about themselves.
            $visible fn project() -> $crate::Project {
                $crate::Project::new(Self)$(.describe($revision::Migration))+
            }
        }
    };
}

/// Declares what the command line runs: the areas, the default first. Each is a module with a function `project`.
///
/// ```
/// # mod alarms {
/// #     use migration_engine::sea_orm_migration::prelude::*;
/// #     pub struct Migrator;
/// #     impl MigratorTrait for Migrator { fn migrations() -> Vec<Box<dyn MigrationTrait>> { vec![] } }
/// #     pub fn project() -> migration_engine::Project { Migrator.into() }
/// # }
/// # use alarms as telemetry;
/// migration_engine::areas!(pub platform: alarms, telemetry);
///
/// # fn main() {
/// assert_eq!(platform().names(), ["alarms", "telemetry"]);
/// # }
/// ```
#[macro_export]
macro_rules! areas {
    ($visible:vis $platform:ident: $default:ident $(, $area:ident)* $(,)?) => {
        /// What the command line runs: every area, the default first.
        $visible fn $platform() -> $crate::Areas {
            $crate::Areas::new(::std::stringify!($default), $default::project())
                $(.and(::std::stringify!($area), $area::project()))*
        }
    };
}

/// Lists entities for [`Project::entities`](crate::Project::entities): the modules that have them.
///
/// ```
/// mod posts {
///     use migration_engine::sea_orm_migration::sea_orm::{self, entity::prelude::*};
///
///     #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
///     #[sea_orm(table_name = "posts")]
///     pub struct Model {
///         #[sea_orm(primary_key)]
///         pub id: i32,
///         pub title: String,
///     }
///
///     #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
///     pub enum Relation {}
///
///     impl ActiveModelBehavior for ActiveModel {}
/// }
///
/// # use migration_engine::sea_orm_migration::prelude::*;
/// # struct Migrator;
/// # impl MigratorTrait for Migrator { fn migrations() -> Vec<Box<dyn MigrationTrait>> { vec![] } }
/// # fn main() {
/// let project = migration_engine::Project::new(Migrator).entities(migration_engine::entities![posts]);
/// # let _ = project;
/// # }
/// ```
#[macro_export]
macro_rules! entities {
    ($($($module:ident)::+),+ $(,)?) => {
        $crate::project::entities::Entities::new()$(.table($($module)::+::Entity))+
    };
}
