//! Columns, keys and values of PostgreSQL.

/// Foreign tables are left out: their rows are elsewhere.
pub(super) const COLUMNS: &str = "SELECT c.relname::text AS table_name, a.attname::text AS name, t.typcategory::text AS category, \
     coalesce(b.typname, t.typname)::text AS kind, format_type(a.atttypid, a.atttypmod) AS full_type, \
     CASE WHEN (a.attnotnull OR t.typnotnull) AND d.oid IS NULL AND t.typdefault IS NULL THEN 'y' ELSE 'n' END AS is_required, \
     CASE WHEN g.is_given THEN 'y' ELSE 'n' END AS is_given, CASE WHEN NOT g.is_given THEN pg_get_expr(d.adbin, d.adrelid) END AS usual \
     FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped \
     JOIN pg_type t ON t.oid = a.atttypid LEFT JOIN pg_type b ON b.oid = t.typbasetype AND t.typtype = 'd' \
     LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum \
     CROSS JOIN LATERAL (SELECT a.attidentity <> '' OR a.attgenerated <> '' OR EXISTS (SELECT FROM pg_depend x \
      JOIN pg_class s ON s.oid = x.refobjid AND s.relkind = 'S' WHERE x.classid = 'pg_attrdef'::regclass AND x.objid = d.oid \
      AND x.refclassid = 'pg_class'::regclass) AS is_given) g \
     WHERE c.relnamespace = quote_ident(current_schema())::regnamespace AND c.relkind IN ('r', 'p') ORDER BY c.relname, a.attnum";

pub(super) const KEYS: &str = "SELECT c.relname::text AS table_name, k.conname::text AS key_name, a.attname::text AS name, p.relname::text AS parent, \
     CASE WHEN p.relnamespace <> c.relnamespace THEN n.nspname::text END AS parent_schema, r.attname::text AS parent_column \
     FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_class p ON p.oid = k.confrelid JOIN pg_namespace n ON n.oid = p.relnamespace \
     CROSS JOIN LATERAL unnest(k.conkey, k.confkey) WITH ORDINALITY AS u (own, its, place) \
     JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = u.own JOIN pg_attribute r ON r.attrelid = p.oid AND r.attnum = u.its \
     WHERE k.contype = 'f' AND c.relnamespace = quote_ident(current_schema())::regnamespace ORDER BY c.relname, k.conname, u.place";

/// Values of a type, by its category in `pg_type` and its name, or that of the type under a domain.
pub(super) fn values(category: &str, kind: &str, full: &str) -> Vec<String> {
    let texts: &[&str] = match (category, kind) {
        ("N", "int2" | "int4" | "int8" | "oid") => &["'71'", "'1'"],
        ("N", _) => &["'71'", "'0.5'"],
        ("S", _) => &["'made by verify'", "'{}'", "'[]'"],
        ("D", _) => &["'2001-02-03 04:05:06'"],
        ("T", _) => &["'1 day'"],
        ("B", _) => &["'true'", "'false'"],
        ("I", _) => &["'192.0.2.1'"],
        ("A", _) => &["'{}'"],
        ("R", _) => &["'empty'"],
        ("V", _) => &["B'1'"],
        ("E", _) => {
            let null = format!("CAST(NULL AS {full})");
            return vec![format!("enum_last({null})"), format!("enum_first({null})")];
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
