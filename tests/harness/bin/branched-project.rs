//! A project whose history branches, where the suite can start it. `MERGED=1` adds the revision that joins the branches,
//! `ASKING=1` one that only a database can answer, `WRITTEN=1` a function and a view of PostgreSQL, and a change of the
//! function that `down` undoes wrongly, `INDEXED=1` indexes of two tables, `UNWRITTEN=1` one without `up`,
//! `PRINTING=1` one that prints.

use std::process::ExitCode;

use sea_orm::{ConnectionTrait, DbErr, Statement};
use tests::inline::{Inline, project};

#[tokio::main]
async fn main() -> ExitCode {
    let mut revisions = vec![
        Inline::table("m1_sites", "sites").area("sites"),
        Inline::table("m2_sensors", "sensors").area("sensors"),
        Inline::table("m3_lines", "lines").after(&["m1_sites"]).area("sites"),
        Inline::table("m4_probes", "probes").after(&["m2_sensors"]).area("sensors"),
    ];
    if std::env::var_os("MERGED").is_some() {
        revisions.push(Inline::new("m5_join", "", "").after(&["m3_lines", "m4_probes"]));
        revisions.push(Inline::table("m6_plants", "plants"));
    }
    if std::env::var_os("ASKING").is_some() {
        revisions.push(Inline::new("m7_asks", "", "").up_by(|manager| {
            Box::pin(async {
                let db = manager.get_connection();
                let asked = Statement::from_string(db.get_database_backend(), "SELECT count(*) AS number FROM plants");
                db.query_one_raw(asked).await?.map(drop).ok_or_else(|| DbErr::Custom("no answer".to_owned()))
            })
        }));
    }
    if std::env::var_os("UNWRITTEN").is_some() {
        let unwritten = || Err(DbErr::Migration("up() is not written yet".to_owned()));
        revisions.push(Inline::new("m7_unwritten", "", "").up_by(move |_| Box::pin(async move { unwritten() })));
    }
    if std::env::var_os("PRINTING").is_some() {
        revisions.push(Inline::table("m7_prints", "prints").up_by(|_| {
            println!("the way down is not written");
            print!("half a line");
            Box::pin(async { Ok(()) })
        }));
    }
    if std::env::var_os("INDEXED").is_some() {
        let indexes = Inline::new("m8_indexes", "CREATE INDEX sites_id ON sites (id)", "DROP INDEX sites_id");
        let indexes = indexes.then("CREATE INDEX lines_id ON lines (id)").back("DROP INDEX lines_id");
        revisions.push(indexes.after(&["m3_lines", "m4_probes"]));
    }
    if std::env::var_os("WRITTEN").is_some() {
        let view = "CREATE VIEW probe_numbers AS SELECT id FROM probes";
        let written = Inline::new("m8_touch", &touch("now()"), "DROP FUNCTION touch()").then(view);
        revisions.push(written.back("DROP VIEW probe_numbers"));
        revisions.push(Inline::new("m9_touch_later", &touch("now() + '1 s'"), &touch("now() + '2 s'")));
    }
    migration_engine::cli::run(project(&revisions)).await
}

fn touch(moment: &str) -> String {
    format!(
        "CREATE OR REPLACE FUNCTION touch() RETURNS timestamptz LANGUAGE plpgsql AS $$\nBEGIN\n  RETURN {moment};\nEND\n$$"
    )
}
