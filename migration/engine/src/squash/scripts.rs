//! What revisions do on each backend, as the files of a squashed one.

use std::collections::BTreeSet;

use migration_timescale::{Capability, Version};
use sea_orm_migration::MigrationTrait;

use crate::{
    Direction,
    error::{OfflineError, SquashError},
    recording::{self, OnError, Profile, Recorded},
    revision::squashed::{Part, Step, write},
};

/// What a squashed revision does on a backend.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Script {
    /// The backend, as `sql --backend` names it.
    pub backend: &'static str,
    /// The oldest version of TimescaleDB that it is for; zeros for the oldest there is, and where there is none.
    pub since: (u32, u32, u32),
    /// The text of the file that applies.
    pub up: String,
    /// The text of the file that reverts, or why there is none.
    pub down: Result<String, String>,
}

/// The scripts, and what was found on the way.
pub(super) struct Found {
    pub scripts: Vec<Script>,
    pub enables_timescaledb: bool,
    pub notes: Vec<String>,
}

/// Of the `members` among all revisions in `order`. `named` says that the backends were asked for by name.
pub(super) async fn of(
    order: &[&dyn MigrationTrait],
    members: &[String],
    backends: &[Profile],
    named: bool,
) -> Result<Found, SquashError> {
    let is_member = |name: &str| members.iter().any(|member| member == name);
    let until = order.iter().rposition(|one| is_member(one.name())).map_or(0, |last| last + 1);
    let order = &order[..until];
    let mut found = Found { scripts: Vec::new(), enables_timescaledb: false, notes: Vec::new() };
    let mut varying: BTreeSet<&str> = BTreeSet::new();
    for profile in backends {
        let backend = profile.capability(None).profile();
        let newest = recording::record_each(order, profile.capability(None)).await;
        refuse(order, &newest, &is_member, backend, named)?;
        let again = recording::record_each(order, profile.capability(None)).await;
        for ((one, other), revision) in newest.iter().zip(&again).zip(order) {
            if let (Ok(one), Ok(other)) = (one, other)
                && is_member(revision.name())
                && !one.says_the_same(other)
            {
                varying.insert(revision.name());
            }
        }
        let mut last: Option<Vec<Result<Recorded, OfflineError>>> = None;
        for (server, since) in servers(*profile) {
            let recorded = recording::record_each(order, server).await;
            let works = refuse(order, &recorded, &is_member, backend, named).is_ok();
            let same = last.as_ref().is_some_and(|last| says_the_same(last, &recorded));
            if !works || same {
                continue;
            }
            // Below the first version that they work on there is none.
            let since = if last.is_none() && since == Version::OLDEST.numbers() { (0, 0, 0) } else { since };
            let in_full = recording::record_in_full(order, is_member, server).await;
            let all: Vec<&Recorded> = in_full.iter().flatten().filter(|one| is_member(&one.up.revision)).collect();
            found.enables_timescaledb |= all.iter().any(|one| enables(one));
            found.scripts.push(script(&all, server, since)?);
            last = Some(recorded);
        }
    }
    let note = |name: &&str| format!("{name} does something else each time: what it did just now is what is written");
    found.notes = varying.iter().map(note).collect();
    Ok(found)
}

/// The servers that revisions are recorded for: each version of TimescaleDB from which on something else is written.
fn servers(profile: Profile) -> Vec<(Capability, (u32, u32, u32))> {
    match profile {
        Profile::Timescaledb | Profile::TimescaledbApache => {
            Version::CHANGES.into_iter().map(|version| (profile.capability(Some(version)), version.numbers())).collect()
        }
        Profile::Postgres | Profile::Sqlite | Profile::Mysql => vec![(profile.capability(None), (0, 0, 0))],
    }
}

fn says_the_same(one: &[Result<Recorded, OfflineError>], other: &[Result<Recorded, OfflineError>]) -> bool {
    one.iter().zip(other).all(|both| match both {
        (Ok(one), Ok(other)) => one.says_the_same(other),
        (Err(_), Err(_)) => true,
        _ => false,
    })
}

/// An error when one of the members cannot be recorded, or asked what was not known.
fn refuse(
    order: &[&dyn MigrationTrait],
    recorded: &[Result<Recorded, OfflineError>],
    is_member: &impl Fn(&str) -> bool,
    backend: &str,
    named: bool,
) -> Result<(), SquashError> {
    for (revision, outcome) in order.iter().zip(recorded).filter(|(revision, _)| is_member(revision.name())) {
        let reason = match outcome {
            Err(error) => Some(error.on_one_line()),
            Ok(recorded) => {
                let down = recorded.down.as_ref().ok().into_iter();
                let mut asked = std::iter::once(&recorded.up).chain(down).flat_map(|script| &script.unanswered);
                asked.next().map(|question| {
                    format!("it asks the database what only a database knows: `{}`", question.replace('\n', " "))
                })
            }
        };
        if let Some(reason) = reason {
            return Err(SquashError::Unrecorded {
                revision: revision.name().to_owned(),
                backend: backend.to_owned(),
                reason,
                ranges: beside(order, is_member, revision.name()),
                only: named,
            });
        }
    }
    Ok(())
}

/// The ranges of members before and behind one of them, where there are two or more, as `squash` takes them.
fn beside(order: &[&dyn MigrationTrait], is_member: &impl Fn(&str) -> bool, name: &str) -> Vec<String> {
    let names: Vec<&str> = order.iter().map(|one| one.name()).collect();
    let members: Vec<&str> = names.iter().copied().filter(|name| is_member(name)).collect();
    let Some(at) = members.iter().position(|member| *member == name) else { return Vec::new() };
    let before_all = names.iter().position(|name| is_member(name)).and_then(|first| first.checked_sub(1));
    let from = before_all.map_or("", |place| names[place]);
    let (before, behind) = (&members[..at], &members[at + 1..]);
    let range = |from: &str, part: &[&str]| part.last().filter(|_| part.len() > 1).map(|last| format!("{from}:{last}"));
    range(from, before).into_iter().chain(range(name, behind)).collect()
}

fn enables(recorded: &Recorded) -> bool {
    recorded.up.statements.iter().any(|one| recording::creates_extension(&one.sql, "timescaledb"))
}

fn script(members: &[&Recorded], server: Capability, since: (u32, u32, u32)) -> Result<Script, SquashError> {
    let up = members.iter().flat_map(|one| parts(one, &one.up)).collect::<Vec<_>>();
    let mut down = Ok(Vec::new());
    for one in members.iter().rev() {
        match (&mut down, &one.down) {
            (Ok(down), Ok(script)) => down.extend(parts(one, script)),
            (Ok(_), Err(error)) => down = Err(error.on_one_line()),
            (Err(_), _) => {}
        }
    }
    let text = |direction: Direction, parts: &[Part]| {
        let title = format!("What {direction} of the squashed revisions does, one after the other.");
        write(&title, server.backend(), parts).ok_or_else(|| SquashError::Unrecorded {
            revision: members.last().map_or_else(String::new, |last| last.up.revision.clone()),
            backend: server.profile().to_owned(),
            reason: "a statement has a line that begins with `-- @ `".to_owned(),
            ranges: Vec::new(),
            only: true,
        })
    };
    let down = match down {
        Ok(parts) => Ok(text(Direction::Down, &parts)?),
        Err(why) => Err(why),
    };
    Ok(Script { backend: server.profile(), since, up: text(Direction::Up, &up)?, down })
}

/// The statements of a revision, each transaction a part. What is known to fail is left out: the revision ignores it.
fn parts(revision: &Recorded, script: &recording::Script) -> Vec<Part> {
    let given = script.statements.iter().filter(|one| {
        !matches!(one.on_error, OnError::Fails(_)) && !recording::creates_extension(&one.sql, "timescaledb")
    });
    let mut parts: Vec<(Option<usize>, Part)> = Vec::new();
    for one in given {
        let step = Step { sql: one.sql.clone(), may_fail: one.on_error == OnError::GoOn };
        let transaction = if revision.in_transaction { Some(0) } else { one.transaction };
        match parts.last_mut() {
            Some((last, part)) if *last == transaction && transaction.is_some() => part.statements.push(step),
            _ => {
                let part = Part {
                    revision: script.revision.clone(),
                    in_transaction: transaction.is_some(),
                    statements: vec![step],
                };
                parts.push((transaction, part));
            }
        }
    }
    parts.into_iter().map(|(_, part)| part).collect()
}
