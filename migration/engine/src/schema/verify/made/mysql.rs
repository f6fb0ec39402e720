//! Columns, keys and values of MySQL and MariaDB.

/// Tables of other engines than `InnoDB` are left out: their rows may be elsewhere. `usual` says that there is a default, and
/// none of those that MySQL computes, which it does not compare with.
pub(super) const COLUMNS: &str = include_str!("mysql_columns.sql");

pub(super) const KEYS: &str = include_str!("mysql_keys.sql");

/// Values of a type. `length` is how many characters or bytes it takes.
pub(super) fn values(kind: &str, length: Option<&str>) -> Vec<String> {
    let within = |value: &str| match length {
        Some(length) => format!("LEFT({value}, {length})"),
        None => value.to_owned(),
    };
    let values: &[&str] = match kind {
        // Often a boolean.
        "tinyint" | "bit" => &["1", "0"],
        "smallint" | "mediumint" | "int" | "bigint" => &["71", "1"],
        // With as many digits as the type has, so that one with fewer shows.
        "float" => &["71.125", "71", "0.5"],
        "decimal" | "double" => &["71.123456789", "71", "0.5"],
        "date" | "datetime" | "timestamp" => &["'2001-02-03 04:05:06'"],
        "time" => &["'04:05:06'"],
        "year" => &["2001"],
        // Labels by their number.
        "enum" => &["2", "1"],
        "set" => &["1"],
        "json" => &["'{}'", "'[]'"],
        "uuid" => &["'5eed0000-0000-4000-8000-000000000071'"],
        "inet4" => &["'192.0.2.1'"],
        "inet6" => &["'2001:db8::71'"],
        "geometry" | "point" => &["ST_GeomFromText('POINT(1 2)')"],
        "char" | "varchar" | "tinytext" | "text" | "mediumtext" | "longtext" => {
            // JSON of MariaDB is a text that is checked.
            return ["'made by verify'", "'{}'", "'[]'"].map(within).into();
        }
        "binary" | "varbinary" | "tinyblob" | "blob" | "mediumblob" | "longblob" => {
            return vec![within("X'5EED0000000040008000000000000071'")];
        }
        _ => &[],
    };
    values.iter().map(|value| (*value).to_owned()).collect()
}
