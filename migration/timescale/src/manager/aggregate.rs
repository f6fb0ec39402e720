//! Continuous aggregates, created, refreshed and dropped.

use sea_orm::{ConnectionTrait, DbBackend, DbErr};
use sea_orm_migration::SchemaManager;

use super::{
    Step, TimescaleManager,
    run::{answer, is_in_transaction, run, run_all_or_skip, run_together},
};
use crate::{AggregateIndex, ContinuousAggregate, Refused, Window, leaf_first};

pub(super) async fn create(manager: &SchemaManager<'_>, aggregate: &ContinuousAggregate) -> Result<Step, DbErr> {
    let server = manager.capability().await?;
    let mut rendered = aggregate.create_sql(server);
    if server.has_continuous_aggregates() {
        refuse_another(manager, aggregate).await?;
        if has_other_mode(manager, aggregate).await? {
            rendered = rendered.map(|_| vec![aggregate.set_real_time_sql()]);
        }
    } else {
        refuse_other_columns(manager, aggregate).await?;
        tracing::info!(
            "{} is a view over the table {} on {server}; `migration maintain` refreshes it, from cron for example",
            aggregate.name(),
            aggregate.materialized_table()
        );
    }
    run_all_or_skip(manager, aggregate.name(), rendered).await
}

/// Whether the aggregate is there and is not real-time, or is, where the other was asked for.
async fn has_other_mode(manager: &SchemaManager<'_>, aggregate: &ContinuousAggregate) -> Result<bool, DbErr> {
    let (question, condition) = if aggregate.is_real_time() {
        ("has_materialized_only_aggregate", "materialized_only")
    } else {
        ("has_real_time_aggregate", "NOT materialized_only")
    };
    let sql = format!(
        "SELECT count(*) > 0 AS {question} FROM timescaledb_information.continuous_aggregates \
         WHERE view_schema = current_schema() AND view_name = $1 AND {condition}"
    );
    answer(manager, question, &sql, vec![aggregate.name()]).await
}

/// Refuses an aggregate that is there with another source, other columns or other buckets.
async fn refuse_another(manager: &SchemaManager<'_>, aggregate: &ContinuousAggregate) -> Result<(), DbErr> {
    const FOUND: &str = "FROM timescaledb_information.continuous_aggregates g \
         LEFT JOIN timescaledb_information.continuous_aggregates b \
         ON (b.materialization_hypertable_schema, b.materialization_hypertable_name) = (g.hypertable_schema, g.hypertable_name) \
         WHERE g.view_schema = current_schema() AND g.view_name = $1";
    const COLUMNS: &str = "(SELECT string_agg(a.attname, ',' ORDER BY a.attnum) FROM pg_attribute a \
         WHERE a.attrelid = format('%I.%I', g.view_schema, g.view_name)::regclass AND a.attnum > 0 AND NOT a.attisdropped)";
    // Both in the session's way of writing intervals.
    const WIDTH: &str = "position('time_bucket(' || quote_literal($2::interval::text) IN g.view_definition) = 0";
    let columns = aggregate.columns().collect::<Vec<_>>().join(",");
    let width = aggregate.width().to_string();
    let questions = [
        ("has_other_source", "coalesce(b.view_name, g.hypertable_name) <> $2".to_owned(), aggregate.source(), "source"),
        ("has_other_columns", format!("{COLUMNS} <> $2"), columns.as_str(), "list of columns"),
        ("has_other_bucket", WIDTH.to_owned(), width.as_str(), "bucket width"),
    ];
    for (question, condition, asked, difference) in questions {
        let sql = format!("SELECT count(*) > 0 AS {question} {FOUND} AND {condition}");
        if answer(manager, question, &sql, vec![aggregate.name(), asked]).await? {
            return Err(another(aggregate, difference));
        }
    }
    Ok(())
}

/// Refuses the table of an aggregate that is there with other columns.
async fn refuse_other_columns(manager: &SchemaManager<'_>, aggregate: &ContinuousAggregate) -> Result<(), DbErr> {
    let table = aggregate.materialized_table();
    if manager.has_table(&table).await? {
        for column in aggregate.columns() {
            if !manager.has_column(&table, column).await? {
                return Err(another(aggregate, "list of columns"));
            }
        }
    }
    Ok(())
}

fn another(aggregate: &ContinuousAggregate, difference: &str) -> DbErr {
    Refused::AnotherAggregate { aggregate: aggregate.name().to_owned(), difference: difference.to_owned() }.into()
}

pub(super) async fn drop_all(manager: &SchemaManager<'_>, aggregates: &[ContinuousAggregate]) -> Result<Step, DbErr> {
    let server = manager.capability().await?;
    let statements = leaf_first(aggregates).into_iter().flat_map(|aggregate| aggregate.drop_sql(server));
    run(manager, &statements.collect::<Vec<_>>()).await?;
    Ok(Step::Applied)
}

pub(super) async fn create_index(manager: &SchemaManager<'_>, index: &AggregateIndex) -> Result<Step, DbErr> {
    let server = manager.capability().await?;
    let there = server.backend() == DbBackend::MySql && manager.has_index(index.relation(server), index.name()).await?;
    if !there {
        manager.get_connection().execute_unprepared(&index.create_sql(server)).await?;
    }
    Ok(Step::Applied)
}

pub(super) async fn drop_index(manager: &SchemaManager<'_>, index: &AggregateIndex) -> Result<Step, DbErr> {
    let server = manager.capability().await?;
    let gone = server.backend() == DbBackend::MySql && !manager.has_index(index.relation(server), index.name()).await?;
    if !gone {
        manager.get_connection().execute_unprepared(&index.drop_sql(server)).await?;
    }
    Ok(Step::Applied)
}

pub(super) async fn refresh(
    manager: &SchemaManager<'_>,
    aggregate: &ContinuousAggregate,
    window: Window,
) -> Result<Step, DbErr> {
    let server = manager.capability().await?;
    let statements = aggregate.refresh_sql(server, window)?;
    if !server.has_continuous_aggregates() {
        run_together(manager, &statements).await?;
        return Ok(Step::Applied);
    }
    if is_in_transaction(manager) {
        return Err(Refused::RefreshInTransaction { aggregate: aggregate.name().to_owned() }.into());
    }
    run(manager, &statements).await?;
    Ok(Step::Applied)
}
