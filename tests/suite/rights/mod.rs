//! Connected as an ordinary user: what works, and which right is missing where something does not.

mod blockers;
mod commands;
mod engines;
mod existence;
mod first_cause;
mod init;
mod kept;
mod owner;
mod publication;
mod roles;
mod routines;
mod row_security;
mod scratch;
mod tenants;

use std::{
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};

use migration_engine::{
    Project, Runner, Target,
    session::{Patience, connect},
};
use sea_orm::{ConnectionTrait, DatabaseConnection};
use tests::{Backend, TestDatabase, connect_to, fixtures::execute};
use url::Url;

/// A database and a user of its own, who owns it (PostgreSQL) or has all rights on it (MySQL), and on nothing else.
struct Ordinary {
    database: TestDatabase,
    user: User,
}

/// A user who goes away with this value.
struct User {
    admin: String,
    name: String,
    backend: Backend,
}

impl User {
    async fn create(backend: Backend, admin: &str) -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let name = format!("ordinary_{}_{}", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed));
        let db = connect_to(admin).await;
        let create = match backend {
            Backend::Mariadb => format!("CREATE USER {name} IDENTIFIED BY 'ordinary'"),
            _ => format!("CREATE ROLE {name} LOGIN NOSUPERUSER PASSWORD 'ordinary'"),
        };
        execute(&db, &create).await;
        db.close().await.unwrap();
        Self { admin: admin.to_owned(), name, backend }
    }

    /// The URL of a database for this user.
    fn url(&self, database: &str) -> String {
        let mut url = Url::parse(database).unwrap();
        url.set_username(&self.name).unwrap();
        url.set_password(Some("ordinary")).unwrap();
        url.into()
    }
}

impl Drop for User {
    fn drop(&mut self) {
        let (admin, name, backend) = (self.admin.clone(), self.name.clone(), self.backend);
        // A thread of its own: a runtime cannot wait inside the test's.
        let dropped = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                let word = if backend == Backend::Mariadb { "USER" } else { "ROLE" };
                let db = connect_to(&admin).await;
                // The database of a test that failed goes in a thread of its own.
                for _ in 0..50 {
                    if db.execute_unprepared(&format!("DROP {word} {name}")).await.is_ok() {
                        return;
                    }
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
                panic!("{name} owns something yet");
            });
        });
        assert!(dropped.join().is_ok() || std::thread::panicking(), "{} is left", self.name);
    }
}

impl Ordinary {
    async fn owner(backend: Backend) -> Self {
        let database = TestDatabase::create(backend).await.as_administrator();
        let mut admin = Url::parse(database.url()).unwrap();
        let name = admin.path().trim_start_matches('/').to_owned();
        admin.set_path(if backend == Backend::Mariadb { "mysql" } else { "postgres" });
        let user = User::create(backend, admin.as_str()).await;
        let this = Self { database, user };
        let db = this.superuser().await;
        let right = match backend {
            Backend::Mariadb => format!("GRANT ALL ON {name}.* TO {}", this.user.name),
            _ => format!("ALTER DATABASE {name} OWNER TO {}", this.user.name),
        };
        execute(&db, &right).await;
        db.close().await.unwrap();
        this
    }

    /// The database for its user.
    fn url(&self) -> String {
        self.user.url(self.database.url())
    }

    /// As the user.
    async fn connect(&self) -> DatabaseConnection {
        connect_to(&self.url()).await
    }

    async fn superuser(&self) -> DatabaseConnection {
        self.database.connect().await
    }

    /// Runs statements as a superuser.
    async fn as_superuser(&self, sql: &str) {
        let db = self.superuser().await;
        execute(&db, sql).await;
        db.close().await.unwrap();
    }

    async fn runner(&self) -> Runner {
        self.runner_of(migration::project()).await
    }

    async fn runner_of(&self, project: Project) -> Runner {
        let target = Target::parse(&self.url(), "the test").unwrap();
        Runner::connect(project, target, &connect::Settings::default(), Patience::default()).await.unwrap()
    }

    async fn up(&self) {
        let runner = self.runner().await;
        runner.up(None).await.unwrap();
        runner.close().await;
    }

    /// The first two revisions, of which `down` reverts the one that touches rows.
    async fn up_to_predictive(&self) {
        let runner = self.runner().await;
        runner.up(Some(2)).await.unwrap();
        runner.close().await;
    }
}
