//! `init` with less rights than it takes: what is missing is named, and the rest is done.

use tests::{
    Backend,
    process::{Finished, run},
};
use url::Url;

use super::{Ordinary, User};
use crate::migration;

fn init(url: &str) -> Finished {
    let folder = tests::temporary_folder();
    run(migration(folder.path()).env("DATABASE_URL", url).arg("init"))
}

#[tokio::test]
async fn a_database_that_may_not_be_created_is_an_administrators() {
    for backend in [Backend::Postgres, Backend::Mariadb] {
        let ordinary = Ordinary::owner(backend).await;
        let mut missing = Url::parse(&ordinary.url()).unwrap();
        missing.set_path("not_there_yet");
        let refused = init(missing.as_str());
        assert_eq!(refused.code, 1, "{refused:#?}");
        let (create, who) = match backend {
            Backend::Mariadb => ("`CREATE DATABASE `not_there_yet` CHARACTER SET utf8mb4`", "GRANT ALL ON"),
            _ => ("`CREATE DATABASE \"not_there_yet\" OWNER ", ordinary.user.name.as_str()),
        };
        for said in [&refused.stdout.replace("\n               ", " "), &refused.stderr] {
            assert!(
                said.contains("have an administrator run") && said.contains(create) && said.contains(who),
                "{said}"
            );
        }
        drop(ordinary);
    }
}

#[tokio::test]
async fn an_area_whose_place_may_not_be_created_leaves_the_others() {
    for backend in [Backend::Postgres, Backend::Mariadb] {
        let ordinary = Ordinary::owner(backend).await;
        let user = User::create(backend, &ordinary.user.admin).await;
        let name = ordinary.database.url().rsplit('/').next().unwrap().to_owned();
        let (right, create) = match backend {
            Backend::Mariadb => {
                (format!("GRANT ALL ON {name}.* TO {}", user.name), format!("CREATE DATABASE `{name}_telemetry`"))
            }
            _ => (format!("GRANT CREATE ON SCHEMA public TO {}", user.name), "CREATE SCHEMA \"telemetry\"".to_owned()),
        };
        ordinary.as_superuser(&right).await;
        let url = user.url(ordinary.database.url());
        let done = init(&url);
        assert_eq!(done.code, 1, "{done:#?}");
        assert!(done.stderr.contains("error: area telemetry: ") && done.stderr.contains(&create), "{done:#?}");
        assert!(done.stdout.contains("\nalarms at ") && done.stdout.contains(" 4 revisions\n"), "{done:#?}");
        // The others are there, and what was missing is made once it may be.
        if backend == Backend::Postgres {
            let right = format!("CREATE SCHEMA telemetry AUTHORIZATION {}", user.name);
            ordinary.as_superuser(&right).await;
            let others = migration::platform().names().len() - 2;
            let again = init(&url);
            let expected = if others == 0 { "2 areas set up\n" } else { "of" };
            assert!(again.stdout.contains(expected), "{again:#?}");
        }
        drop(ordinary);
    }
}
