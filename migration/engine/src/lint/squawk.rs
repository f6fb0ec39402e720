//! squawk's rules, those that hold for a SeaORM project on PostgreSQL and TimescaleDB.
//!
//! A script is rendered as the file that a client would run, so that squawk sees its transactions. What it then says is
//! left out where TimescaleDB refuses the advice or a rule of this engine says it better: [`CHOSEN`] has the choice with
//! its exceptions, [`LEFT_OUT`] the rest with the reason.
//!
//! # How to add a rule of squawk
//!
//! Move its row from [`LEFT_OUT`] to [`CHOSEN`]. A new version of squawk with rules that are in neither fails a test.

use sea_orm::DbBackend;
use sqlparser::ast::{AlterColumnOperation, AlterTableOperation, TableConstraint};
use squawk_linter::{Linter, Rule, Violation};
use squawk_syntax::SourceFile;

use crate::{
    Direction,
    recording::Script,
    revision::kept,
    sql::{apart::Apart, parsed::Parsed},
};

use super::{
    Finding, Source,
    context::{Context, NAMES, alterations},
    rules, shown,
};

/// A rule of squawk that is used.
#[derive(Clone, Copy, Debug)]
pub struct Chosen {
    /// Its name.
    pub name: &'static str,
    /// What it finds, in one sentence.
    pub summary: &'static str,
    /// Where it holds.
    pub holds: Holds,
}

/// Where a rule of squawk holds. But for [`Holds::Always`], none holds for a table that the same revision, or its run,
/// makes: nobody uses it yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holds {
    /// Both ways, on every table.
    Always,
    /// Not for `down`: it reverts what `up` did, and whoever runs it has already put the older programs back.
    OnlyUp,
    /// Not on hypertables, which refuse the advice (CONCURRENTLY, or a constraint made of such an index).
    NotOnHypertables,
    /// Not on hypertables with columnstore, which refuse the advice (NOT VALID and VALIDATE CONSTRAINT, or a rewrite);
    /// rules of this engine say what works there.
    NotOnColumnstores,
    /// The same, and not for a type that takes all that the old one did: nothing is rewritten.
    NotForWiderTypes,
    /// Where [`Self::NotOnColumnstores`] holds, and not for foreign keys: `adding-foreign-key-constraint` is about these.
    NotForForeignKeys,
    /// Where [`Self::NotOnColumnstores`] holds, and not for a foreign key to a hypertable, which should not be there at all.
    NotToHypertables,
}

const fn chosen(name: &'static str, holds: Holds, summary: &'static str) -> Chosen {
    Chosen { name, summary, holds }
}

/// The rules that are used.
pub const CHOSEN: &[Chosen] = &[
    chosen(
        "constraint-missing-not-valid",
        Holds::NotForForeignKeys,
        "A constraint added without NOT VALID keeps readers and writers out while it reads the table.",
    ),
    chosen(
        "adding-field-with-default",
        Holds::NotOnColumnstores,
        "A new column with a volatile default rewrites the table.",
    ),
    chosen(
        "adding-foreign-key-constraint",
        Holds::NotToHypertables,
        "A foreign key added without NOT VALID locks both tables while it reads one.",
    ),
    chosen(
        "changing-column-type",
        Holds::NotForWiderTypes,
        "A changed column type rewrites the table and breaks running programs.",
    ),
    chosen(
        "adding-not-nullable-field",
        Holds::NotOnColumnstores,
        "SET NOT NULL reads the whole table under an exclusive lock.",
    ),
    chosen(
        "adding-serial-primary-key-field",
        Holds::NotOnHypertables,
        "A primary key added to a table builds its index under an exclusive lock.",
    ),
    chosen(
        "disallowed-unique-constraint",
        Holds::NotOnHypertables,
        "A unique constraint builds its index under an exclusive lock.",
    ),
    chosen("require-concurrent-reindex", Holds::NotOnHypertables, "REINDEX without CONCURRENTLY keeps writers out."),
    chosen(
        "require-concurrent-partition-detach",
        Holds::Always,
        "DETACH PARTITION without CONCURRENTLY locks the parent.",
    ),
    chosen(
        "prefer-repack",
        Holds::NotOnHypertables,
        "VACUUM FULL and CLUSTER keep everybody out while they rewrite the table.",
    ),
    chosen("prefer-timestamp-tz", Holds::Always, "A timestamp without time zone changes its meaning with the session."),
    chosen("ban-char-field", Holds::Always, "char(n) pads its values with spaces."),
    chosen("identifier-too-long", Holds::Always, "PostgreSQL cuts names after 63 bytes."),
    chosen("transaction-nesting", Holds::Always, "BEGIN and COMMIT do not nest."),
    chosen("ban-uncommitted-transaction", Holds::Always, "A transaction is begun and not committed."),
    chosen("ban-duplicate-column-assignments", Holds::Always, "An UPDATE sets one column twice."),
    chosen(
        "ban-create-domain-with-constraint",
        Holds::Always,
        "The constraint of a domain cannot be changed without reading every table that uses it.",
    ),
    chosen(
        "ban-alter-domain-with-add-constraint",
        Holds::Always,
        "A new constraint on a domain reads every table that uses it.",
    ),
    chosen("ban-truncate-cascade", Holds::Always, "TRUNCATE CASCADE empties tables that the statement does not name."),
    chosen("ban-drop-database", Holds::Always, "A revision drops a database."),
    chosen("ban-drop-schema", Holds::OnlyUp, "Running programs lose the schema."),
    chosen("ban-drop-extension", Holds::OnlyUp, "Running programs lose the extension, and columns of its types."),
    chosen("ban-drop-table", Holds::OnlyUp, "Running programs lose the table."),
    chosen("ban-drop-column", Holds::OnlyUp, "Running programs lose the column."),
    chosen("ban-drop-view", Holds::OnlyUp, "Running programs lose the view."),
    chosen("ban-drop-function", Holds::OnlyUp, "Running programs lose the function."),
    chosen("ban-drop-type", Holds::OnlyUp, "Running programs lose the type."),
    chosen("ban-drop-domain", Holds::OnlyUp, "Running programs lose the domain."),
    chosen("ban-drop-sequence", Holds::OnlyUp, "Running programs lose the sequence."),
    chosen(
        "ban-drop-default",
        Holds::OnlyUp,
        "Running programs that leave the column out begin to fail or to write nulls.",
    ),
    chosen("ban-drop-not-null", Holds::OnlyUp, "Running programs may read nulls they do not expect."),
    chosen("ban-drop-generated-expression", Holds::OnlyUp, "Running programs do not write the column."),
    chosen("ban-alter-identity", Holds::OnlyUp, "Running programs may write the column, or not write it."),
    chosen("ban-set-schema", Holds::OnlyUp, "Running programs look in the old schema."),
    chosen("renaming-column", Holds::OnlyUp, "Running programs use the old name."),
    chosen("renaming-table", Holds::OnlyUp, "Running programs use the old name."),
    chosen("renaming-object", Holds::OnlyUp, "Running programs use the old name."),
];

/// squawk's default rules that are not used, and why.
pub const LEFT_OUT: &[(&str, &str)] = &[
    ("require-concurrent-index-creation", "blocking-index says what works on hypertables too"),
    (
        "ban-concurrent-index-creation-in-transaction",
        "concurrently-in-transaction also sees several statements in one text",
    ),
    ("require-concurrent-index-deletion", "the lock is short, and the runner gives up waiting for it before it hurts"),
    ("adding-required-field", "required-column-without-default has the error codes and knows new tables"),
    ("require-lock-timeout", "the runner sets lock_timeout for every revision"),
    ("require-statement-timeout", "the runner has an option for it; a long index build must not be cut off"),
    (
        "prefer-robust-stmts",
        "IF NOT EXISTS hides half-done work; a revision looks at what is there instead, and the runner records what is done",
    ),
    ("ban-drop-constraint", "a check is changed by dropping it and adding another"),
    ("require-enum-value-ordering", "new values go to the end unless a revision says otherwise"),
    ("prefer-bigint-over-int", "style: the width is the model's choice"),
    ("prefer-bigint-over-smallint", "style: the width is the model's choice"),
    ("prefer-identity", "style: SeaORM writes serial"),
    ("prefer-text-field", "style: SeaORM writes varchar, and a length may be part of a contract"),
    ("unused-ignore", "suppressions are `Allowed` values with a reason, not comments"),
];

/// What decides whether squawk's advice holds for a statement.
#[derive(Clone, Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "facts, each true or not by itself")]
pub struct Subject {
    table: Option<String>,
    is_new: bool,
    is_hypertable: bool,
    has_columnstore: bool,
    adds_only_keys: bool,
    adds_only_foreign_keys: bool,
    only_widens_types: bool,
    refers_to_hypertable: bool,
}

impl Subject {
    /// What the statement is about.
    pub fn of(context: &Context<'_>, parsed: &Parsed) -> Self {
        let table = context.target(parsed);
        let name = table.as_deref().unwrap_or_default();
        Self {
            is_new: context.is_new(name),
            is_hypertable: context.hypertable(name).is_some(),
            has_columnstore: context.columnstore(name).is_some(),
            adds_only_keys: adds_only(parsed, |constraint| {
                matches!(constraint, TableConstraint::Unique(_) | TableConstraint::PrimaryKey(_))
            }),
            adds_only_foreign_keys: adds_only(parsed, |constraint| {
                matches!(constraint, TableConstraint::ForeignKey(_))
            }),
            only_widens_types: widens_types(context, parsed),
            refers_to_hypertable: rules::refers_to_hypertable(context, parsed).is_some(),
            table,
        }
    }

    fn is_exempt(&self, chosen: &Chosen, direction: Direction) -> bool {
        let is_kept = || self.table.as_ref().is_some_and(|table| table.starts_with(kept::PREFIX));
        match chosen.holds {
            Holds::Always => false,
            Holds::OnlyUp => direction == Direction::Down || self.is_new || is_kept(),
            Holds::NotOnHypertables => self.is_hypertable || self.is_new,
            // PostgreSQL has no NOT VALID for keys; squawk's rules about keys say what works.
            Holds::NotOnColumnstores => self.has_columnstore || self.is_new || self.adds_only_keys,
            Holds::NotForWiderTypes => self.has_columnstore || self.is_new || self.only_widens_types,
            Holds::NotForForeignKeys => {
                self.adds_only_foreign_keys || self.has_columnstore || self.is_new || self.adds_only_keys
            }
            Holds::NotToHypertables => self.refers_to_hypertable || self.has_columnstore || self.is_new,
        }
    }
}

/// Whether it adds constraints of this kind to a table and does nothing else.
fn adds_only(parsed: &Parsed, is_one: impl Fn(&TableConstraint) -> bool) -> bool {
    let mut operations = alterations(parsed).map(|(_, operation)| operation).peekable();
    operations.peek().is_some()
        && operations.all(
            |operation| matches!(operation, AlterTableOperation::AddConstraint { constraint, .. } if is_one(constraint)),
        )
}

/// Whether each type that it gives to a column takes every value of the one before, as it is stored.
fn widens_types(context: &Context<'_>, parsed: &Parsed) -> bool {
    alterations(parsed).all(|(table, operation)| {
        let AlterTableOperation::AlterColumn { column_name, op } = operation else { return true };
        let AlterColumnOperation::SetDataType { data_type, using, .. } = op else { return true };
        let Some(known) = context.before.tables.get(&table).filter(|_| using.is_none()) else { return false };
        let column = known.columns.iter().find(|column| column.name == NAMES.ident(column_name));
        column.is_some_and(|column| is_wider(&column.data_type, &data_type.to_string()))
    })
}

fn is_wider(old: &str, new: &str) -> bool {
    if old.eq_ignore_ascii_case(new) {
        return true;
    }
    let (Some(old), Some(new)) = (Type::of(old), Type::of(new)) else { return false };
    old.name == new.name
        && match (old.limits.as_slice(), new.limits.as_slice()) {
            (_, []) => true,
            ([old], [new]) => old <= new,
            ([old, digits], [new, same]) => old <= new && digits == same,
            _ => false,
        }
}

/// A type whose length or precision may grow without a change of what is stored.
struct Type {
    name: &'static str,
    /// The length, or precision and scale; nothing where there is no limit.
    limits: Vec<u32>,
}

impl Type {
    fn of(text: &str) -> Option<Self> {
        let text = text.to_ascii_lowercase();
        let (name, limits) = text.split_once('(').unwrap_or((&text, ")"));
        let limits = limits.strip_suffix(')')?.split(',').map(str::trim).filter(|limit| !limit.is_empty());
        let mut limits: Vec<u32> = limits.map(str::parse).collect::<Result<_, _>>().ok()?;
        let name = match name.trim() {
            "text" | "varchar" | "character varying" => "text",
            "numeric" | "decimal" => "numeric",
            "varbit" | "bit varying" => "varbit",
            _ => return None,
        };
        if name == "numeric" && limits.len() == 1 {
            limits.push(0);
        }
        Some(Self { name, limits })
    }
}

/// What squawk finds in a script; `subjects` are those of each text in it.
pub fn check(script: &Script, subjects: &[Vec<Subject>]) -> Vec<Finding> {
    let (text, starts) = render(script);
    let rules: Vec<Rule> = CHOSEN.iter().filter_map(|chosen| Rule::try_from(chosen.name).ok()).collect();
    let violations = Linter::from(rules).lint(&SourceFile::parse(&text), &text);
    let mut findings = Vec::new();
    for violation in violations {
        let at = usize::from(violation.text_range.start());
        let Some(index) = starts.partition_point(|start| *start <= at).checked_sub(1) else { continue };
        let name = violation.code.to_string();
        let Some(chosen) = CHOSEN.iter().find(|chosen| chosen.name == name) else { continue };
        let (place, statement) = statement_at(&script.statements[index].sql, at - starts[index]);
        let exempt = |subject: &Subject| subject.is_exempt(chosen, script.direction);
        if !subjects[index].get(place).is_some_and(exempt) {
            findings.push(finding(script, &statement, chosen, violation));
        }
    }
    findings
}

/// Which of the statements of a text is at a place in it, and the statement.
fn statement_at(sql: &str, at: usize) -> (usize, String) {
    let (mut end, mut found) = (0, (0, sql.to_owned()));
    for (place, (statement, _)) in Apart::of(DbBackend::Postgres, sql).statements().iter().enumerate() {
        let Some(start) = sql[end..].find(statement).map(|start| end + start) else { break };
        if start > at {
            break;
        }
        end = start + statement.len();
        found = (place, statement.clone());
    }
    found
}

fn finding(script: &Script, statement: &str, chosen: &Chosen, violation: Violation) -> Finding {
    Finding {
        revision: script.revision.clone(),
        direction: script.direction,
        rule: chosen.name,
        statement: shown(DbBackend::Postgres, statement),
        message: violation.message,
        instead: instead(chosen.name)
            .map_or_else(|| violation.help.unwrap_or_else(|| chosen.summary.to_owned()), str::to_owned),
        source: Source::Squawk,
        allowed: None,
        accepted: false,
    }
}

/// What works on every kind of table, where squawk's advice is for one of them.
fn instead(rule: &str) -> Option<&'static str> {
    match rule {
        "adding-not-nullable-field" => Some(
            "Call `revision::constraints::set_not_null` outside of a transaction: it does what the table needs, with a \
             columnstore or without.",
        ),
        "constraint-missing-not-valid" => Some(
            "Call `revision::constraints::add_check` outside of a transaction, which does what the table needs; another \
             constraint: `NOT VALID`, and `VALIDATE CONSTRAINT` in a later transaction.",
        ),
        _ => None,
    }
}

/// The file, and where each statement starts in it.
fn render(script: &Script) -> (String, Vec<usize>) {
    let (mut text, mut starts, mut open) = (String::new(), Vec::new(), None);
    for statement in &script.statements {
        if open != statement.transaction {
            text.push_str(if open.is_some() { "COMMIT;\n" } else { "" });
            text.push_str(if statement.transaction.is_some() { "BEGIN;\n" } else { "" });
            open = statement.transaction;
        }
        starts.push(text.len());
        text.push_str(&statement.sql);
        text.push_str(";\n");
    }
    text.push_str(if open.is_some() { "COMMIT;\n" } else { "" });
    (text, starts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_default_rule_is_decided_on() {
        let defaults: Vec<String> = Linter::with_default_rules().rules.iter().map(ToString::to_string).collect();
        let chosen = || CHOSEN.iter().map(|chosen| chosen.name);
        let left_out = || LEFT_OUT.iter().map(|(name, _)| *name);
        for name in &defaults {
            assert!(chosen().any(|chosen| chosen == name) != left_out().any(|left_out| left_out == name), "{name}");
        }
        for name in chosen().chain(left_out()) {
            assert!(defaults.iter().any(|default| default == name), "squawk has no default rule {name}");
        }
    }
}
