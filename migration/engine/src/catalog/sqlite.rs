//! The catalogue of SQLite: its own `CREATE` statements, and columns for object by object comparison.

use sea_orm::{ConnectionTrait, DbErr};

use super::{Catalog, Kind, Object, quote, rows};

pub(super) async fn read<C: ConnectionTrait>(db: &C, bookkeeping: &str) -> Result<Catalog, DbErr> {
    let mut objects = Vec::new();
    let mut statements = Vec::new();
    let master = rows(
        db,
        "SELECT type, name, tbl_name, sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' \
         ORDER BY CASE type WHEN 'table' THEN 0 ELSE 1 END, type, tbl_name, name",
    )
    .await?;
    for row in master {
        let (kind, name): (String, String) = (row.try_get("", "type")?, row.try_get("", "name")?);
        let (table, sql): (String, String) = (row.try_get("", "tbl_name")?, row.try_get("", "sql")?);
        if table == bookkeeping || table.starts_with(crate::kept::PREFIX) {
            continue;
        }
        statements.push(format!("{};", one_column_a_line(&sql)));
        let kind = match kind.as_str() {
            "table" => {
                columns(db, &name, &mut objects).await?;
                Kind::Table
            }
            "index" => Kind::Index,
            "view" => Kind::View,
            _ => Kind::Trigger,
        };
        objects.push(Object { kind, name, table: Some(table), definition: sql });
    }
    Ok(Catalog { objects, statements })
}

async fn columns<C: ConnectionTrait>(db: &C, table: &str, into: &mut Vec<Object>) -> Result<(), DbErr> {
    let mut key: Vec<(i64, String)> = Vec::new();
    let backend = db.get_database_backend();
    for row in rows(db, &format!("PRAGMA table_xinfo({})", quote(backend, table))).await? {
        let name: String = row.try_get("", "name")?;
        let position: i64 = row.try_get("", "cid")?;
        let kind: String = row.try_get("", "type")?;
        let not_null: i64 = row.try_get("", "notnull")?;
        let default: Option<String> = row.try_get("", "dflt_value")?;
        let in_key: i64 = row.try_get("", "pk")?;
        if in_key > 0 {
            key.push((in_key, name.clone()));
        }
        let not_null = if not_null == 1 { " NOT NULL" } else { "" };
        let default = default.map(|text| format!(" DEFAULT {text}")).unwrap_or_default();
        into.push(Object {
            kind: Kind::Column,
            name: format!("{table}.{name}"),
            table: Some(table.to_owned()),
            definition: format!("{} {}{not_null}{default}", position + 1, kind.to_lowercase()),
        });
    }
    if !key.is_empty() {
        key.sort();
        let columns: Vec<String> = key.into_iter().map(|(_, name)| name).collect();
        into.push(Object {
            kind: Kind::PrimaryKey,
            name: table.to_owned(),
            table: Some(table.to_owned()),
            definition: format!("PRIMARY KEY ({})", columns.join(", ")),
        });
    }
    Ok(())
}

/// SQLite keeps `CREATE TABLE` as it was written, often on one line: breaks it at the commas between columns.
fn one_column_a_line(sql: &str) -> String {
    if !sql.to_uppercase().starts_with("CREATE TABLE") {
        return sql.to_owned();
    }
    let mut broken = String::with_capacity(sql.len() + 64);
    let (mut depth, mut quote) = (0, None);
    for c in sql.chars() {
        match (quote, c) {
            (Some(open), _) if c == open => quote = None,
            (None, '\'' | '"' | '`') => quote = Some(c),
            (None, '(') => depth += 1,
            (None, ')') => depth -= 1,
            _ => {}
        }
        match (quote, depth, c) {
            (None, 1, ',') => broken.push_str(",\n   "),
            (None, 1, '(') => broken.push_str("(\n   "),
            (None, 0, ')') => broken.push_str("\n)"),
            _ => broken.push(c),
        }
    }
    broken.replace(" \n)", "\n)")
}

#[cfg(test)]
mod tests {
    use super::one_column_a_line;

    #[test]
    fn lines_break_between_columns_only() {
        let sql = "CREATE TABLE \"a\" ( \"x\" text CHECK (x IN ('(', ',')), \"y\" decimal(5, 2) )";
        let broken = "CREATE TABLE \"a\" (\n    \"x\" text CHECK (x IN ('(', ',')),\n    \"y\" decimal(5, 2)\n)";
        assert_eq!(one_column_a_line(sql), broken);
    }
}
