//! Columns, keys and values of PostgreSQL.

/// Foreign tables are left out: their rows are elsewhere.
pub(super) const COLUMNS: &str = include_str!("postgres_columns.sql");

pub(super) const KEYS: &str = include_str!("postgres_keys.sql");

/// Values of a type, by its category in `pg_type` and its name, or that of the type under a domain.
pub(super) fn values(category: &str, kind: &str, full: &str) -> Vec<String> {
    let texts: &[&str] = match (category, kind) {
        ("N", "int2" | "int4" | "int8" | "oid") => &["'71'", "'1'"],
        // With as many digits as the type has, so that one with fewer shows.
        ("N", "float4") => &["'71.125'", "'71'", "'0.5'"],
        ("N", _) => &["'71.123456789'", "'71'", "'0.5'"],
        ("S", _) => &["'made by verify'", "'{}'", "'[]'"],
        ("D", _) => &["'2001-02-03 04:05:06.789123'", "'2001-02-03 04:05:06'"],
        ("T", _) => &["'1 day'"],
        ("B", _) => &["'true'", "'false'"],
        ("I", _) => &["'192.0.2.1'"],
        ("A", _) => &["'{}'"],
        ("R", _) => &["'empty'"],
        ("V", _) => &["B'1'"],
        ("E", _) => {
            // Without labels that were set aside.
            let label = |order: &str| {
                format!(
                    "(SELECT l FROM unnest(enum_range(CAST(NULL AS {full}))) l WHERE left(l::text, 6) <> '_kept_' ORDER BY l {order} LIMIT 1)"
                )
            };
            return vec![label("DESC"), label("ASC")];
        }
        (_, "uuid") => &["'5eed0000-0000-4000-8000-000000000071'"],
        (_, "json" | "jsonb") => &["'{}'", "'[]'"],
        (_, "bytea") => &["'\\x71'"],
        (_, "xml") => &["'<made/>'"],
        (_, "tsvector") => &["'made'"],
        (_, "macaddr") => &["'02:00:00:00:00:71'"],
        (_, "point") => &["'(1,2)'"],
        _ => &[],
    };
    texts.iter().map(|text| format!("CAST({text} AS {full})")).collect()
}
