//! What a session of ours is set to, whatever the server, the database and the role say.
//!
//! What the engine, the adapter and the meaning of a revision depend on. Limits that protect a server from its clients are
//! lifted for the engine alone: [`POSTGRES_UNLIMITED`] and [`MYSQL_UNLIMITED`].

/// PostgreSQL, by name. TimescaleDB stores the intervals of jobs as text, in the style of whoever makes them.
pub const POSTGRES: &[(&str, &str)] = &[
    ("client_encoding", "UTF8"),
    ("standard_conforming_strings", "on"),
    // SeaORM writes a quote in a text as \'.
    ("backslash_quote", "safe_encoding"),
    ("DateStyle", "ISO, MDY"),
    ("IntervalStyle", "postgres"),
    ("TimeZone", "UTC"),
    ("extra_float_digits", "1"),
    ("bytea_output", "hex"),
    ("xmlbinary", "base64"),
    ("quote_all_identifiers", "off"),
    ("transform_null_equals", "off"),
    ("array_nulls", "on"),
    ("check_function_bodies", "on"),
    ("default_transaction_isolation", "read committed"),
    ("default_transaction_deferrable", "off"),
    // Without them TimescaleDB 2.29 takes its own aggregates for invalid.
    ("enable_indexscan", "on"),
    ("enable_indexonlyscan", "on"),
    ("enable_bitmapscan", "on"),
];

/// PostgreSQL, for a run that may take as long as it takes. Versions before 14 and 17 do not have the last two.
pub const POSTGRES_UNLIMITED: &[(&str, &str)] = &[
    ("statement_timeout", "0"),
    ("idle_in_transaction_session_timeout", "0"),
    ("idle_session_timeout", "0"),
    ("transaction_timeout", "0"),
];

/// MySQL and MariaDB: one text of several statements. What only one of the two has is in a comment that the other skips.
pub const MYSQL: &str = "SET SESSION sql_mode = 'STRICT_TRANS_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION,PIPES_AS_CONCAT', \
     time_zone = '+00:00', autocommit = 1, completion_type = 'NO_CHAIN', foreign_key_checks = 1, unique_checks = 1, \
     group_concat_max_len = 1048576, sql_auto_is_null = 0, sql_big_selects = 1, sql_quote_show_create = 1, \
     sql_safe_updates = 0, sql_select_limit = 18446744073709551615, max_sort_length = 1024 /*M!100201 , check_constraint_checks = 1 */; \
     SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ; SET NAMES utf8mb4 COLLATE utf8mb4_unicode_ci";

/// MySQL and MariaDB, for a run that may take as long as it takes; the server's own limit for an idle session is as long.
pub const MYSQL_UNLIMITED: &str =
    "SET SESSION wait_timeout = 28800 /*M!100201 , max_statement_time = 0 */ /*!80000 , max_execution_time = 0 */";

/// The search path with the schema of TimescaleDB behind it where it lacks that, as an expression of SQL: the functions of
/// the extension have to be found, wherever they are.
pub const POSTGRES_PATH_WITH_EXTENSION: &str = "pg_catalog.concat_ws(', ', \
     nullif(pg_catalog.current_setting('search_path'), ''), (SELECT e.extnamespace::pg_catalog.regnamespace \
     FROM pg_catalog.pg_extension AS e WHERE e.extname = 'timescaledb' AND e.extnamespace::pg_catalog.regnamespace::text \
     <> ALL (ARRAY(SELECT pg_catalog.quote_ident(s) FROM pg_catalog.unnest(pg_catalog.current_schemas(true)) AS s))))";

/// The statement that sets a search path, given as an expression of SQL.
pub fn postgres_set_path(expression: &str) -> String {
    format!("SELECT pg_catalog.set_config('search_path', {expression}, false)")
}

/// The search path of a session that is to work in a schema, as an expression of SQL: the schema first, then what the
/// path is already.
pub fn postgres_path(schema: Option<&str>) -> String {
    let own = "pg_catalog.current_setting('search_path')";
    let Some(schema) = schema else { return own.to_owned() };
    let quoted = format!("\"{}\"", schema.replace('"', "\"\""));
    format!(
        "CASE WHEN pg_catalog.current_schema() = {} THEN {own} \
         ELSE pg_catalog.concat_ws(', ', {}, nullif({own}, '')) END",
        literal(schema),
        literal(&quoted)
    )
}

/// What a session of PostgreSQL is set to until the end of its transaction, as one text of several statements: [`POSTGRES`],
/// `more`, and a search path with the schema first. For sessions that others have too: nothing of it stays.
pub fn postgres_in_transaction<'s>(schema: Option<&str>, more: impl IntoIterator<Item = (&'s str, &'s str)>) -> String {
    let path = |expression: &str| format!("SELECT pg_catalog.set_config('search_path', {expression}, true)");
    format!(
        "{}; {}; {}",
        settings_as(POSTGRES.iter().copied().chain(more), true),
        path(&postgres_path(schema)),
        path(POSTGRES_PATH_WITH_EXTENSION)
    )
}

/// The statement that sets these on PostgreSQL, without those that the server's version does not have. One with a dot in its
/// name is the program's own, and there as soon as it is set.
pub fn postgres_statement<'s>(settings: impl IntoIterator<Item = (&'s str, &'s str)>) -> String {
    settings_as(settings, false)
}

fn settings_as<'s>(settings: impl IntoIterator<Item = (&'s str, &'s str)>, in_transaction: bool) -> String {
    let pairs: Vec<String> =
        settings.into_iter().map(|(name, value)| format!("({}, {})", literal(name), literal(value))).collect();
    format!(
        "SELECT pg_catalog.count(pg_catalog.set_config(s.name, s.value, {in_transaction})) FROM (VALUES {}) \
         AS s(name, value) WHERE pg_catalog.strpos(s.name, '.') > 0 OR pg_catalog.current_setting(s.name, true) IS NOT NULL",
        pairs.join(", ")
    )
}

/// A text of PostgreSQL, whatever `standard_conforming_strings` is.
fn literal(text: &str) -> String {
    let quoted = text.replace('\'', "''");
    if quoted.contains('\\') { format!("E'{}'", quoted.replace('\\', "\\\\")) } else { format!("'{quoted}'") }
}
