//! The catalogue of MySQL and MariaDB.

use sea_orm::{ConnectionTrait, DbBackend, DbErr};

use super::{Catalog, Kind, Object, quote, rows};

pub(super) async fn read<C: ConnectionTrait>(db: &C, bookkeeping: &str) -> Result<Catalog, DbErr> {
    let mut objects = Vec::new();
    let mut statements = Vec::new();
    let tables = rows(
        db,
        "SELECT TABLE_NAME AS name, TABLE_TYPE AS kind FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() ORDER BY TABLE_TYPE, TABLE_NAME",
    )
    .await?;
    for row in tables {
        let (name, kind): (String, String) = (row.try_get("", "name")?, row.try_get("", "kind")?);
        if name == bookkeeping || name.starts_with(crate::kept::PREFIX) {
            continue;
        }
        let (kind, column) =
            if kind == "BASE TABLE" { (Kind::Table, "Create Table") } else { (Kind::View, "Create View") };
        let create = rows(db, &format!("SHOW CREATE TABLE {}", quote(DbBackend::MySql, &name))).await?;
        let Some(create) = create.first() else { continue };
        let sql = without_counter(&create.try_get::<String>("", column)?);
        statements.push(format!("{sql};"));
        objects.push(Object { kind, name: name.clone(), table: Some(name), definition: sql });
    }
    for row in rows(
        db,
        "SELECT TABLE_NAME AS owner, COLUMN_NAME AS name, CONCAT(ORDINAL_POSITION, ' ', COLUMN_TYPE, \
         IF(IS_NULLABLE = 'NO', ' NOT NULL', ''), IFNULL(CONCAT(' DEFAULT ', COLUMN_DEFAULT), ''), \
         IF(EXTRA = '', '', CONCAT(' ', EXTRA))) AS definition \
         FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE()",
    )
    .await?
    {
        let (owner, name): (String, String) = (row.try_get("", "owner")?, row.try_get("", "name")?);
        objects.push(Object {
            kind: Kind::Column,
            name: format!("{owner}.{name}"),
            table: Some(owner),
            definition: row.try_get("", "definition")?,
        });
    }
    for row in rows(
        db,
        "SELECT TABLE_NAME AS owner, INDEX_NAME AS name, CONCAT(IF(INDEX_NAME = 'PRIMARY', 'PRIMARY KEY', IF(NON_UNIQUE, 'INDEX', 'UNIQUE INDEX')), ' (', \
         GROUP_CONCAT(COLUMN_NAME ORDER BY SEQ_IN_INDEX SEPARATOR ', '), ')') AS definition \
         FROM information_schema.STATISTICS WHERE TABLE_SCHEMA = DATABASE() GROUP BY TABLE_NAME, INDEX_NAME, NON_UNIQUE",
    )
    .await?
    {
        let (owner, name): (String, String) = (row.try_get("", "owner")?, row.try_get("", "name")?);
        let primary = name == "PRIMARY";
        objects.push(Object {
            kind: if primary { Kind::PrimaryKey } else { Kind::Index },
            name: if primary { owner.clone() } else { format!("{owner}.{name}") },
            table: Some(owner),
            definition: row.try_get("", "definition")?,
        });
    }
    Ok(Catalog { objects, statements })
}

/// `SHOW CREATE TABLE` repeats the next value of the counter, which is data.
fn without_counter(sql: &str) -> String {
    sql.split(' ').filter(|word| !word.starts_with("AUTO_INCREMENT=")).collect::<Vec<_>>().join(" ")
}
