//! What the functions and options of TimescaleDB change.

use sqlparser::tokenizer::Token;

use super::{Aggregate, Columnstore, Hypertable, Model, Table, View, names::Names};
use crate::sql::parsed::{self, Call, Parsed};

/// Takes in calls such as `create_hypertable` and `ALTER TABLE … SET (timescaledb.…)`.
pub fn apply(model: &mut Model, names: Names, parsed: &Parsed) {
    if parsed.starts_with(&["select"]) || parsed.starts_with(&["call"]) {
        for call in parsed.calls("create_hypertable") {
            create_hypertable(model, names, &call);
        }
        for call in parsed.calls("add_dimension") {
            add_dimension(model, names, &call);
        }
    }
    if parsed.starts_with(&["alter", "table"])
        && let Some(table) = altered(names, &parsed.tokens[2..])
        && let Some(table) = model.tables.get_mut(&table)
    {
        set_columnstore(table, names, parsed);
    }
    if parsed.creates_continuous_aggregate() {
        create_aggregate(model, names, parsed);
    }
    if parsed.starts_with(&["alter", "materialized", "view"])
        && let Some(view) = altered(names, &parsed.tokens[3..]).and_then(|view| model.views.get_mut(&view))
        && let Some(aggregate) = &mut view.aggregate
        && let Some(materialized_only) = parsed.switch(&["materialized_only"])
    {
        aggregate.materialized_only = materialized_only;
    }
}

/// Read from the tokens: of many queries that TimescaleDB knows sqlparser knows nothing.
fn create_aggregate(model: &mut Model, names: Names, parsed: &Parsed) {
    let after = |word: &str| parsed.tokens.iter().position(|token| parsed::is_word(token, word)).map(|at| at + 1);
    let is_if = |token: &&Token| ["if", "not", "exists"].iter().any(|word| parsed::is_word(token, word));
    let Some(start) = after("view") else { return };
    let skipped = parsed.tokens[start..].iter().take_while(is_if).count();
    let Some((name, _)) = names.at_start(&parsed.tokens[start + skipped..]) else { return };
    let source = after("from").and_then(|at| names.at_start(&parsed.tokens[at..])).map(|(source, _)| source);
    let bucket =
        parsed.calls("time_bucket").iter().find_map(|call| call.argument("bucket_width", 0).map(<[_]>::to_vec));
    let aggregate = Aggregate {
        materialized_only: parsed.switch(&["materialized_only"]) != Some(false),
        source: source.unwrap_or_default(),
        bucket: bucket.unwrap_or_default(),
    };
    let reads = names.words(&parsed.tokens).collect();
    model.views.entry(name).or_insert(View { aggregate: Some(aggregate), reads });
}

/// The table or view that `ALTER TABLE` names.
fn altered(names: Names, tokens: &[Token]) -> Option<String> {
    let start =
        tokens.iter().position(|token| !["if", "exists", "only"].iter().any(|word| parsed::is_word(token, word)));
    names.at_start(&tokens[start?..]).map(|(name, _)| name)
}

/// The column of `by_range('c', …)`, `by_hash('c', …)` or `'c'`.
fn dimension(argument: &[Token]) -> String {
    let built =
        ["by_range", "by_hash"].into_iter().find_map(|builder| parsed::calls(argument, builder).into_iter().next());
    match &built {
        Some(call) => Names::literal_column(call.argument("column_name", 0).unwrap_or_default()),
        None => Names::literal_column(argument),
    }
}

fn create_hypertable(model: &mut Model, names: Names, call: &Call) {
    let Some(name) = call.argument("relation", 0).and_then(|argument| names.relation(argument)) else { return };
    let time = call.argument("dimension", 1).or_else(|| call.argument("time_column_name", 1));
    let Some(time) = time.map(dimension) else { return };
    let mut dimensions = vec![time];
    // The form before 2.13 names a second, hashed dimension.
    dimensions.extend(
        call.argument("partitioning_column", 2)
            .filter(|argument| matches!(argument.first(), Some(Token::SingleQuotedString(_))))
            .map(Names::literal_column),
    );
    let off = |argument: &[Token]| !parsed::is_true(&parsed::value(argument));
    let default_indexes = !call.argument("create_default_indexes", usize::MAX).is_some_and(off);
    become_hypertable(model.tables.entry(name.clone()).or_default(), &name, dimensions, default_indexes);
}

fn become_hypertable(table: &mut Table, name: &str, dimensions: Vec<String>, default_indexes: bool) {
    if table.hypertable.is_some() {
        return;
    }
    if default_indexes && let Some(time) = dimensions.first() {
        let covered = table.index_columns.values().any(|columns| columns.first() == Some(time));
        if !covered {
            table.add_index(format!("{name}_{time}_idx"), vec![time.clone()]);
        }
    }
    table.hypertable = Some(Hypertable { dimensions, columnstore: None });
}

fn add_dimension(model: &mut Model, names: Names, call: &Call) {
    let table = call.argument("hypertable", 0).and_then(|argument| names.relation(argument));
    let column = call.argument("dimension", 1).or_else(|| call.argument("column_name", 1)).map(dimension);
    let (Some(table), Some(column)) = (table, column) else { return };
    if let Some(hypertable) = model.tables.get_mut(&table).and_then(|table| table.hypertable.as_mut())
        && !hypertable.dimensions.contains(&column)
    {
        hypertable.dimensions.push(column);
    }
}

/// `CREATE TABLE … WITH (tsdb.hypertable, tsdb.partition_column = 'c', …)`.
pub fn create_table_with(table: &mut Table, name: &str, names: Names, parsed: &Parsed) {
    if parsed.switch(&["hypertable"]) != Some(true) {
        return;
    }
    // Without a name it is the only column of a time type.
    let is_time = |data_type: &str| data_type.to_ascii_lowercase().starts_with("timestamp");
    let guessed = || table.columns.iter().find(|column| is_time(&column.data_type)).map(|column| column.name.clone());
    let Some(time) = parsed.option(&["partition_column"]).map(str::to_owned).or_else(guessed) else { return };
    let default_indexes = parsed.switch(&["create_default_indexes"]) != Some(false);
    become_hypertable(table, name, vec![time], default_indexes);
    set_columnstore(table, names, parsed);
    // Since 2.20 such a table has its columnstore enabled unless it says otherwise.
    let enabled = parsed.switch(&["columnstore", "enable_columnstore", "compress"]) != Some(false);
    if let Some(hypertable) = table.hypertable.as_mut().filter(|_| enabled) {
        hypertable.columnstore.get_or_insert_default();
    }
}

fn set_columnstore(table: &mut Table, names: Names, parsed: &Parsed) {
    let Some(hypertable) = table.hypertable.as_mut() else { return };
    let segment_by = parsed.option(&["segmentby", "compress_segmentby"]);
    let order_by = parsed.option(&["orderby", "compress_orderby"]);
    match parsed.switch(&["enable_columnstore", "columnstore", "compress"]) {
        Some(false) => {
            hypertable.columnstore = None;
            return;
        }
        None if segment_by.is_none() && order_by.is_none() => return,
        Some(true) | None => {}
    }
    let settings: &mut Columnstore = hypertable.columnstore.get_or_insert_default();
    if let Some(columns) = segment_by {
        settings.segment_by = names.list(columns);
    }
    if let Some(columns) = order_by {
        settings.order_by = names.list(columns);
    }
}
