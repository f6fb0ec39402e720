//! An applied revision that has another name in the code: it is recognised by what it does, and written down anew when
//! somebody says so.

use migration_engine::{Project, error::Renamed, schema::drift::drift};
use tests::{
    Backend, TestDatabase,
    fixtures::applied,
    inline::{Inline, project},
    on_every_backend,
};

on_every_backend!(only: [postgres, mariadb, sqlite], "TimescaleDB changes nothing about names"; a_renamed_revision_is_recognised);

/// Tables of months look alike, and are others: the one that is exactly the same is named before those.
#[tokio::test]
async fn the_one_that_is_exactly_the_same_is_named_first() {
    let database = TestDatabase::create(Backend::Sqlite).await;
    let runner = database.runner_of(project(&[Inline::table("m1_november", "r_2026_11")])).await;
    runner.up(None).await.unwrap();
    runner.close().await;
    let december = || Inline::table("m2_december", "r_2026_12");
    for (revisions, new, other_values) in [
        (vec![december(), Inline::table("m3_november", "r_2026_11")], "m3_november", false),
        (vec![december()], "m2_december", true),
    ] {
        let runner = database.runner_of(project(&revisions)).await;
        let renamed = runner.renamed(&runner.records().await.unwrap()).await;
        assert_eq!(renamed, [Renamed { old: "m1_november".to_owned(), new: new.to_owned(), other_values }]);
        assert_eq!(renamed[0].to_string().contains("but for values and dates"), other_values);
        runner.close().await;
    }
}

fn named(second: &'static str) -> Project {
    project(&[Inline::table("m1_sites", "sites"), Inline::table(second, "halls"), Inline::table("m3_doors", "doors")])
}

async fn a_renamed_revision_is_recognised(database: TestDatabase) {
    let runner = database.runner_of(named("m2_hall")).await;
    runner.up(Some(2)).await.unwrap();
    let known = runner.records().await.unwrap().entries["m2_hall"].clone();
    runner.close().await;

    let runner = database.runner_of(named("m2_halls")).await;
    let renamed = Renamed { old: "m2_hall".to_owned(), new: "m2_halls".to_owned(), other_values: false };
    assert_eq!(runner.renamed(&runner.records().await.unwrap()).await, [renamed]);
    for error in [
        runner.up(None).await.unwrap_err(),
        runner.down(None).await.unwrap_err(),
        runner.status().await.map(drop).unwrap_err(),
    ] {
        let line = error.on_one_line();
        for words in ["missing from the code: m2_hall", "m2_halls does the same", "stamp --renamed m2_hall m2_halls"] {
            assert!(line.contains(words), "{line}");
        }
    }
    for (old, new, why) in [
        ("m2_hall", "m3_doors", "do not do the same"),
        ("m2_hall", "m1_sites", "is applied itself"),
        ("m2_hall", "m4_none", "no revision of the second name"),
        ("m4_none", "m2_halls", "is not applied"),
        ("m1_sites", "m2_halls", "the code has the first too"),
    ] {
        let line = runner.rename(old, new).await.unwrap_err().on_one_line();
        assert!(line.contains(why) && line.contains("nothing was changed"), "{line}");
    }
    runner.rename("m2_hall", "m2_halls").await.unwrap();
    let records = runner.records().await.unwrap();
    assert_eq!(applied(runner.connection()).await, ["m1_sites", "m2_halls"]);
    let now = &records.entries["m2_halls"];
    assert_eq!((&now.checksum, now.finished_at), (&known.checksum, known.finished_at));
    assert_eq!(runner.up(None).await.unwrap(), ["m3_doors"]);
    assert_eq!(drift(&runner).await.unwrap(), []);
    assert_eq!(runner.down(Some(2)).await.unwrap(), ["m3_doors", "m2_halls"]);
}
