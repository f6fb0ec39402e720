//! Columns, keys and values of MySQL and MariaDB.

/// Tables of other engines than `InnoDB` are left out: their rows may be elsewhere. `usual` says that there is a default, and
/// none of those that MySQL computes, which it does not compare with.
pub(super) const COLUMNS: &str = "SELECT c.TABLE_NAME AS table_name, c.COLUMN_NAME AS name, c.DATA_TYPE AS kind, c.COLUMN_TYPE AS full_type, \
     CAST(c.CHARACTER_MAXIMUM_LENGTH AS CHAR) AS length, IF(c.IS_NULLABLE = 'NO' AND c.COLUMN_DEFAULT IS NULL, 'y', 'n') AS is_required, \
     IF(c.EXTRA LIKE '%auto_increment%' OR COALESCE(c.GENERATION_EXPRESSION, '') <> '', 'y', 'n') AS is_given, \
     IF(c.COLUMN_DEFAULT IS NULL OR c.EXTRA LIKE '%DEFAULT_GENERATED%' OR COALESCE(c.GENERATION_EXPRESSION, '') <> '', NULL, \
      CONCAT('DEFAULT(`', REPLACE(c.COLUMN_NAME, '`', '``'), '`)')) AS usual \
     FROM information_schema.COLUMNS c JOIN information_schema.TABLES t ON t.TABLE_SCHEMA = c.TABLE_SCHEMA AND t.TABLE_NAME = c.TABLE_NAME \
     WHERE c.TABLE_SCHEMA = DATABASE() AND t.TABLE_TYPE = 'BASE TABLE' AND t.ENGINE = 'InnoDB' ORDER BY c.TABLE_NAME, c.ORDINAL_POSITION";

pub(super) const KEYS: &str = "SELECT TABLE_NAME AS table_name, CONSTRAINT_NAME AS key_name, COLUMN_NAME AS name, REFERENCED_TABLE_NAME AS parent, \
     IF(REFERENCED_TABLE_SCHEMA = DATABASE(), NULL, REFERENCED_TABLE_SCHEMA) AS parent_schema, REFERENCED_COLUMN_NAME AS parent_column \
     FROM information_schema.KEY_COLUMN_USAGE WHERE TABLE_SCHEMA = DATABASE() AND REFERENCED_TABLE_NAME IS NOT NULL \
     ORDER BY TABLE_NAME, CONSTRAINT_NAME, ORDINAL_POSITION";

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
        "decimal" | "float" | "double" => &["71", "0.5"],
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
