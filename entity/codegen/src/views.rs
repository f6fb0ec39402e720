//! Views and continuous aggregates, which sea-orm-codegen leaves out: typed like tables, and read-only.
//!
//! Each is mirrored by an empty table in a schema of its own, which is then read back as any table is. A view has no key
//! and PostgreSQL calls all its columns nullable, so both follow from its text: the key is what it groups by, and a
//! column is not null when it is made of columns that are not.

use migration_timescale::{identifier, literal};
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, DbErr, QueryResult};
use sqlparser::{
    ast::{Expr, FunctionArg, FunctionArgExpr, FunctionArguments, GroupByExpr, Select, SelectItem, SetExpr, Statement},
    dialect::PostgreSqlDialect,
    parser::Parser,
};

/// Why a view has no entity.
#[derive(Debug, thiserror::Error)]
pub enum ViewError {
    /// The catalogue could not be read, or the mirror not made.
    #[error("the views could not be read")]
    Database(#[from] DbErr),
    /// An entity needs a key, and nothing tells which.
    #[error("view {view} has no key: an entity is made for views of the form SELECT … FROM one table GROUP BY …")]
    NoKey {
        /// The view.
        view: String,
    },
}

/// Mirrors the views of the current schema in the schema `mirror`; gives their number.
pub async fn mirror(db: &DatabaseConnection, mirror: &str) -> Result<usize, ViewError> {
    let mut views = 0;
    db.execute_unprepared(&format!("CREATE SCHEMA {}", identifier(mirror))).await?;
    // Oldest first: what a view is made of is mirrored before it.
    for row in rows(db, &format!("{VIEWS} AND NOT {OF_EXTENSION} ORDER BY c.oid")).await? {
        let (name, text): (String, String) = (row.try_get("", "name")?, row.try_get("", "definition")?);
        let shape = shape(&text).filter(|shape| !shape.key.is_empty());
        let shape = shape.ok_or_else(|| ViewError::NoKey { view: name.clone() })?;
        let sources = not_null_columns(db, &shape.source).await?;
        let table = format!("{}.{}", identifier(mirror), identifier(&name));
        db.execute_unprepared(&format!("CREATE TABLE {table} AS SELECT * FROM {} WITH NO DATA", identifier(&name)))
            .await?;
        let mut changes: Vec<String> = shape
            .columns
            .iter()
            .filter(|(_, expression)| is_not_null(expression, &sources))
            .map(|(column, _)| format!("ALTER COLUMN {} SET NOT NULL", identifier(column)))
            .collect();
        let key: Vec<String> = shape.key.iter().map(|column| identifier(column)).collect();
        changes.push(format!("ADD PRIMARY KEY ({})", key.join(", ")));
        db.execute_unprepared(&format!("ALTER TABLE {table} {}", changes.join(", "))).await?;
        views += 1;
    }
    Ok(views)
}

/// Whether a row of `pg_class`, called `c`, is part of an extension: those have no entities.
const OF_EXTENSION: &str =
    "EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')";

/// Tables of the current schema that an extension made.
pub async fn extension_tables(db: &DatabaseConnection) -> Result<Vec<String>, DbErr> {
    let sql = format!(
        "SELECT c.relname::text AS name FROM pg_class c \
         WHERE c.relkind IN ('r', 'p') AND c.relnamespace = quote_ident(current_schema())::regnamespace AND {OF_EXTENSION}"
    );
    rows(db, &sql).await?.iter().map(|row| row.try_get("", "name")).collect()
}

/// Views of the current schema, with the text that was given for continuous aggregates, and not the one behind it.
const VIEWS: &str = "SELECT c.relname::text AS name, coalesce(a.view_definition, pg_get_viewdef(c.oid))::text AS definition \
    FROM pg_class c LEFT JOIN timescaledb_information.continuous_aggregates a \
    ON a.view_schema = current_schema() AND a.view_name = c.relname \
    WHERE c.relkind = 'v' AND c.relnamespace = quote_ident(current_schema())::regnamespace";

/// Columns of a table, or of a mirrored view, that are never null.
async fn not_null_columns(db: &DatabaseConnection, relation: &str) -> Result<Vec<String>, DbErr> {
    let sql = format!(
        "SELECT DISTINCT a.attname::text AS name FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid \
         WHERE c.relname = {} AND c.relkind IN ('r', 'p') AND a.attnotnull AND a.attnum > 0",
        literal(relation)
    );
    rows(db, &sql).await?.iter().map(|row| row.try_get("", "name")).collect()
}

async fn rows(db: &DatabaseConnection, sql: &str) -> Result<Vec<QueryResult>, DbErr> {
    db.query_all_raw(sea_orm::Statement::from_string(DbBackend::Postgres, sql)).await
}

/// What the text of a view tells.
#[derive(Debug)]
struct Shape {
    /// The one relation it reads.
    source: String,
    /// Output columns and what they are made of.
    columns: Vec<(String, Expr)>,
    /// Output columns it groups by.
    key: Vec<String>,
}

fn shape(text: &str) -> Option<Shape> {
    let statements = Parser::parse_sql(&PostgreSqlDialect {}, text).ok()?;
    let [Statement::Query(query)] = &statements[..] else { return None };
    let SetExpr::Select(select) = query.body.as_ref() else { return None };
    let source = source(select)?;
    let columns: Vec<(String, Expr)> = select.projection.iter().map(column).collect::<Option<_>>()?;
    let GroupByExpr::Expressions(groups, _) = &select.group_by else { return None };
    let is_grouped = |expression: &Expr| groups.iter().any(|group| bare(group) == bare(expression));
    let key = columns.iter().filter(|(_, expression)| is_grouped(expression)).map(|(name, _)| name.clone()).collect();
    Some(Shape { source, columns, key })
}

fn source(select: &Select) -> Option<String> {
    let [from] = &select.from[..] else { return None };
    let sqlparser::ast::TableFactor::Table { name, .. } = &from.relation else { return None };
    let last = name.0.last()?.as_ident()?;
    from.joins.is_empty().then(|| last.value.clone())
}

fn column(item: &SelectItem) -> Option<(String, Expr)> {
    match item {
        SelectItem::ExprWithAlias { expr, alias } => Some((alias.value.clone(), expr.clone())),
        SelectItem::UnnamedExpr(expr) => Some((last_name(expr)?.to_owned(), expr.clone())),
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

/// Whether the expression has a value in every group, when these columns have one in every row.
fn is_not_null(expression: &Expr, columns: &[String]) -> bool {
    if let Some(name) = last_name(expression) {
        return columns.iter().any(|column| column == name);
    }
    match expression {
        Expr::Value(value) => !matches!(value.value, sqlparser::ast::Value::Null),
        Expr::Nested(inner) | Expr::Cast { expr: inner, .. } => is_not_null(inner, columns),
        Expr::BinaryOp { left, right, .. } => is_not_null(left, columns) && is_not_null(right, columns),
        Expr::Interval(_) | Expr::TypedString { .. } => true,
        Expr::Function(function) if function.filter.is_none() => {
            let name = function.name.to_string().to_lowercase();
            let FunctionArguments::List(list) = &function.args else { return false };
            name == "count"
                || matches!(name.rsplit('.').next(), Some("avg" | "sum" | "min" | "max" | "time_bucket"))
                    && list.args.iter().all(|argument| match argument {
                        FunctionArg::Unnamed(FunctionArgExpr::Expr(inner)) => is_not_null(inner, columns),
                        _ => false,
                    })
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOURLY: &str = "SELECT time_bucket('01:00:00'::interval, r.taken_at) AS bucket, r.sensor_id, \
        avg(r.value) AS mean, max(r.quality) AS best, count(*) AS readings, (sum(r.value) / (count(*))::double precision) AS again \
        FROM telemetry.readings r GROUP BY (time_bucket('01:00:00'::interval, r.taken_at)), r.sensor_id;";

    #[test]
    fn the_key_is_what_is_grouped_by() {
        let shape = shape(HOURLY).unwrap();
        assert_eq!(
            (shape.source.as_str(), &shape.key[..]),
            ("readings", &["bucket".to_owned(), "sensor_id".into()][..])
        );
        assert!(super::shape("SELECT a FROM b").unwrap().key.is_empty());
        assert!(super::shape("SELECT a FROM b JOIN c USING (d) GROUP BY a").is_none());
    }

    #[test]
    fn columns_made_of_what_is_never_null_are_never_null() {
        let sources = ["taken_at", "sensor_id", "value"].map(str::to_owned);
        let shape = shape(HOURLY).unwrap();
        let never: Vec<&str> = shape
            .columns
            .iter()
            .filter(|(_, made)| is_not_null(made, &sources))
            .map(|(name, _)| name.as_str())
            .collect();
        assert_eq!(never, ["bucket", "sensor_id", "mean", "readings", "again"]);
    }
}
