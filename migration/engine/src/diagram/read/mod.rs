//! Reads the schema that a diagram shows from the catalogue, in the same shape on every backend.
//!
//! Which source an aggregate has, PostgreSQL and TimescaleDB tell. Elsewhere an aggregate is a table and a view, known
//! from what the revisions declare.

use std::collections::BTreeMap;

use migration_timescale::{Capability, Dialect, Interval, Maintenance};
use sea_orm::{ConnectionTrait, DbErr, FromQueryResult};

use super::model::{Column, Enum, Key, Reference, Relation, RelationKind, Schema};
use crate::{
    Project,
    schema::relations::{self, ColumnRow, KeyRow, LabelRow, all},
};

#[derive(FromQueryResult)]
struct SourceRow {
    relation: String,
    source: String,
}

#[derive(FromQueryResult)]
struct TimescaleRow {
    relation: String,
    kind: String,
    source: Option<String>,
    time_column: String,
    chunk_s: Option<i64>,
    chunk_numbers: Option<i64>,
    hashed: Option<String>,
    columnstore: String,
    columnstore_s: Option<i64>,
    retention_s: Option<i64>,
    refresh_s: Option<i64>,
}

/// Reads the schema behind `db`, bookkeeping aside.
pub(super) async fn read<C: ConnectionTrait>(db: &C, project: &Project) -> Result<Schema, DbErr> {
    let server = Capability::detect(db).await?;
    let mut relations = related(relations::columns(db, &project.bookkeeping_table()).await?);
    let references = mark_keys(&mut relations, &relations::keys(db).await?);
    let enums = labelled(&relations::labels(db).await?);
    match server.dialect() {
        Dialect::Postgres => {
            for SourceRow { relation, source } in all(db, include_str!("postgres_sources.sql")).await? {
                add_source(&mut relations, &relation, &source);
            }
            if server.has_hypertables() {
                for row in all(db, include_str!("postgres_timescale.sql")).await? {
                    mark_hypertable(&mut relations, row);
                }
            }
        }
        Dialect::MySql | Dialect::Sqlite => add_declared_sources(&mut relations, project),
    }
    Ok(Schema { relations: relations.into_values().collect(), references, enums })
}

type Relations = BTreeMap<String, Relation>;

fn related(rows: Vec<ColumnRow>) -> Relations {
    let mut relations = Relations::new();
    for row in rows {
        let kind = match row.kind.as_str() {
            "view" => RelationKind::View,
            "materialized view" => RelationKind::MaterializedView,
            _ => RelationKind::Table,
        };
        let relation = relations.entry(row.relation.clone()).or_insert_with(|| Relation::new(row.relation, kind));
        relation.columns.push(Column::new(row.name, row.data_type, row.nullable == "yes"));
    }
    relations
}

/// Marks the columns of keys, and gives the foreign keys between these relations.
fn mark_keys(relations: &mut Relations, rows: &[KeyRow]) -> Vec<Reference> {
    let mut references = Vec::new();
    for key in relations::by_key(rows) {
        let Some(relation) = relations.get_mut(&key[0].relation) else { continue };
        let its = |column: &&mut Column| key.iter().any(|row| row.column_name == column.name);
        let own = match key[0].kind.as_str() {
            "primary" => Key::Primary,
            "unique" => Key::Unique,
            "foreign" => Key::Foreign,
            // An index is not shown.
            _ => continue,
        };
        for column in relation.columns.iter_mut().filter(its) {
            // A column is unique on its own only where the key is of this one.
            match own {
                Key::Primary | Key::Unique if key.len() == 1 => column.keys.extend([own, Key::Unique]),
                Key::Primary | Key::Foreign => column.keys.extend([own]),
                Key::Unique => {}
            }
        }
        if own == Key::Foreign {
            references.push(Reference {
                table: key[0].relation.clone(),
                columns: key.iter().map(|row| row.column_name.clone()).collect(),
                target: key[0].target.clone().unwrap_or_default(),
                target_column: key[0].target_column.clone(),
            });
        }
    }
    // A table of another schema is in no diagram of this one.
    references.retain(|reference| relations.contains_key(&reference.target));
    references
}

fn labelled(rows: &[LabelRow]) -> Vec<Enum> {
    let types = rows.chunk_by(|one, next| one.name == next.name);
    let one = |rows: &[LabelRow]| Enum {
        name: rows[0].name.clone(),
        labels: rows.iter().map(|row| row.label.clone()).collect(),
    };
    types.map(one).collect()
}

fn add_source(relations: &mut Relations, relation: &str, source: &str) {
    if !relations.contains_key(source) {
        return;
    }
    if let Some(relation) = relations.get_mut(relation).filter(|found| !found.sources.iter().any(|one| one == source)) {
        relation.sources.push(source.to_owned());
    }
}

fn mark_hypertable(relations: &mut Relations, row: TimescaleRow) {
    let Some(relation) = relations.get_mut(&row.relation) else { return };
    let said = |seconds: Option<i64>| {
        seconds.and_then(|seconds| u32::try_from(seconds).ok()).map(|seconds| Interval::seconds(seconds).to_string())
    };
    let chunks = said(row.chunk_s).or_else(|| row.chunk_numbers.map(|numbers| numbers.to_string())).unwrap_or_default();
    let hashed = row.hashed.map(|hashed| format!(", {hashed}")).unwrap_or_default();
    relation.notes.push(format!("{} in chunks of {chunks}{hashed}", row.time_column));
    let ages = [
        said(row.refresh_s).map(|every| format!("refreshed every {every}")),
        (row.columnstore == "yes").then(|| match said(row.columnstore_s) {
            Some(age) => format!("columnstore after {age}"),
            None => "columnstore".to_owned(),
        }),
        said(row.retention_s).map(|age| format!("kept for {age}")),
    ];
    relation.notes.extend(ages.into_iter().flatten());
    if row.kind == "hypertable" {
        relation.kind = RelationKind::Hypertable;
    } else {
        relation.kind = RelationKind::ContinuousAggregate;
        // Not the hypertables that it stores its rows in.
        relation.sources.clear();
    }
    if let Some(source) = row.source {
        add_source(relations, &row.relation, &source);
    }
}

/// A view in the place of a continuous aggregate reads its source and the table of what was refreshed.
fn add_declared_sources(relations: &mut Relations, project: &Project) {
    for work in project.maintenance() {
        if let Maintenance::Refresh(policy) = work {
            let aggregate = policy.aggregate();
            for source in [aggregate.source(), &aggregate.materialized_table()] {
                add_source(relations, aggregate.name(), source);
            }
        }
    }
}
