//! Views, materialized views and continuous aggregates: what their text proves of their rows.
//!
//! A view has no key and PostgreSQL calls all its columns nullable. What it groups by is a key when all of it is selected;
//! without groups the key of the one table it reads is one. A column is not null when it is made of columns that are not,
//! by what never gives NULL. What cannot be proved is nullable, and has no key.

use std::collections::HashMap;

use sqlparser::{
    ast::{
        BinaryOperator, DataType, Expr, FunctionArg, FunctionArgExpr, FunctionArguments, GroupByExpr, Select,
        SelectItem, SetExpr, Statement, TableFactor, Value,
    },
    dialect::PostgreSqlDialect,
    parser::Parser,
    tokenizer::{Token, Tokenizer},
};

use crate::catalogue::{Catalogue, Relation};

/// What is known of the rows of a relation.
#[derive(Clone, Debug, Default)]
pub struct Known {
    /// Columns that are never null.
    pub not_null: Vec<String>,
    /// Columns that no two rows share, none of them nullable.
    pub key: Option<Vec<String>>,
}

/// What is known of every relation, each looked at once.
pub struct Proofs<'a> {
    catalogue: &'a Catalogue,
    found: HashMap<(&'a str, &'a str), Known>,
}

impl<'a> Proofs<'a> {
    pub fn new(catalogue: &'a Catalogue) -> Self {
        Self { catalogue, found: HashMap::new() }
    }

    pub fn of(&mut self, relation: &'a Relation) -> Known {
        let id = (relation.schema.as_str(), relation.name.as_str());
        if let Some(known) = self.found.get(&id) {
            return known.clone();
        }
        let mut known = match &relation.definition {
            Some(text) => self.of_view(relation, text),
            None => Known { not_null: declared_not_null(relation), key: None },
        };
        if known.key.is_none() && !relation.has_children {
            let is_there = |column: &String| known.not_null.contains(column);
            // Of a table the primary one: it stands first.
            let key = relation.keys.iter().find(|key| key.columns.iter().all(is_there));
            known.key = key.filter(|key| key.primary || relation.kind != 'r').map(|key| key.columns.clone());
        }
        self.found.insert(id, known.clone());
        known
    }

    fn of_view(&mut self, view: &Relation, text: &str) -> Known {
        let nothing = Known::default();
        let Some(shape) = shape(text).filter(|shape| shape.columns.len() == view.columns.len()) else { return nothing };
        let source: Vec<&str> = shape.source.iter().map(String::as_str).collect();
        let Some(source) = self.catalogue.find(&source) else { return nothing };
        let source = self.of(source);
        let columns = || view.columns.iter().map(|column| &column.name).zip(&shape.columns);
        let is_proved = |made: &Expr| is_not_null(made, &source.not_null, !shape.groups.is_empty());
        let not_null: Vec<String> =
            columns().filter(|(_, made)| is_proved(made)).map(|(name, _)| name.clone()).collect();

        let wanted = if shape.groups.is_empty() {
            source.key.unwrap_or_default()
        } else {
            shape.groups.iter().map(bare).collect()
        };
        let several = shape.columns.iter().chain(&shape.groups).any(|made| gives_several(made, self.catalogue));
        let selected =
            wanted.iter().map(|wanted| columns().find(|(_, made)| bare(made) == *wanted).map(|(name, _)| name));
        let key: Option<Vec<String>> =
            selected.map(|name| name.filter(|name| not_null.contains(name)).cloned()).collect();
        Known { key: key.filter(|key| !key.is_empty() && !several), not_null }
    }
}

fn declared_not_null(table: &Relation) -> Vec<String> {
    table.columns.iter().filter(|column| column.not_null).map(|column| column.name.clone()).collect()
}

/// What the text of a view of one relation tells.
#[derive(Debug)]
struct Shape {
    /// The one relation it reads, as it is called there.
    source: Vec<String>,
    /// What its columns are made of.
    columns: Vec<Expr>,
    /// What it groups by.
    groups: Vec<Expr>,
}

fn shape(text: &str) -> Option<Shape> {
    let statements = Parser::parse_sql(&PostgreSqlDialect {}, text).ok()?;
    let [Statement::Query(query)] = &statements[..] else { return None };
    // A name could be that of a common table expression.
    if query.with.is_some() {
        return None;
    }
    let SetExpr::Select(select) = query.body.as_ref() else { return None };
    let source = source(select)?;
    let columns: Vec<Expr> = select.projection.iter().map(column).collect::<Option<_>>()?;
    let GroupByExpr::Expressions(groups, modifiers) = &select.group_by else { return None };
    let is_plain =
        |group: &Expr| !matches!(group, Expr::Rollup(_) | Expr::Cube(_) | Expr::GroupingSets(_) | Expr::Tuple(_));
    (modifiers.is_empty() && groups.iter().all(is_plain)).then(|| Shape { source, columns, groups: groups.clone() })
}

fn source(select: &Select) -> Option<Vec<String>> {
    let [from] = &select.from[..] else { return None };
    let TableFactor::Table { name, alias, args: None, .. } = &from.relation else { return None };
    let renames = alias.as_ref().is_some_and(|alias| !alias.columns.is_empty());
    let parts = name.0.iter().map(|part| part.as_ident().map(|name| name.value.clone())).collect::<Option<_>>()?;
    (from.joins.is_empty() && select.lateral_views.is_empty() && !renames).then_some(parts)
}

fn column(item: &SelectItem) -> Option<Expr> {
    match item {
        SelectItem::ExprWithAlias { expr, .. } | SelectItem::UnnamedExpr(expr) => Some(expr.clone()),
        _ => None,
    }
}

/// The expression without parentheses and without the name of the table before a column.
fn bare(expression: &Expr) -> String {
    match expression {
        Expr::Nested(inner) => bare(inner),
        other => last_name(other).map_or_else(|| other.to_string(), ToOwned::to_owned),
    }
}

fn last_name(expression: &Expr) -> Option<&str> {
    match expression {
        Expr::Identifier(name) => Some(&name.value),
        Expr::CompoundIdentifier(names) => names.last().map(|name| name.value.as_str()),
        _ => None,
    }
}

/// Whether it calls something that may give several rows, or none.
fn gives_several(expression: &Expr, catalogue: &Catalogue) -> bool {
    let text = expression.to_string();
    let Ok(tokens) = Tokenizer::new(&PostgreSqlDialect {}, &text).tokenize() else { return true };
    tokens.iter().any(|token| matches!(token, Token::Word(word) if catalogue.set_returning.contains(&word.value)))
}

/// Whether the expression has a value in every row, when these columns have one in every row of the source.
fn is_not_null(expression: &Expr, columns: &[String], in_groups: bool) -> bool {
    let is_not_null = |inner: &Expr| is_not_null(inner, columns, in_groups);
    if let Some(name) = last_name(expression) {
        return columns.iter().any(|column| column == name);
    }
    match expression {
        Expr::Value(value) => !matches!(value.value, Value::Null),
        Expr::Nested(inner) => is_not_null(inner),
        // A cast to a type that somebody made may be a function that somebody made.
        Expr::Cast { expr: inner, data_type, .. } => !matches!(data_type, DataType::Custom(..)) && is_not_null(inner),
        Expr::BinaryOp { left, op, right } => never_gives_null(op) && is_not_null(left) && is_not_null(right),
        Expr::IsNull(_) | Expr::IsNotNull(_) | Expr::Interval(_) | Expr::TypedString { .. } => true,
        Expr::Function(function) => {
            let FunctionArguments::List(list) = &function.args else { return false };
            let mut arguments = list.args.iter().map(|argument| match argument {
                FunctionArg::Unnamed(FunctionArgExpr::Expr(inner)) => is_not_null(inner),
                _ => false,
            });
            // A built-in stands without its schema; time_bucket is where TimescaleDB is.
            let name = function.name.to_string().to_lowercase();
            match name.as_str() {
                "count" => true,
                "coalesce" => arguments.any(|argument| argument),
                "avg" | "sum" | "min" | "max" => {
                    in_groups
                        && function.filter.is_none()
                        && function.over.is_none()
                        && arguments.all(|argument| argument)
                }
                _ => name.rsplit('.').next() == Some("time_bucket") && arguments.all(|argument| argument),
            }
        }
        _ => false,
    }
}

/// Whether an operator gives a value for values; those of JSON give NULL for what is not there.
fn never_gives_null(operator: &BinaryOperator) -> bool {
    use BinaryOperator::{And, Divide, Eq, Gt, GtEq, Lt, LtEq, Minus, Modulo, Multiply, NotEq, Or, Plus, StringConcat};
    matches!(
        operator,
        Plus | Minus | Multiply | Divide | Modulo | StringConcat | Eq | NotEq | Lt | LtEq | Gt | GtEq | And | Or
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOURLY: &str = "SELECT time_bucket('01:00:00'::interval, r.taken_at) AS bucket, r.sensor_id, \
        avg(r.value) AS mean, max(r.quality) AS best, count(*) AS readings, (sum(r.value) / (count(*))::double precision) AS again, \
        (r.metadata ->> 'x'::text) AS x, avg(r.value) FILTER (WHERE r.value > 0) AS some, COALESCE(max(r.quality), 0) AS zero \
        FROM telemetry.readings r GROUP BY (time_bucket('01:00:00'::interval, r.taken_at)), r.sensor_id, r.metadata ->> 'x'::text;";

    /// A catalogue of these relations: schema, name, definition, columns (`!` after those that are not null), primary key.
    fn catalogue(relations: &[(&str, &str, Option<&str>, &str, &str)]) -> Catalogue {
        let relations = relations.iter().map(|(schema, name, definition, columns, key)| {
            let columns: Vec<_> = columns
                .split(' ')
                .map(|column| {
                    serde_json::json!({
                        "name": column.trim_end_matches('!'), "not_null": column.ends_with('!'), "auto_increment": false,
                        "shown": "text", "cast": "text", "typmod": -1, "element": null,
                        "type": {"schema": "pg_catalog", "name": "text", "visible": true, "labels": null},
                    })
                })
                .collect();
            let keys = if key.is_empty() { vec![] } else { vec![key.split(' ').collect::<Vec<_>>()] };
            let keys: Vec<_> = keys.iter().map(|key| serde_json::json!({"name": "k", "primary": true, "columns": key})).collect();
            serde_json::from_value(serde_json::json!({
                "schema": schema, "name": name, "kind": if definition.is_some() { 'v' } else { 'r' }, "visible": *schema == "public",
                "of_extension": false, "is_partition": false, "has_children": false, "definition": definition,
                "columns": columns, "checks": [], "keys": keys, "foreign_keys": [],
            }))
            .unwrap()
        });
        Catalogue { relations: relations.collect(), set_returning: ["unnest".to_owned()].into() }
    }

    /// Columns that are not null and the key of a view with this text, of tables in two schemas.
    fn known(text: &str, columns: &str) -> (String, Option<String>) {
        let catalogue = catalogue(&[
            ("public", "readings", None, "taken_at sensor_id value quality metadata", ""),
            ("telemetry", "readings", None, "taken_at! sensor_id! value! quality metadata", ""),
            ("public", "t", None, "id! name! note", "id"),
            ("public", "above", Some("SELECT t.name, count(*) AS n FROM t GROUP BY t.name"), "name n", ""),
            ("public", "it", Some(text), columns, ""),
        ]);
        let known = Proofs::new(&catalogue).of(catalogue.relations.last().unwrap());
        (known.not_null.join(" "), known.key.map(|key| key.join(" ")))
    }

    #[test]
    fn columns_made_of_what_is_never_null_are_never_null() {
        let columns = "bucket sensor_id mean best readings again x some zero";
        assert_eq!(known(HOURLY, columns), ("bucket sensor_id mean readings again zero".into(), None));
        let other = HOURLY.replace("telemetry.", "");
        assert_eq!(known(&other, columns), ("readings zero".into(), None), "the other table of that name");
    }

    #[test]
    fn the_key_is_what_is_grouped_by_when_all_of_it_is_selected_and_there() {
        let key = |text: &str, columns: &str| known(text, columns).1;
        let group = "SELECT t.name AS label, count(*) AS n FROM t GROUP BY t.name";
        assert_eq!(key(group, "label n").as_deref(), Some("label"));
        assert_eq!(
            key("SELECT t.name, count(*) AS n FROM t GROUP BY t.name, t.id", "name n"),
            None,
            "one is not selected"
        );
        assert_eq!(key("SELECT t.note, count(*) AS n FROM t GROUP BY t.note", "note n"), None, "nullable");
        assert_eq!(key("SELECT t.name, count(*) AS n FROM t GROUP BY ROLLUP(t.name)", "name n"), None);
        assert_eq!(key("SELECT t.name, unnest('{1,2}'::int[]) AS n FROM t GROUP BY t.name", "name n"), None);
        assert_eq!(key("SELECT above.name, above.n FROM above", "name n").as_deref(), Some("name"), "of a view");
    }

    #[test]
    fn a_view_of_one_table_has_its_key() {
        let key = |text: &str, columns: &str| known(text, columns).1;
        assert_eq!(key("SELECT t.id AS no, t.note FROM t WHERE t.name <> ''::text", "no note").as_deref(), Some("no"));
        assert_eq!(key("SELECT t.name FROM t", "name"), None, "not selected");
        assert_eq!(key("SELECT t.id, unnest('{1,2}'::int[]) AS n FROM t", "id n"), None, "several rows");
        assert_eq!(key("SELECT t.id FROM t, above", "id"), None);
        assert_eq!(key("SELECT t.id FROM t UNION ALL SELECT t.id FROM t", "id"), None);
        assert_eq!(key("WITH t AS (SELECT 1 AS id) SELECT t.id FROM t", "id"), None);
        assert_eq!(known("SELECT max(t.id) AS id FROM t", "id"), (String::new(), None), "NULL when there are no rows");
    }
}
