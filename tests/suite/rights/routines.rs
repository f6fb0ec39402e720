//! `fresh` on MariaDB, whose changes cannot be rolled back: a routine that the user may call and not drop is named before
//! anything is gone.

use tests::{
    Backend,
    fixtures::{count, execute},
    process::run,
};

use super::Ordinary;
use crate::migration;

#[tokio::test]
async fn a_routine_that_may_be_called_alone() {
    let ordinary = Ordinary::owner(Backend::Mariadb).await;
    let url = url::Url::parse(ordinary.database.url()).unwrap();
    let database = url.path().trim_start_matches('/');
    ordinary.as_superuser("CREATE PROCEDURE `their's`() SELECT 1").await;
    ordinary.as_superuser("CREATE FUNCTION theirs() RETURNS int RETURN 1").await;
    ordinary.as_superuser("CREATE EVENT e ON SCHEDULE EVERY 1 DAY DISABLE DO DELETE FROM kept").await;
    ordinary.as_superuser("CREATE TABLE kept (id int)").await;
    let user = &ordinary.user.name;
    ordinary.as_superuser(&format!("REVOKE ALTER ROUTINE ON {database}.* FROM {user}")).await;
    let db = ordinary.connect().await;
    // Whoever makes a routine may drop it.
    execute(&db, "CREATE PROCEDURE mine() SELECT 1").await;
    let fresh = || run(migration(&std::env::temp_dir()).args(["-u", &ordinary.url(), "fresh", "--yes"]));
    let refused = fresh();
    assert_eq!(refused.code, 1, "{refused:#?}");
    let names = "fresh cannot drop procedure their's, function theirs; nothing was changed";
    assert!(refused.stderr.contains(names), "{}", refused.stderr);
    for (kind, left) in [("EVENTS WHERE EVENT", 1), ("ROUTINES WHERE ROUTINE", 3), ("TABLES WHERE TABLE", 1)] {
        assert_eq!(count(&db, &format!("information_schema.{kind}_SCHEMA = DATABASE()")).await, left, "{kind}");
    }
    ordinary.as_superuser(&format!("GRANT ALTER ROUTINE ON {database}.* TO {user}")).await;
    let done = fresh();
    assert_eq!(done.code, 0, "{done:#?}");
    assert_eq!(count(&db, "information_schema.ROUTINES WHERE ROUTINE_SCHEMA = DATABASE()").await, 0);
}
