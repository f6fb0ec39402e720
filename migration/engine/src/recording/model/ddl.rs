//! What standard DDL changes, statement by statement.
//!
//! # How to add a statement
//!
//! An arm of [`apply`], and a row in the tests of [`super`].

use sqlparser::ast::{
    self, AlterTableOperation as Operation, AlterTypeOperation, ColumnOption, IndexColumn, ObjectType, Query,
    SelectItem, SetExpr, Statement, TableConstraint, UserDefinedTypeRepresentation,
};

use super::{Column, Model, Table, View, names::Names, timescale};
use crate::sql::parsed::Parsed;

/// Takes in one statement.
pub fn apply(model: &mut Model, names: Names, parsed: &Parsed, statement: &Statement) {
    match statement {
        Statement::CreateTable(table) => create_table(model, names, parsed, table),
        // Its columns are the module's business.
        Statement::CreateVirtualTable { name, .. } => {
            model.tables.entry(names.object(name)).or_default();
        }
        Statement::AlterTable(alteration) => {
            let table = names.object(&alteration.name);
            for operation in &alteration.operations {
                alter_table(model, names, &table, operation);
            }
        }
        Statement::RenameTable(renames) => {
            for rename in renames {
                model.rename_table(&names.object(&rename.old_name), &names.object(&rename.new_name));
            }
        }
        Statement::CreateIndex(index) => create_index(model, names, index),
        Statement::AlterIndex { name, operation: ast::AlterIndexOperation::RenameIndex { index_name } } => {
            let (old, new) = (names.object(name), names.object(index_name));
            for table in model.tables.values_mut() {
                table.rename_index(&old, &new);
            }
        }
        Statement::CreateView(view) if !parsed.creates_continuous_aggregate() => {
            let name = names.object(&view.name);
            if view.or_replace || !model.views.contains_key(&name) {
                let reads = names.words(&parsed.tokens).collect();
                model.views.insert(name, View { aggregate: None, reads });
            }
        }
        Statement::CreateType { name, representation } => {
            let labels = match representation {
                Some(UserDefinedTypeRepresentation::Enum { labels }) => {
                    labels.iter().map(|label| label.value.clone()).collect()
                }
                _ => Vec::new(),
            };
            model.types.entry(names.object(name)).or_insert(labels);
        }
        Statement::CreateDomain(domain) => {
            model.types.entry(names.object(&domain.name)).or_default();
        }
        Statement::AlterType(alteration) => alter_type(model, names, alteration),
        Statement::Drop { object_type, names: dropped, cascade, table, .. } => {
            let table = table.as_ref().map(|table| names.object(table));
            for name in dropped {
                drop_object(model, *object_type, &names.object(name), table.as_deref(), *cascade);
            }
        }
        Statement::DropDomain(domain) => {
            model.types.remove(&names.object(&domain.name));
        }
        _ => {}
    }
}

fn create_table(model: &mut Model, names: Names, parsed: &Parsed, definition: &ast::CreateTable) {
    let name = names.object(&definition.name);
    if model.tables.contains_key(&name) {
        return;
    }
    let mut table = Table::default();
    if let Some(ast::CreateTableLikeKind::Plain(like) | ast::CreateTableLikeKind::Parenthesized(like)) =
        &definition.like
        && let Some(other) = model.tables.get(&names.object(&like.name))
    {
        table.columns.clone_from(&other.columns);
    }
    for column in &definition.columns {
        add_column(&mut table, names, &name, column);
    }
    if let Some(query) = &definition.query {
        // On MySQL the columns that are given are only those with more to say than the query does.
        let given = !table.columns.is_empty() && names.0 != sea_orm::DbBackend::MySql;
        let selected = if given { Vec::new() } else { selected_columns(model, names, query) };
        for column in selected {
            if !table.columns.iter().any(|known| known.name == column.name) {
                table.columns.push(column);
            }
        }
    }
    for constraint in &definition.constraints {
        add_constraint(&mut table, names, &name, constraint);
    }
    timescale::create_table_with(&mut table, &name, names, parsed);
    model.tables.insert(name, table);
}

/// The columns of a query, as far as its text and the model tell.
fn selected_columns(model: &Model, names: Names, query: &Query) -> Vec<Column> {
    let SetExpr::Select(select) = query.body.as_ref() else { return Vec::new() };
    let tables = select
        .from
        .iter()
        .flat_map(|from| std::iter::once(&from.relation).chain(from.joins.iter().map(|join| &join.relation)));
    let tables: Vec<&Table> = tables
        .filter_map(|relation| match relation {
            ast::TableFactor::Table { name, .. } => model.tables.get(&names.object(name)),
            _ => None,
        })
        .collect();
    let known = |name: &str| tables.iter().flat_map(|table| &table.columns).find(|column| column.name == name);
    let column = |name: String, source: Option<String>| Column {
        data_type: source.and_then(|source| known(&source)).map(|column| column.data_type.clone()).unwrap_or_default(),
        name,
    };
    let mut columns = Vec::new();
    for item in &select.projection {
        match item {
            SelectItem::UnnamedExpr(expression) => {
                columns.extend(names.column(expression).map(|name| column(name.clone(), Some(name))));
            }
            SelectItem::ExprWithAlias { expr, alias } => columns.push(column(names.ident(alias), names.column(expr))),
            SelectItem::Wildcard(_) => columns.extend(tables.iter().flat_map(|table| table.columns.iter().cloned())),
            _ => {}
        }
    }
    columns
}

fn alter_table(model: &mut Model, names: Names, name: &str, operation: &Operation) {
    if let Operation::RenameTable { table_name } = operation {
        let (ast::RenameTableNameKind::As(new) | ast::RenameTableNameKind::To(new)) = table_name;
        return model.rename_table(name, &names.object(new));
    }
    let Some(table) = model.tables.get_mut(name) else { return };
    match operation {
        Operation::AddColumn { column_def, .. } => add_column(table, names, name, column_def),
        Operation::DropColumn { column_names, .. } => {
            for column in column_names {
                table.drop_column(&names.ident(column));
            }
        }
        Operation::RenameColumn { old_column_name, new_column_name } => {
            table.rename_column(&names.ident(old_column_name), &names.ident(new_column_name));
        }
        Operation::ChangeColumn { old_name, new_name, data_type, .. } => {
            table.rename_column(&names.ident(old_name), &names.ident(new_name));
            table.set_type(&names.ident(new_name), data_type.to_string());
        }
        Operation::ModifyColumn { col_name, data_type, .. } => {
            table.set_type(&names.ident(col_name), data_type.to_string());
        }
        Operation::AlterColumn { column_name, op: ast::AlterColumnOperation::SetDataType { data_type, .. } } => {
            table.set_type(&names.ident(column_name), data_type.to_string());
        }
        Operation::AddConstraint { constraint, .. } => add_constraint(table, names, name, constraint),
        Operation::DropConstraint { name: constraint, .. } => {
            let constraint = names.ident(constraint);
            table.constraints.remove(&constraint);
            table.drop_index(&constraint);
        }
        Operation::RenameConstraint { old_name, new_name } => {
            let (old, new) = (names.ident(old_name), names.ident(new_name));
            if table.constraints.remove(&old) {
                table.constraints.insert(new.clone());
            }
            table.rename_index(&old, &new);
        }
        Operation::DropPrimaryKey { .. } => {
            table.drop_index(&primary_key_name(names, name));
        }
        Operation::DropForeignKey { name: constraint, .. } => {
            table.constraints.remove(&names.ident(constraint));
        }
        Operation::DropIndex { name: index } => {
            let index = names.ident(index);
            table.constraints.remove(&index);
            table.drop_index(&index);
        }
        _ => {}
    }
}

fn primary_key_name(names: Names, table: &str) -> String {
    if names.0 == sea_orm::DbBackend::MySql { "PRIMARY".to_owned() } else { format!("{table}_pkey") }
}

fn add_column(table: &mut Table, names: Names, table_name: &str, definition: &ast::ColumnDef) {
    let name = names.ident(&definition.name);
    if table.columns.iter().any(|column| column.name == name) {
        return;
    }
    table.columns.push(Column { name: name.clone(), data_type: definition.data_type.to_string() });
    for option in &definition.options {
        let constraint = option.name.as_ref().map(|name| names.ident(name));
        match &option.option {
            ColumnOption::PrimaryKey(_) => {
                table.add_unique_index(
                    constraint.clone().unwrap_or_else(|| primary_key_name(names, table_name)),
                    vec![name.clone()],
                );
            }
            ColumnOption::ForeignKey(key) => {
                table.refers_to.insert(names.object(&key.foreign_table));
            }
            ColumnOption::Unique(_) => {
                table.add_unique_index(
                    constraint.clone().unwrap_or_else(|| unique_name(names, table_name, std::slice::from_ref(&name))),
                    vec![name.clone()],
                );
            }
            _ => {}
        }
        table.constraints.extend(constraint);
    }
}

fn unique_name(names: Names, table: &str, columns: &[String]) -> String {
    if names.0 == sea_orm::DbBackend::MySql {
        columns.first().cloned().unwrap_or_default()
    } else {
        format!("{table}_{}_key", columns.join("_"))
    }
}

fn add_constraint(table: &mut Table, names: Names, table_name: &str, constraint: &TableConstraint) {
    let name = |name: &Option<ast::Ident>| name.as_ref().map(|name| names.ident(name));
    let given = match constraint {
        TableConstraint::PrimaryKey(key) => {
            let constraint = name(&key.name).or_else(|| name(&key.index_name));
            // MySQL names it so whatever the constraint is called.
            let index = constraint.clone().filter(|_| names.0 != sea_orm::DbBackend::MySql);
            table.add_unique_index(
                index.unwrap_or_else(|| primary_key_name(names, table_name)),
                index_columns(names, &key.columns),
            );
            constraint
        }
        TableConstraint::Unique(unique) => {
            let constraint = name(&unique.name).or_else(|| name(&unique.index_name));
            let columns = index_columns(names, &unique.columns);
            table.add_unique_index(
                constraint.clone().unwrap_or_else(|| unique_name(names, table_name, &columns)),
                columns,
            );
            constraint
        }
        TableConstraint::Index(index) => {
            let columns = index_columns(names, &index.columns);
            table.add_index(name(&index.name).unwrap_or_else(|| unique_name(names, table_name, &columns)), columns);
            None
        }
        TableConstraint::ForeignKey(key) => {
            let constraint = name(&key.name);
            table.refers_to.insert(names.object(&key.foreign_table));
            if names.0 == sea_orm::DbBackend::MySql
                && let Some(index) = constraint.clone()
            {
                table.add_index(index, key.columns.iter().map(|column| names.ident(column)).collect());
            }
            constraint
        }
        TableConstraint::Exclude(exclusion) => {
            let constraint = name(&exclusion.name);
            let columns = excluded_columns(names, exclusion);
            let index = constraint.clone().unwrap_or_else(|| format!("{table_name}_{}_excl", columns.join("_")));
            table.add_unique_index(index, columns);
            constraint
        }
        TableConstraint::Check(check) => name(&check.name),
        _ => None,
    };
    table.constraints.extend(given);
}

fn create_index(model: &mut Model, names: Names, index: &ast::CreateIndex) {
    let table_name = names.object(&index.table_name);
    let columns = index_columns(names, &index.columns);
    let Some(table) = model.tables.get_mut(&table_name) else { return };
    let name = index
        .name
        .as_ref()
        .map_or_else(|| format!("{table_name}_{}_idx", columns.join("_")), |name| names.object(name));
    let condition = index.predicate.iter().map(ToString::to_string);
    let expressions = index.columns.iter().filter(|column| names.column(&column.column.expr).is_none());
    let read = condition.chain(expressions.map(ToString::to_string));
    let read: Vec<String> =
        read.flat_map(|text| names.words(&crate::sql::parsed::tokens(names.0, &text)).collect::<Vec<_>>()).collect();
    let read = read.into_iter().filter(|word| table.columns.iter().any(|column| column.name == *word));
    let columns = columns.into_iter().chain(read).collect();
    if index.unique {
        table.unique_indexes.insert(name.clone());
    }
    table.add_index(name, columns);
}

/// The columns of an index; of expressions nothing.
pub fn index_columns(names: Names, columns: &[IndexColumn]) -> Vec<String> {
    columns.iter().filter_map(|column| names.column(&column.column.expr)).collect()
}

/// The table and each column that a statement drops.
pub fn dropped_columns(names: Names, parsed: &Parsed) -> Vec<(String, String)> {
    let alterations = parsed.statements.iter().filter_map(|statement| match statement {
        Statement::AlterTable(alteration) => Some(alteration),
        _ => None,
    });
    let dropped = alterations.flat_map(|alteration| {
        let columns = alteration.operations.iter().flat_map(|operation| match operation {
            Operation::DropColumn { column_names, .. } => column_names.as_slice(),
            _ => &[],
        });
        columns.map(move |column| (names.object(&alteration.name), names.ident(column)))
    });
    dropped.collect()
}

/// The columns of an exclusion constraint; of expressions nothing.
pub fn excluded_columns(names: Names, exclusion: &ast::ExcludeConstraint) -> Vec<String> {
    exclusion.elements.iter().filter_map(|element| names.column(&element.column.column.expr)).collect()
}

fn alter_type(model: &mut Model, names: Names, alteration: &ast::AlterType) {
    let name = names.object(&alteration.name);
    if let AlterTypeOperation::Rename(rename) = &alteration.operation {
        if let Some(labels) = model.types.remove(&name) {
            model.types.insert(names.ident(&rename.new_name), labels);
        }
        return;
    }
    let Some(labels) = model.types.get_mut(&name) else { return };
    match &alteration.operation {
        AlterTypeOperation::AddValue(added) if !labels.contains(&added.value.value) => {
            let place = |label: &ast::Ident| labels.iter().position(|known| *known == label.value);
            let at = match &added.position {
                Some(ast::AlterTypeAddValuePosition::Before(label)) => place(label),
                Some(ast::AlterTypeAddValuePosition::After(label)) => place(label).map(|at| at + 1),
                None => None,
            };
            labels.insert(at.unwrap_or(labels.len()), added.value.value.clone());
        }
        AlterTypeOperation::RenameValue(renamed) => {
            for label in labels.iter_mut().filter(|label| **label == renamed.from.value) {
                label.clone_from(&renamed.to.value);
            }
        }
        _ => {}
    }
}

fn drop_object(model: &mut Model, object: ObjectType, name: &str, table: Option<&str>, cascade: bool) {
    match object {
        ObjectType::Table => model.drop_table(name, cascade),
        ObjectType::View | ObjectType::MaterializedView => model.drop_view(name, cascade),
        ObjectType::Index => {
            let of = |known: &str| table.is_none_or(|table| table == known);
            for (_, table) in model.tables.iter_mut().filter(|(known, _)| of(known)) {
                table.drop_index(name);
            }
        }
        ObjectType::Type => {
            model.types.remove(name);
        }
        _ => {}
    }
}
