//! Pairs of entity sets that are made up, before and after: over the column types that SeaORM has, and every change that
//! the difference knows, under names that have to be quoted. Seeded: pair 7 is the same on every machine.
//!
//! # How to add a change
//!
//! A [`change::Kind`], and what it does in [`change::Changes::make`].

mod change;
mod shape;

use std::{collections::BTreeMap, fmt::Write};

use migration_engine::{
    Project,
    propose::{Compared, Options},
    sea_orm_migration::MigrationTrait,
};
use tests::{TestDatabase, on_every_backend};

use self::{
    change::{Changes, KINDS},
    shape::Shape,
};
use super::proved;

on_every_backend!(pairs_are_proved);

/// How many pairs `make test` tries on each backend; `FROM_ENTITIES_PAIRS` is another number.
const PAIRS: u64 = 12;

/// Numbers that look like chance (splitmix64).
struct Chance(u64);

impl Chance {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        usize::try_from((mixed ^ (mixed >> 31)) % limit as u64).unwrap()
    }

    fn one_in(&mut self, number: usize) -> bool {
        self.below(number) == 0
    }

    fn one_of<T: Clone>(&mut self, all: &[T]) -> T {
        all[self.below(all.len())].clone()
    }
}

async fn pairs_are_proved(database: TestDatabase) {
    let number = |name: &str| std::env::var(name).ok().and_then(|number| number.parse::<u64>().ok());
    let pairs = number("FROM_ENTITIES_PAIRS").unwrap_or(PAIRS);
    let first = number("FROM_ENTITIES_FIRST").unwrap_or(0);
    let mut tried: BTreeMap<&str, u64> = KINDS.iter().map(|kind| (kind.name(), 0)).collect();
    let mut types: BTreeMap<String, u64> = BTreeMap::new();
    for seed in first..first + pairs {
        let changes = Box::pin(tried_pair(&database, seed, &mut types)).await;
        for change in changes.done {
            *tried.entry(change.name()).or_default() += 1;
        }
    }
    let mut table = format!("{pairs} pairs on {:?}, with columns of {} types\n", database.backend(), types.len());
    for (change, count) in &tried {
        let _ = writeln!(table, "{count:5}  {change}");
    }
    print!("{table}");
    let untried: Vec<_> = tried.iter().filter(|(_, count)| **count == 0).collect();
    assert!(pairs < PAIRS || untried.len() < KINDS.len() / 2, "{table}");
    assert!(pairs < 100 || untried.is_empty(), "{table}");
}

async fn tried_pair(database: &TestDatabase, seed: u64, types: &mut BTreeMap<String, u64>) -> Changes {
    let mut chance = Chance(seed);
    let first = Shape::made_up(&mut chance, database.backend());
    for data_type in first.types() {
        *types.entry(data_type).or_default() += 1;
    }
    // Each kind comes up once in as many pairs as there are kinds.
    let mut changes = Changes::of(&first, database.backend());
    changes.make(&mut chance, KINDS[usize::try_from(seed).unwrap() % KINDS.len()]);
    for _ in 0..=chance.below(4) {
        let kind = chance.one_of(KINDS);
        changes.make(&mut chance, kind);
    }
    changes.finish();

    let empty = database.runner_of(Project::of(Vec::new()).entities(first.entities())).await;
    let made = Compared::read(&empty).await.unwrap().proposal("m1_made", &Options::default());
    let made = made.unwrap_or_else(|open| panic!("pair {seed}: {open:?}"));
    empty.close().await;
    let revisions: Vec<Box<dyn MigrationTrait>> = vec![made.revision()];
    let runner = database.runner_of(Project::of(revisions).entities(changes.after().entities())).await;
    let compared = Compared::read(&runner)
        .await
        .unwrap_or_else(|error| panic!("pair {seed}: {}\n{first:#?}", error.on_one_line()));
    match compared.proposal("m2_changed", &changes.options()) {
        // What is left to the author is said by its name, and nothing else is.
        Err(open) => {
            let said: Vec<String> = open.iter().map(ToString::to_string).collect();
            println!("pair {seed}: left to the author: {}", said.join("; "));
            assert!(!changes.left.is_empty(), "pair {seed}: {said:#?}");
            for one in &changes.left {
                assert!(said.iter().any(|said| said.contains(one)), "pair {seed}: {one} is not among {said:#?}");
            }
        }
        Ok(proposal) => {
            println!("pair {seed}: {}", proposal.lines().join("; "));
            assert!(changes.left.is_empty(), "pair {seed}: {:?}", changes.left);
            if !proposal.is_empty() {
                proved(&runner, &compared, &proposal).await;
            }
        }
    }
    runner.close().await;
    changes
}
