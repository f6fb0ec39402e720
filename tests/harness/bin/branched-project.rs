//! A project whose history branches, where the suite can start it. `MERGED=1` adds the revision that joins the branches,
//! `ASKING=1` one that only a database can answer.

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
    migration_engine::cli::run(project(&revisions)).await
}
