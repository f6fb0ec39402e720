//! The schema that a database has.

use std::collections::{BTreeMap, BTreeSet};

use migration_timescale::Dialect;
use sea_orm::{
    ConnectionTrait, DbErr,
    sea_query::{ColumnDef, ColumnType, Expr, IntoIden},
};

use super::{
    model::{Column, Index, Reference, Schema, Table},
    types,
};
use crate::{
    revision::{labels::labels_in, sqlite_table::Text},
    schema::relations::{self, ColumnRow, KeyRow},
};

/// Reads the schema behind `db`, bookkeeping aside.
pub(super) async fn read<C: ConnectionTrait>(db: &C, bookkeeping: &str) -> Result<Schema, DbErr> {
    let dialect = Dialect::of(db.get_database_backend());
    let mut schema = Schema::default();
    for row in relations::labels(db).await? {
        schema.enums.entry(row.name).or_default().push(row.label);
    }
    // Columns of row security and generated ones are no entity's, and neither is their part of a key.
    let (mut texts, mut held) = (BTreeMap::new(), BTreeSet::new());
    for row in relations::columns(db, bookkeeping).await? {
        if row.held == "yes" {
            held.insert((row.relation, row.name));
            continue;
        }
        if let Some(sql) = &row.table_sql {
            texts.entry(row.relation.clone()).or_insert_with(|| sql.clone());
        }
        let column = column(dialect, &schema.enums, &row);
        let table = schema.tables.entry(row.relation.clone()).or_insert_with(|| Table {
            name: row.relation,
            is_view: row.kind != "table",
            columns: Vec::new(),
            primary: Vec::new(),
            indexes: Vec::new(),
            references: Vec::new(),
            comment: row.table_comment.filter(|comment| !comment.is_empty()),
            batch: None,
        });
        table.columns.push(column);
    }
    let mut keys = relations::keys(db).await?;
    keys.retain(|row| !held.contains(&(row.relation.clone(), row.column_name.clone())));
    for key in relations::by_key(&keys) {
        let text = texts.get(&key[0].relation);
        if let Some(table) = schema.tables.get_mut(&key[0].relation) {
            add_key(table, key, text);
        }
    }
    Ok(schema)
}

fn column(dialect: Dialect, enums: &BTreeMap<String, Vec<String>>, row: &ColumnRow) -> Column {
    let labels = match dialect {
        Dialect::Postgres => row.enum_name.as_ref().and_then(|name| enums.get(name).cloned()),
        Dialect::MySql => types::labels_of_mysql(&row.data_type),
        Dialect::Sqlite => row.table_sql.as_ref().and_then(|sql| labels_in(sql, &row.name)),
    };
    // Where an enum has no name, that of its column will do.
    let name = row.enum_name.clone().unwrap_or_else(|| format!("{}_{}", row.relation, row.name));
    let of_enum = labels.map(|labels| (name, labels));
    let data_type = match &of_enum {
        Some((name, labels)) => ColumnType::Enum {
            name: name.clone().into_iden(),
            variants: labels.iter().map(|label| label.clone().into_iden()).collect(),
        },
        None => types::typed(dialect, &row.data_type),
    };
    let mut definition = ColumnDef::new_with_type(row.name.clone(), data_type);
    if row.nullable == "no" {
        definition.not_null();
    }
    let default = row.default_value.as_deref().map(|text| types::plain_default(dialect, text));
    // What a sequence gives belongs to a key, and a key that goes does not come back by itself.
    if let Some(default) = default.as_ref().filter(|text| !text.starts_with("nextval(")) {
        match types::quoted(default) {
            Some(text) => definition.default(text),
            None => match default.parse::<i64>() {
                Ok(number) => definition.default(number),
                Err(_) => definition.default(Expr::cust(default.clone())),
            },
        };
    }
    if let Some(comment) = row.comment.as_ref().filter(|comment| !comment.is_empty()) {
        definition.comment(comment);
    }
    let (name, data_type) = (row.name.clone(), row.data_type.to_lowercase());
    Column { name, data_type, default, renamed_from: None, of_enum, definition }
}

fn add_key(table: &mut Table, key: &[KeyRow], text: Option<&String>) {
    let columns: Vec<String> = key.iter().map(|row| row.column_name.clone()).collect();
    let first = &key[0];
    match first.kind.as_str() {
        "primary" => table.primary = columns,
        "foreign" => {
            let named = text.and_then(|sql| Text::read(sql)).map(|text| text.named_references()).unwrap_or_default();
            let own = named.into_iter().find(|(_, of)| *of == columns).map(|(name, _)| name);
            // SQLite keeps no name that the builders give. Elsewhere it most likely has that which SeaORM gives.
            let is_named = text.is_none() || own.is_some();
            let usual = || Reference::usual_name(&table.name, &columns);
            let name = own.unwrap_or_else(|| if is_named { first.name.clone() } else { usual() });
            table.references.push(Reference {
                name,
                is_named,
                columns,
                target: first.target.clone().unwrap_or_default(),
                target_columns: key.iter().filter_map(|row| row.target_column.clone()).collect(),
                on_delete: types::action(first.on_delete.as_deref()),
                on_update: types::action(first.on_update.as_deref()),
            });
        }
        kind => table.indexes.push(Index { name: first.name.clone(), columns, is_unique: kind == "unique" }),
    }
}
