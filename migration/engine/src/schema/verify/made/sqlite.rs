//! Columns, keys and values of SQLite.

/// Virtual tables and those behind them are left out: their content is their module's. The one column of an integer
/// primary key is the row's number.
pub(super) const COLUMNS: &str = include_str!("sqlite_columns.sql");

/// A key that names no column refers to the primary key.
pub(super) const KEYS: &str = "SELECT l.name AS table_name, CAST(k.id AS text) AS key_name, k.\"from\" AS name, k.\"table\" AS parent, NULL AS parent_schema, \
     coalesce(k.\"to\", (SELECT p.name FROM pragma_table_info(k.\"table\") p WHERE p.pk = k.seq + 1), '') AS parent_column \
     FROM pragma_table_list l JOIN pragma_foreign_key_list(l.name) k WHERE l.schema = 'main' AND l.type = 'table' ORDER BY l.name, k.id, k.seq";

/// Values of a declared type. SQLite reads such names as loosely: it looks for pieces of words.
pub(super) fn values(declared: &str) -> Vec<String> {
    let has = |piece: &str| declared.contains(piece);
    let length = declared.split_once('(').and_then(|(_, rest)| rest.trim_end_matches(')').trim().parse::<usize>().ok());
    let within = |value: &str| match length {
        Some(length) => format!("substr({value}, 1, {length})"),
        None => value.to_owned(),
    };
    let values: &[&str] = if has("bool") || has("tinyint") {
        &["1", "0"]
    } else if has("interval") {
        &["'1 day'"]
    } else if has("int") {
        &["71", "1"]
    } else if has("uuid") && has("text") {
        &["'5eed0000-0000-4000-8000-000000000071'"]
    } else if has("json") {
        &["'{}'", "'[]'"]
    } else if has("datetime") || has("timestamp") {
        &["'2001-02-03 04:05:06'", "'2001-02-03T04:05:06Z'"]
    } else if has("date") {
        &["'2001-02-03'"]
    } else if has("time") {
        &["'04:05:06'"]
    } else if has("char") || has("clob") || has("text") {
        return ["'made by verify'", "'{}'", "'[]'", "'2001-02-03T04:05:06Z'"].map(within).into();
    } else if has("real") || has("floa") || has("doub") || has("num") || has("dec") {
        &["71.5", "0.5"]
    } else {
        &["X'5EED0000000040008000000000000071'"]
    };
    values.iter().map(|value| (*value).to_owned()).collect()
}
