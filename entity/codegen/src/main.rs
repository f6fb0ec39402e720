//! Writes `entity/src/<area>/generated` and `views` from the empty scratch database that `DATABASE_URL` names: a TimescaleDB
//! with the full licence. `make entities` starts one for it.

use std::{error::Error, process::ExitCode};

#[tokio::main]
async fn main() -> ExitCode {
    let Ok(url) = std::env::var("DATABASE_URL") else {
        eprintln!("error: DATABASE_URL is not set; run `make entities`, which starts a scratch database");
        return ExitCode::FAILURE;
    };
    match entity_codegen::write(&url).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let cause = error.source().map(|cause| format!(": {cause}")).unwrap_or_default();
            eprintln!("error: {error}{cause}");
            ExitCode::FAILURE
        }
    }
}
