//! `REINDEX` on hypertables.

use super::prelude::*;

/// The rule.
pub const RULE: Rule = Rule {
    name: "reindex-of-hypertable",
    summary: "A hypertable takes neither REINDEX CONCURRENTLY nor REINDEX INDEX.",
    code: Some("0A000"),
    backend: Dialect::Postgres,
    versions: Versions::ALL,
    instead: "REINDEX the chunks one after the other, or the whole hypertable with `REINDEX TABLE` at a quiet time.",
    check,
    examples: &[
        Example {
            setup: &[HYPERTABLE],
            failing: Sql::Outside(&["REINDEX TABLE CONCURRENTLY readings"]),
            passing: Sql::Outside(&["REINDEX TABLE readings"]),
            proof: Proof::Refused("0A000"),
            servers: Servers::Native,
        },
        Example {
            setup: &[HYPERTABLE, &["CREATE INDEX by_value ON readings (value)"]],
            failing: Sql::Outside(&["REINDEX INDEX by_value"]),
            passing: Sql::Outside(&["REINDEX TABLE readings"]),
            proof: Proof::Refused("0A000"),
            servers: Servers::Native,
        },
    ],
};

fn check(context: &Context<'_>, parsed: &Parsed) -> Option<String> {
    if !parsed.starts_with(&["reindex"]) {
        return None;
    }
    let concurrently = parsed.tokens.iter().any(|token| is_word(token, "concurrently"));
    let start = parsed.tokens.iter().position(|token| ["table", "index"].iter().any(|word| is_word(token, word)))?;
    let of_index = is_word(&parsed.tokens[start], "index");
    let after = parsed.tokens.get(start + 1).is_some_and(|token| is_word(token, "concurrently"));
    let (name, _) = NAMES.at_start(parsed.tokens.get(start + 1 + usize::from(after)..)?)?;
    let table = if of_index { context.table_of_index(&name)?.to_owned() } else { name };
    context.hypertable(&table)?;
    (concurrently || of_index).then(|| format!("`{table}` is a hypertable"))
}
