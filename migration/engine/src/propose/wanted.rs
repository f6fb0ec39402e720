//! The schema that the entities say, with the types and defaults as a scratch database prints them.

use std::collections::BTreeMap;

use migration_timescale::Dialect;
use sea_orm::{
    ConnectionTrait, DbErr,
    sea_query::{
        ColumnDef, ColumnType, ForeignKeyAction, ForeignKeyCreateStatement, IndexCreateStatement, Table as Tables,
    },
};
use sea_orm_migration::SchemaManager;

use super::{
    found,
    model::{Column, Index, Reference, Schema, Table},
    step::texts,
};
use crate::{
    project::entities::{Entities, Entity},
    revision::{
        labels,
        references::{table_name, words},
    },
};

/// The schema of the entities. `manager` is of an empty place, in which their columns are made.
pub(super) async fn read(manager: &SchemaManager<'_>, entities: &Entities) -> Result<Schema, DbErr> {
    let mut schema = Schema::default();
    for entity in &entities.tables {
        let table = table(entity);
        for (name, labels) in table.columns.iter().filter_map(|column| column.of_enum.as_ref()) {
            schema.enums.entry(name.clone()).or_insert_with(|| labels.clone());
        }
        schema.tables.insert(table.name.clone(), table);
    }
    for (name, labels) in &schema.enums {
        labels::create(manager, name, &texts(labels)).await?;
    }
    let dialect = Dialect::of(manager.get_database_backend());
    for table in schema.tables.values() {
        let mut create = Tables::create();
        create.table(table.name.clone());
        let mut known = 0;
        for column in table.columns.iter().filter(|column| has_type(dialect, &column.definition)) {
            let data_type = column.definition.get_column_type().cloned().unwrap_or(ColumnType::Text);
            let mut bare = match &column.of_enum {
                Some((name, labels)) => labels::column(manager, &column.name, name, &texts(labels)),
                None => ColumnDef::new_with_type(column.name.clone(), data_type),
            };
            if let Some(default) = &column.definition.get_column_spec().default {
                bare.default(default.clone());
            }
            create.col(&mut bare);
            known += 1;
        }
        if known > 0 {
            manager.get_connection().execute(&create).await?;
        }
    }
    // As the server prints them; a type that it does not have stays unknown.
    let mut made = found::read(manager.get_connection(), "").await?;
    for table in schema.tables.values_mut() {
        let columns = made.tables.remove(&table.name).map(|table| table.columns).unwrap_or_default();
        let mut columns: BTreeMap<String, Column> = columns.into_iter().map(|one| (one.name.clone(), one)).collect();
        for column in &mut table.columns {
            if let Some(made) = columns.remove(&column.name) {
                (column.data_type, column.default) = (made.data_type, made.default);
            }
        }
    }
    Ok(schema)
}

/// Whether the backend has the column's type: the builders panic where it does not.
pub(super) fn has_type(dialect: Dialect, column: &ColumnDef) -> bool {
    match column.get_column_type() {
        Some(
            ColumnType::Interval(..)
            | ColumnType::Array(_)
            | ColumnType::Vector(_)
            | ColumnType::Cidr
            | ColumnType::Inet
            | ColumnType::MacAddr
            | ColumnType::LTree,
        ) => dialect == Dialect::Postgres,
        Some(ColumnType::Bit(_) | ColumnType::VarBit(_)) => dialect != Dialect::Sqlite,
        Some(ColumnType::Year) => dialect == Dialect::MySql,
        _ => true,
    }
}

fn table(entity: &Entity) -> Table {
    let statement = &entity.table;
    let name = statement.get_table_name().map(table_name).unwrap_or_default();
    let primary = |index: &&IndexCreateStatement| index.is_primary_key();
    let mut keys = match statement.get_indexes().iter().find(primary) {
        Some(index) => index.get_index_spec().get_column_names(),
        None => Vec::new(),
    };
    let (mut columns, mut indexes) = (Vec::new(), Vec::new());
    for definition in statement.get_columns() {
        let column = column(definition);
        let spec = definition.get_column_spec();
        if spec.primary_key {
            keys = vec![column.name.clone()];
        }
        if spec.unique {
            let name = format!("idx-{name}-{}", column.name);
            indexes.push(Index { name, columns: vec![column.name.clone()], is_unique: true });
        }
        columns.push(column);
    }
    for index in &entity.indexes {
        let spec = index.get_index_spec();
        indexes.push(Index {
            name: spec.get_name().unwrap_or_default().to_owned(),
            columns: spec.get_column_names(),
            is_unique: index.is_unique_key(),
        });
    }
    let references = statement.get_foreign_key_create_stmts().iter().map(|key| reference(&name, key)).collect();
    let comment = statement.get_comment().filter(|comment| !comment.is_empty()).cloned();
    Table { is_view: false, columns, primary: keys, indexes, references, comment, batch: None, name }
}

fn column(definition: &ColumnDef) -> Column {
    let name = definition.get_column_name();
    let of_enum = match definition.get_column_type() {
        Some(ColumnType::Enum { name, variants }) => {
            Some((name.to_string(), variants.iter().map(ToString::to_string).collect()))
        }
        _ => None,
    };
    // Unique does not belong to the column itself.
    let spec = definition.get_column_spec();
    let mut own =
        ColumnDef::new_with_type(name.clone(), definition.get_column_type().cloned().unwrap_or(ColumnType::Text));
    if spec.nullable == Some(false) {
        own.not_null();
    }
    if let Some(default) = &spec.default {
        own.default(default.clone());
    }
    if spec.auto_increment {
        own.auto_increment();
    }
    if spec.primary_key {
        own.primary_key();
    }
    let (comment, renamed_from) = said(spec.comment.as_deref().unwrap_or_default());
    if !comment.is_empty() {
        own.comment(comment);
    }
    let renamed_from = renamed_from.map(str::to_owned);
    Column { name, data_type: String::new(), default: None, renamed_from, of_enum, definition: own }
}

/// The comment of a column and the name that it had before, which SeaORM writes behind the comment.
fn said(comment: &str) -> (&str, Option<&str>) {
    const BEFORE: &str = "renamed_from \"";
    match comment.rfind(BEFORE).zip(comment.strip_suffix('"')) {
        Some((at, ended)) if ended.len() >= at + BEFORE.len() => {
            let own = &comment[..at];
            (own.strip_suffix("; ").unwrap_or(own), Some(&ended[at + BEFORE.len()..]))
        }
        _ => (comment, None),
    }
}

fn reference(table: &str, key: &ForeignKeyCreateStatement) -> Reference {
    let key = key.get_foreign_key();
    let columns = key.get_columns();
    let said = |action: Option<ForeignKeyAction>| action.map(|action| words(action).to_owned());
    Reference {
        name: key.get_name().map_or_else(|| Reference::usual_name(table, &columns), str::to_owned),
        is_named: true,
        columns,
        target: key.get_ref_table().map(table_name).unwrap_or_default(),
        target_columns: key.get_ref_columns(),
        on_delete: said(key.get_on_delete()),
        on_update: said(key.get_on_update()),
    }
}

#[cfg(test)]
mod tests {
    use super::said;

    #[test]
    fn a_comment_is_read_without_the_name_before() {
        for (comment, own, before) in [
            ("", "", None),
            ("where it is", "where it is", None),
            ("renamed_from \"city\"", "", Some("city")),
            ("where it is; renamed_from \"the city\"", "where it is", Some("the city")),
            ("says renamed_from \"", "says renamed_from \"", None),
        ] {
            assert_eq!(said(comment), (own, before), "{comment}");
        }
    }
}
