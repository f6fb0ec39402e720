//! Errors that a revision ignores. `up` goes on after them, so its script has to.
//!
//! A statement that is known to fail on the schema is answered with the server's error. Every other one is tried with an
//! error once: where the revision goes on and does the same as without, its script carries the statement so that it may
//! fail. Anything else stops the script, which is what a revision does that passes the error on.

use migration_timescale::Capability;
use sea_orm_migration::MigrationTrait;

use super::{
    Script, Statement,
    record::{Errors, Ran, run},
};

/// What a script does when one of its statements fails.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum OnError {
    /// It stops.
    #[default]
    Stop,
    /// It goes on, as the revision does.
    GoOn,
    /// It goes on, and it is known that it fails on the schema that the script is written for. This is why.
    Fails(String),
}

/// Each statement is tried on a run of its own. A revision with more of them is taken as one that ignores none.
const MOST: usize = 200;

/// Whether the script is all that the revision ever gives: each error that a statement of it can have ends it there and then.
pub(crate) async fn stops_at_errors(revision: &dyn MigrationTrait, server: Capability, plain: &Script) -> bool {
    let count = plain.statements.len();
    // What is rolled back is not in the script.
    if plain.given != count {
        return false;
    }
    for number in 0..count {
        let errors = Errors { known: false, at: Some(number) };
        let ran = Box::pin(run(revision, plain.direction, server, &plain.before, false, errors)).await;
        if ran.error.is_none() || ran.script.given != number + 1 {
            return false;
        }
    }
    true
}

/// The script with what the revision ignores.
pub(super) async fn find(revision: &dyn MigrationTrait, server: Capability, wrapped: bool, plain: Script) -> Script {
    let (direction, before) = (plain.direction, plain.before.clone());
    let with = async |errors: Errors| {
        let ran = Box::pin(run(revision, direction, server, &before, wrapped, errors)).await;
        if ran.error.is_none() { Some(ran) } else { None }
    };
    let Some(Ran { mut script, numbers, .. }) = with(Errors { known: true, at: None }).await else {
        return plain;
    };
    let given = script.given;
    if given > MOST {
        return script;
    }
    for number in 0..given {
        let Some(place) = numbers.iter().position(|one| *one == number) else { continue };
        if script.statements[place].on_error != OnError::Stop {
            continue;
        }
        let Some(other) = with(Errors { known: true, at: Some(number) }).await else { continue };
        let without = script.statements.iter().enumerate().filter(|(at, _)| *at != place).map(|(_, one)| one);
        if same(without, &other.script.statements) {
            script.statements[place].on_error = OnError::GoOn;
        }
    }
    script
}

fn same<'s>(one: impl Iterator<Item = &'s Statement>, other: &[Statement]) -> bool {
    let text = |statement: &'s Statement| (statement.sql.as_str(), statement.transaction);
    one.map(text).eq(other.iter().map(|statement| (statement.sql.as_str(), statement.transaction)))
}
