//! The catalogue of PostgreSQL: the current schema, without what extensions own.
//!
//! All of it is one statement, because `check` often runs far from its server.
//!
//! Labels that [`crate::revision::labels`] has set aside are none.
//!
//! A query gives `name`, `owner` (the table, or null) and `definition`; for the statements of `schema` also
//!
//! - `place`: where it is in PostgreSQL's catalogue, and `needs`: places that no dependency of PostgreSQL leads to,
//! - `sql`: what makes it, where that is not the definition; empty where something else makes it along,
//! - `late`: of a table what stands behind its columns; of a default or constraint, which are made with their table where
//!   that can be, the statement that adds it later.

use std::collections::BTreeSet;

use migration_timescale::Capability;
use sea_orm::{ConnectionTrait, DbBackend, DbErr, QueryResult};

use super::{
    Kind, Object, is_no_schema,
    ordered::{Made, Needs, in_order},
    position,
};
use crate::sql::{lexed::without_schema, rows};

macro_rules! queries {
    ($($kind:ident $file:literal),+ $(,)?) => {
        &[$((Kind::$kind, include_str!(concat!($file, ".sql")))),+]
    };
}

/// In the order in which they are printed, as far as they do not need each other.
const QUERIES: &[(Kind, &str)] = queries!(
    Enum "postgres/enum",
    Type "postgres/base",
    Type "postgres/domain",
    Type "postgres/composite",
    Type "postgres/range",
    Collation "postgres/collation",
    TextSearch "postgres/text_search",
    Conversion "postgres/conversion",
    Sequence "postgres/sequence",
    Table "postgres/table",
    Column "postgres/column",
    PrimaryKey "postgres/primary_key",
    Constraint "postgres/constraint",
    Function "postgres/function",
    Function "postgres/aggregate",
    Operator "postgres/operator",
    OperatorClass "postgres/operator_class",
    Cast "postgres/cast",
    Index "postgres/index",
    Statistics "postgres/statistics",
    View "postgres/view",
    Trigger "postgres/trigger",
    Rule "postgres/rule",
    RowPolicy "postgres/row_policy",
    Comment "postgres/comment",
);

const TIMESCALE: &[(Kind, &str)] = queries!(
    Hypertable "timescale/hypertable",
    Columnstore "timescale/columnstore",
    View "timescale/view",
    Index "timescale/index",
    Policy "timescale/policy",
);

/// What statements say that no object of the catalogue is.
const PRINTED: &[(Kind, &str)] = queries!(Column "printed/defaults", Table "printed/added");
const EXTENSIONS: (Kind, &str) = (Kind::Type, include_str!("printed/extensions.sql"));
/// The columns of statements; not every query has all of them.
const PLACES: &str = ", to_jsonb(q) ->> 'place' AS place, to_jsonb(q) ->> 'sql' AS sql, to_jsonb(q) ->> 'late' AS late, \
     concat_ws(E'\\n', VARIADIC ARRAY(SELECT jsonb_array_elements_text(coalesce(to_jsonb(q) -> 'needs', '[]')))) AS needs";
const DEPENDENCIES: &str = include_str!("printed/dependencies.sql");

pub(super) async fn read<C: ConnectionTrait>(db: &C, server: Capability) -> Result<Vec<Object>, DbErr> {
    let queries = of(server);
    let mut objects = Vec::new();
    for row in rows(db, &one_statement(&queries, server, "")).await? {
        let Some(read) = Read::of(&row, &queries)? else { continue };
        objects.push(Object {
            kind: read.kind,
            name: read.name()?,
            table: row.try_get("", "owner")?,
            definition: read.text("definition")?.unwrap_or_default(),
        });
    }
    Ok(objects)
}

/// Statements that make the same schema, in an order that works.
pub(super) async fn statements<C: ConnectionTrait>(
    db: &C,
    server: Capability,
    bookkeeping: &str,
) -> Result<Vec<String>, DbErr> {
    let mut queries = of(server);
    // The columnstore takes no more changes of columns; a partition waits for what it needs.
    let tables = queries.iter().rposition(|(kind, _)| *kind == Kind::Constraint).map_or(0, |at| at + 1);
    queries.splice(tables..tables, PRINTED.iter().copied());
    queries.insert(0, EXTENSIONS);
    let mut made = Vec::new();
    for row in rows(db, &one_statement(&queries, server, PLACES)).await? {
        let Some(read) = Read::of(&row, &queries)? else { continue };
        let owner: Option<String> = row.try_get("", "owner")?;
        let name = read.name()?;
        if is_no_schema(owner.as_deref().unwrap_or(&name), bookkeeping) {
            continue;
        }
        let is_part = matches!(read.kind, Kind::Column | Kind::PrimaryKey | Kind::Constraint);
        let sql = match (read.text("sql")?, is_part) {
            (None, false) => read.text("definition")?,
            (sql, _) => sql.filter(|sql| is_part || !sql.is_empty()),
        };
        let needs: Option<String> = row.try_get("", "needs")?;
        let definition = read.text("definition")?.unwrap_or_default();
        made.push(Made {
            kind: read.kind,
            rank: read.part,
            position: if read.kind == Kind::Column { position(&definition) } else { 0 },
            name,
            table: owner,
            place: row.try_get("", "place")?,
            sql,
            late: read.text("late")?,
            needs: needs.unwrap_or_default().lines().map(str::to_owned).collect::<BTreeSet<_>>(),
        });
    }
    let mut needs = Needs::default();
    for row in rows(db, &expand(DEPENDENCIES, server)).await? {
        needs.entry(row.try_get("", "place")?).or_default().insert(row.try_get("", "needed")?);
    }
    Ok(in_order(made, needs))
}

/// TimescaleDB's are made behind the tables and the functions, and comments behind everything.
fn of(server: Capability) -> Vec<(Kind, &'static str)> {
    let mut queries = QUERIES.to_vec();
    if server.has_hypertables() {
        let (tables, rest) = TIMESCALE.split_at(2);
        let comments = queries.len() - 1;
        queries.splice(comments..comments, rest.iter().copied());
        let functions = queries.iter().position(|(kind, _)| *kind == Kind::Function).unwrap_or(comments);
        queries.splice(functions..functions, tables.iter().copied());
    }
    queries
}

fn one_statement(queries: &[(Kind, &str)], server: Capability, more: &str) -> String {
    let one = |(part, (_, query)): (usize, &(Kind, &str))| {
        format!(
            "SELECT {part} AS part, current_schema()::text AS schema, q.name::text, q.owner::text, q.definition::text{more} FROM ({}) q",
            expand(query, server)
        )
    };
    queries.iter().enumerate().map(one).collect::<Vec<_>>().join(" UNION ALL ")
}

/// A row of one of the queries.
struct Read<'r> {
    row: &'r QueryResult,
    part: usize,
    kind: Kind,
    schema: String,
}

impl<'r> Read<'r> {
    fn of(row: &'r QueryResult, queries: &[(Kind, &str)]) -> Result<Option<Self>, DbErr> {
        let part = usize::try_from(row.try_get::<i32>("", "part")?).unwrap_or(usize::MAX);
        let Some((kind, _)) = queries.get(part) else { return Ok(None) };
        Ok(Some(Self { row, part, kind: *kind, schema: row.try_get("", "schema")? }))
    }

    /// Only those of comments are put together by the server.
    fn name(&self) -> Result<String, DbErr> {
        let name: String = self.row.try_get("", "name")?;
        Ok(if self.kind == Kind::Comment { self.without_schema(&name) } else { name })
    }

    /// `pg_get_indexdef` and others name the schema; the same revision in another schema has to read the same.
    fn text(&self, column: &str) -> Result<Option<String>, DbErr> {
        Ok(self.row.try_get::<Option<String>>("", column)?.map(|text| self.without_schema(&text)))
    }

    fn without_schema(&self, text: &str) -> String {
        // Most do not; and a name that needs quotes has the letters between them.
        let inner = self.schema.replace('"', "\"\"");
        if text.contains(&inner) { without_schema(DbBackend::Postgres, text, &self.schema) } else { text.to_owned() }
    }
}

/// A child that inherits columns behind its own gets them by a statement of its own, so that they stand where they stand.
const LATE_INHERITANCE: &str = "(NOT c.relispartition AND EXISTS (SELECT FROM pg_attribute n JOIN pg_attribute l ON l.attrelid = n.attrelid AND l.attnum < n.attnum \
     WHERE n.attrelid = c.oid AND l.attnum > 0 AND NOT n.attislocal AND l.attinhcount = 0))";

/// Puts in the conditions the queries share. An object identifier is only unique within its class.
fn expand(query: &str, server: Capability) -> String {
    let mut parts = query.split("{own:");
    let first = parts.next().unwrap_or_default().to_owned();
    let text = parts.fold(first, |text, part| {
        let (alias, rest) = part.split_once('}').unwrap_or_default();
        format!(
            "{text}NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = {alias}.tableoid AND e.objid = {alias}.oid AND e.deptype = 'e'){rest}"
        )
    });
    let (not_aggregate, has_hypertables) = if server.has_hypertables() {
        (
            "NOT EXISTS (SELECT FROM timescaledb_information.continuous_aggregates g WHERE g.view_schema = current_schema() AND g.view_name = c.relname)",
            "EXISTS (SELECT FROM timescaledb_information.hypertables h WHERE h.hypertable_schema = current_schema())",
        )
    } else {
        ("true", "false")
    };
    text.replace("{late_inheritance}", LATE_INHERITANCE)
        .replace("{here}", "quote_ident(current_schema())::regnamespace")
        .replace("{not_aggregate}", not_aggregate)
        .replace("{has_hypertables}", has_hypertables)
}
