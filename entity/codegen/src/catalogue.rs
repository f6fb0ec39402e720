//! What the database says of its relations.

use std::collections::HashSet;

use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, DbErr, Statement};
use serde::Deserialize;

/// Every relation that a view may read, by schema and name.
pub struct Catalogue {
    pub relations: Vec<Relation>,
    /// Names of functions that give several rows.
    pub set_returning: HashSet<String>,
}

/// A table or a view.
#[derive(Deserialize)]
#[allow(clippy::struct_excessive_bools, reason = "facts of the catalogue")]
pub struct Relation {
    pub schema: String,
    pub name: String,
    /// `pg_class.relkind`.
    pub kind: char,
    /// Whether it is found without its schema.
    pub visible: bool,
    pub of_extension: bool,
    pub is_partition: bool,
    pub has_children: bool,
    /// Text of a view; of a continuous aggregate, the text that was given.
    pub definition: Option<String>,
    pub columns: Vec<Column>,
    /// Conditions that hold for every row.
    pub checks: Vec<String>,
    pub keys: Vec<Key>,
    pub foreign_keys: Vec<ForeignKey>,
}

impl Relation {
    /// Whether it is any kind of view.
    pub fn is_view(&self) -> bool {
        self.definition.is_some()
    }

    /// What people call it.
    pub fn shown(&self) -> String {
        let Self { schema, name, .. } = self;
        let kind = match self.kind {
            'v' => "view",
            'm' => "materialized view",
            'f' => "foreign table",
            _ => "table",
        };
        format!("{kind} {schema}.{name}")
    }
}

/// A column, its type that of the domain's base.
#[derive(Deserialize)]
pub struct Column {
    pub name: String,
    pub not_null: bool,
    pub auto_increment: bool,
    /// The type as declared.
    pub shown: String,
    /// The type that text is cast to.
    pub cast: String,
    pub typmod: i32,
    pub r#type: Type,
    /// Of an array.
    pub element: Option<Type>,
}

/// A type that is no domain.
#[derive(Clone, Deserialize)]
pub struct Type {
    pub schema: String,
    pub name: String,
    /// Whether it is found without its schema.
    pub visible: bool,
    /// Of an enum.
    pub labels: Option<Vec<String>>,
}

/// Columns that no two rows share.
#[derive(Deserialize)]
pub struct Key {
    pub name: String,
    pub primary: bool,
    pub columns: Vec<String>,
}

#[derive(Deserialize)]
pub struct ForeignKey {
    pub schema: String,
    pub table: String,
    pub on_update: char,
    pub on_delete: char,
    pub from: Vec<String>,
    pub to: Vec<String>,
}

/// Texts of continuous aggregates as they were given: the view itself may be a union with what is not aggregated yet.
const AGGREGATES: &str = "SELECT view_schema::text AS schema, view_name::text AS name, view_definition::text AS definition \
    FROM timescaledb_information.continuous_aggregates";

impl Catalogue {
    pub async fn read(db: &DatabaseConnection) -> Result<Self, DbErr> {
        let rows = async |sql: &str| db.query_all_raw(Statement::from_string(DbBackend::Postgres, sql)).await;
        let mut relations: Vec<Relation> = Vec::new();
        for row in rows(include_str!("catalogue.sql")).await? {
            let document: serde_json::Value = row.try_get("", "relations")?;
            relations = serde_json::from_value(document).map_err(|error| DbErr::Custom(error.to_string()))?;
        }
        let is_there = "SELECT to_regclass('timescaledb_information.continuous_aggregates') IS NOT NULL AS there";
        let is_there = rows(is_there).await?.first().map(|row| row.try_get("", "there")).transpose()?;
        if is_there == Some(true) {
            for row in rows(AGGREGATES).await? {
                let (schema, name): (String, String) = (row.try_get("", "schema")?, row.try_get("", "name")?);
                let of = relations.iter_mut().find(|relation| relation.schema == schema && relation.name == name);
                if let Some(aggregate) = of {
                    aggregate.definition = row.try_get("", "definition")?;
                }
            }
        }
        let set_returning = rows("SELECT DISTINCT proname::text AS name FROM pg_proc WHERE proretset").await?;
        let set_returning = set_returning.iter().map(|row| row.try_get("", "name")).collect::<Result<_, _>>()?;
        Ok(Self { relations, set_returning })
    }

    /// The relation that a query calls by these parts of a name.
    pub fn find(&self, name: &[&str]) -> Option<&Relation> {
        self.relations.iter().find(|relation| match name {
            [only] => relation.visible && relation.name == *only,
            [schema, last] => relation.schema == *schema && relation.name == *last,
            _ => false,
        })
    }
}
