//! The handle on the database of an area, which every area but the default one has.

/// A struct around a [`Database`](crate::Database), with a method for each repository:
///
/// `handle! { /// What it is. Twin, TwinWithin: TWIN { /// What these are. snapshots: SnapshotRepository; } }`, where `TWIN` is a constant
/// of [`gate`](crate::gate).
macro_rules! handle {
    ($(#[$doc:meta])* $name:ident, $within:ident: $gate:ident { $($(#[$about:meta])* $noun:ident: $repository:ident;)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Debug)]
        pub struct $name {
            database: crate::Database,
        }

        impl $name {
            /// Opens the pool and checks that the schema is at least the one this adapter was built for.
            ///
            /// # Errors
            ///
            /// As [`Database::connect`](crate::Database::connect).
            pub async fn connect(config: &crate::DatabaseConfig) -> Result<Self, crate::AdapterError> {
                Ok(Self { database: crate::Database::connect_to(config, crate::gate::$gate).await? })
            }

            /// An SQLite database in memory with the finished schema, as
            /// [`Database::in_memory`](crate::Database::in_memory).
            ///
            /// # Errors
            ///
            /// Failures of the database.
            pub async fn in_memory() -> Result<Self, crate::AdapterError> {
                Ok(Self { database: crate::Database::in_memory_of(crate::gate::$gate).await? })
            }

            /// Opens the pool whatever the schema is. [`connect`](Self::connect) is what a server wants.
            ///
            /// # Errors
            ///
            /// As [`Database::open`](crate::Database::open).
            pub async fn open(config: &crate::DatabaseConfig) -> Result<Self, crate::AdapterError> {
                Ok(Self { database: crate::Database::open_to(config, crate::gate::$gate).await? })
            }

            /// Opens its first session when it is first used, as [`Database::lazy`](crate::Database::lazy).
            ///
            /// # Errors
            ///
            /// As [`Database::lazy`](crate::Database::lazy).
            pub async fn lazy(config: &crate::DatabaseConfig) -> Result<Self, crate::AdapterError> {
                Ok(Self { database: crate::Database::lazy_to(config, crate::gate::$gate).await? })
            }

            /// A pool that the program has already, as [`Database::of_pool`](crate::Database::of_pool); on PostgreSQL the
            /// area has the schema of its name there.
            ///
            /// # Errors
            ///
            /// As [`Database::of_pool`](crate::Database::of_pool).
            pub async fn of_pool(connection: sea_orm::DatabaseConnection) -> Result<Self, crate::AdapterError> {
                Ok(Self { database: crate::Database::of_pool_to(connection, crate::gate::$gate).await? })
            }

            pub(crate) fn over(database: crate::Database) -> Self {
                Self { database }
            }

            /// This handle, but it reads from the replica and writes nothing, as
            /// [`Database::reading`](crate::Database::reading).
            #[must_use]
            pub fn reading(&self) -> Self {
                Self { database: self.database.reading() }
            }

            /// The handle without the repositories: for the health check and the pool's numbers.
            pub fn database(&self) -> &crate::Database {
                &self.database
            }

            /// SeaORM's pool, for transactions and queries of one's own.
            pub fn connection(&self) -> &sea_orm::DatabaseConnection {
                self.database.connection()
            }

            /// Begins a transaction that will write, as [`Database::begin`](crate::Database::begin).
            ///
            /// # Errors
            ///
            /// Failures of the database.
            pub async fn begin(&self) -> Result<crate::Transaction, crate::AdapterError> {
                self.database.begin().await
            }

            $(
                $(#[$about])*
                pub fn $noun(&self) -> $repository<'_, crate::Pool> {
                    $repository::new(self.database.pool())
                }
            )+

            /// The SQL dialect.
            pub fn backend(&self) -> sea_orm::DbBackend {
                self.database.backend()
            }

            /// Whether the server has one session, as TimescaleDB in WebAssembly: within a transaction, only the transaction
            /// can be used.
            pub fn has_one_session(&self) -> bool {
                self.database.has_one_session()
            }

            /// Closes all sessions; waits for those in use.
            pub async fn close(self) {
                self.database.close().await;
            }
        }

        /// The same area within a transaction over several ([`ServerTransaction`](crate::ServerTransaction)).
        #[derive(Clone, Copy, Debug)]
        pub struct $within<'tx> {
            transaction: &'tx crate::Transaction,
        }

        impl<'tx> $within<'tx> {
            pub(crate) fn new(transaction: &'tx crate::Transaction) -> Self {
                Self { transaction }
            }

            $(
                $(#[$about])*
                pub fn $noun(&self) -> $repository<'tx, crate::Transaction> {
                    $repository::new(self.transaction)
                }
            )+
        }
    };
}
pub(crate) use handle;
