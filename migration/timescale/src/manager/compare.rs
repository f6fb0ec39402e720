//! Whether the aggregate that is there under a name is the one that is asked for.
//!
//! `IF NOT EXISTS` leaves another one as it is, and where a table stands in for it, rows of the old query and the new one
//! would be read side by side. So it is compared first: what is cheap to ask by itself, then the query as the server
//! writes it down, beside the asked one as a view that is gone again at once.

use sea_orm::{ConnectionTrait, DbErr, TransactionTrait};
use sea_orm_migration::SchemaManager;

use super::TimescaleManager;
use crate::{ContinuousAggregate, Dialect, Question, Refused, dialect::name, literal};

const MYSQL_DEFINITION: &str =
    "SELECT view_definition FROM information_schema.views WHERE table_schema = database() AND table_name = ?";

/// Refuses a continuous aggregate that is there with another source, other columns, other buckets or another query.
pub(super) async fn refuse_another(manager: &SchemaManager<'_>, aggregate: &ContinuousAggregate) -> Result<(), DbErr> {
    const FOUND: &str = "FROM timescaledb_information.continuous_aggregates g \
         LEFT JOIN timescaledb_information.continuous_aggregates b \
         ON (b.materialization_hypertable_schema, b.materialization_hypertable_name) = (g.hypertable_schema, g.hypertable_name) \
         WHERE g.view_schema = current_schema() AND g.view_name = $1";
    const COLUMNS: &str = "(SELECT string_agg(a.attname, ',' ORDER BY a.attnum) FROM pg_attribute a \
         WHERE a.attrelid = format('%I.%I', g.view_schema, g.view_name)::regclass AND a.attnum > 0 AND NOT a.attisdropped)";
    // Both in the session's way of writing intervals.
    const WIDTH: &str = "position('time_bucket(' || quote_literal($2::interval::text) IN g.view_definition) = 0";
    const DEFINITION: &str = "SELECT view_definition FROM timescaledb_information.continuous_aggregates \
         WHERE view_schema = current_schema() AND view_name = $1";
    let columns = aggregate.columns().collect::<Vec<_>>().join(",");
    let width = aggregate.width().to_string();
    let questions = [
        ("coalesce(b.view_name, g.hypertable_name) <> $2".to_owned(), aggregate.source(), "source"),
        (format!("{COLUMNS} <> $2"), columns.as_str(), "list of columns"),
        (WIDTH.to_owned(), width.as_str(), "bucket width"),
    ];
    for (condition, asked, difference) in questions {
        let sql = format!("SELECT count(*) > 0 {FOUND} AND {condition}");
        // The server refuses such an aggregate; that it was created before, is known, and not how.
        if Question::new(sql, [aggregate.name(), asked], |_| false).ask(manager.get_connection()).await? {
            return Err(another(aggregate, difference));
        }
    }
    let server = manager.capability().await?;
    if is_one_of(manager, DEFINITION, aggregate.name(), &[aggregate.query(server, None)]).await? {
        return Ok(());
    }
    Err(another(aggregate, "query"))
}

/// The same where a table and a view stand in for it. Whether it is real-time may differ: that changes.
pub(super) async fn refuse_another_portable(
    manager: &SchemaManager<'_>,
    aggregate: &ContinuousAggregate,
) -> Result<(), DbErr> {
    let table = aggregate.materialized_table();
    if !manager.table_exists(&table).await? {
        return Ok(());
    }
    for column in aggregate.columns() {
        if !manager.column_exists(&table, column).await? {
            return Err(another(aggregate, "list of columns"));
        }
    }
    let server = manager.capability().await?;
    let queries = [true, false].map(|real_time| aggregate.view_query(server, real_time));
    let definition = match server.dialect() {
        Dialect::MySql => MYSQL_DEFINITION,
        Dialect::Sqlite => "SELECT sql FROM sqlite_master WHERE type = 'view' AND name = ?",
        Dialect::Postgres => {
            "SELECT pg_get_viewdef(oid) FROM pg_class \
             WHERE relnamespace = quote_ident(current_schema())::regnamespace AND relname = $1 AND relkind = 'v'"
        }
    };
    if is_one_of(manager, definition, aggregate.name(), &queries).await? {
        return Ok(());
    }
    Err(another(aggregate, "query"))
}

fn another(aggregate: &ContinuousAggregate, difference: &str) -> DbErr {
    Refused::AnotherAggregate { aggregate: aggregate.name().to_owned(), difference: difference.to_owned() }.into()
}

/// Whether there is no such view, or it says one of these queries.
async fn is_one_of(
    manager: &SchemaManager<'_>,
    definition: &str,
    view: &str,
    queries: &[String],
) -> Result<bool, DbErr> {
    let Some(found) = text(manager.get_connection(), definition, Some(view)).await? else { return Ok(true) };
    for query in queries {
        if as_written_down(manager, view, query).await?.as_ref() == Some(&found) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// A query as the server writes it down for a view.
async fn as_written_down(manager: &SchemaManager<'_>, view: &str, query: &str) -> Result<Option<String>, DbErr> {
    let (db, backend) = (manager.get_connection(), manager.get_database_backend());
    let scratch = format!("{view}_asked");
    let named = name(backend, &scratch);
    match Dialect::of(backend) {
        // The statement as it was said.
        Dialect::Sqlite => Ok(Some(ContinuousAggregate::create_view_sql(backend, view, query))),
        // There are no temporary views; one that a killed run left is replaced.
        Dialect::MySql => {
            db.execute_unprepared(&ContinuousAggregate::create_view_sql(backend, &scratch, query)).await?;
            let written = text(db, MYSQL_DEFINITION, Some(&scratch)).await?;
            db.execute_unprepared(&format!("DROP VIEW {named}")).await?;
            Ok(written)
        }
        Dialect::Postgres => {
            let work = db.begin().await?;
            work.execute_unprepared(&format!("CREATE TEMPORARY VIEW {named} AS\n{query}")).await?;
            let written = format!("pg_get_viewdef({}::regclass)", literal(&format!("pg_temp.{named}")));
            let written = text(&work, &format!("SELECT {written}"), None).await?;
            work.rollback().await?;
            Ok(written)
        }
    }
}

/// The definition of a view, if it is there. That is asked of databases alone: the query in a known schema is not known.
async fn text(db: &impl ConnectionTrait, sql: &str, view: Option<&str>) -> Result<Option<String>, DbErr> {
    Question::new(sql, view, |_| None).ask(db).await
}
