//! A project whose history branches, where the suite can start it. `MERGED=1` adds the revision that joins the branches.

use std::process::ExitCode;

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
    migration_engine::cli::run(project(&revisions)).await
}
