//! Rights that are too wide (PostgreSQL).

use sea_orm::DbErr;

use super::{Diagnosis, Health, ok};
use crate::{Runner, sql::rows};

const ABOUT: &str = "rights";
const QUESTION: &str = include_str!("rights.sql");

/// What everybody may, what a read-only role may beside reading, and whether the connected user may everything.
pub(super) async fn rights(runner: &Runner) -> Result<Diagnosis, DbErr> {
    let mut findings: Vec<String> = Vec::new();
    let mut health = Health::Ok;
    for row in rows(runner.connection(), QUESTION).await? {
        let is_problem = row.try_get::<String>("", "health")? == "problem";
        health = if is_problem || health == Health::Problem { Health::Problem } else { Health::Note };
        findings.push(row.try_get("", "finding")?);
    }
    if findings.is_empty() {
        return Ok(ok(ABOUT, "none is too wide".to_owned()));
    }
    Ok(Diagnosis { about: ABOUT, health, finding: findings.join("; ") })
}
