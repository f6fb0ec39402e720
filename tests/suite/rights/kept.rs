//! Columns that `down` keeps while others write: with rights of theirs that reach no further than before.

use migration_engine::{revision::kept::KeptColumns, sea_orm_migration::SchemaManager};
use tests::{
    Backend,
    fixtures::{count, execute},
};

use super::{Ordinary, User};

/// They have no right to the table that the trigger adds to, and a temporary one of its name gets nothing.
#[tokio::test]
async fn others_go_on_writing_with_their_own_rights() {
    let ordinary = Ordinary::owner(Backend::Postgres).await;
    let other = User::create(Backend::Postgres, &ordinary.user.admin).await;
    let db = ordinary.connect().await;
    execute(
        &db,
        &format!(
            "CREATE TABLE rooms (id integer PRIMARY KEY, site text NOT NULL DEFAULT 'home'); GRANT INSERT ON rooms TO {}",
            other.name
        ),
    )
    .await;
    let kept = KeptColumns::of("rooms", "site").key(&["id"]).column("site").rows_where("site <> 'home'");
    kept.keep_ahead(&SchemaManager::new(&db)).await.unwrap();
    let theirs = tests::connect_to(&other.url(ordinary.database.url())).await;
    execute(
        &theirs,
        "CREATE TEMPORARY TABLE _kept_rooms_site_since (id integer); INSERT INTO rooms VALUES (1, 'away'), (2, 'home')",
    )
    .await;
    assert_eq!(count(&theirs, "pg_temp._kept_rooms_site_since").await, 0);
    assert_eq!(count(&db, "_kept_rooms_site_since").await, 1);
    execute(&theirs, "DROP TABLE pg_temp._kept_rooms_site_since").await;
    theirs.close().await.unwrap();
    execute(&db, "DROP TABLE rooms CASCADE; DROP FUNCTION _kept_rooms_site_since").await;
    db.close().await.unwrap();
}
