//! Continuous aggregates, created, refreshed and dropped.

use sea_orm::{ConnectionTrait, DbBackend, DbErr};
use sea_orm_migration::SchemaManager;

use super::{
    Step, TimescaleManager, compare,
    run::{is_in_transaction, run, run_all_or_skip, run_together},
};
use crate::{AggregateIndex, ContinuousAggregate, Question, Refused, Window, leaf_first};

pub(super) async fn create(manager: &SchemaManager<'_>, aggregate: &ContinuousAggregate) -> Result<Step, DbErr> {
    let server = manager.capability().await?;
    let mut rendered = aggregate.create_sql(server);
    if server.has_continuous_aggregates() {
        compare::refuse_another(manager, aggregate).await?;
        if has_other_mode(manager, aggregate).await? {
            rendered = rendered.map(|_| vec![aggregate.set_real_time_sql()]);
        }
    } else {
        compare::refuse_another_portable(manager, aggregate).await?;
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
    let (name, real_time) = (aggregate.name(), aggregate.is_real_time());
    let condition = if real_time { "materialized_only" } else { "NOT materialized_only" };
    let sql = format!(
        "SELECT count(*) > 0 FROM timescaledb_information.continuous_aggregates \
         WHERE view_schema = current_schema() AND view_name = $1 AND {condition}"
    );
    let question = Question::new(sql, [name], |known| {
        known.schema().is_materialized_only(name).is_some_and(|only| only == real_time)
    });
    question.ask(manager.get_connection()).await
}

pub(super) async fn drop_all(manager: &SchemaManager<'_>, aggregates: &[ContinuousAggregate]) -> Result<Step, DbErr> {
    let server = manager.capability().await?;
    let statements = leaf_first(aggregates).into_iter().flat_map(|aggregate| aggregate.drop_sql(server));
    run(manager, &statements.collect::<Vec<_>>()).await?;
    Ok(Step::Applied)
}

pub(super) async fn create_index(manager: &SchemaManager<'_>, index: &AggregateIndex) -> Result<Step, DbErr> {
    let server = manager.capability().await?;
    let there =
        server.backend() == DbBackend::MySql && manager.index_exists(&index.relation(server), index.name()).await?;
    if !there {
        manager.get_connection().execute_unprepared(&index.create_sql(server)).await?;
    }
    Ok(Step::Applied)
}

pub(super) async fn drop_index(manager: &SchemaManager<'_>, index: &AggregateIndex) -> Result<Step, DbErr> {
    let server = manager.capability().await?;
    let gone =
        server.backend() == DbBackend::MySql && !manager.index_exists(&index.relation(server), index.name()).await?;
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
