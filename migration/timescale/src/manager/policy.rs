//! Policies: added, exchanged for one with other settings, removed.
//!
//! TimescaleDB leaves a policy that is there as it is, with a warning at most. So whether it is another one is asked first,
//! and it is removed then.

use sea_orm::DbErr;
use sea_orm_migration::SchemaManager;

use super::{
    Step, TimescaleManager,
    run::{run_all_or_skip, run_or_leave_to_command},
};
use crate::{
    ArchivePolicy, Capability, ColumnstorePolicy, Interval, PolicyKind, Question, RefreshPolicy, Refused, RenderError,
    ReorderPolicy, RetentionPolicy, Version,
};

/// Whether `table` has a policy of a kind with other settings. For continuous aggregates the view has the name of the
/// aggregate. `same` is true of a job with these settings, which are bound from `$2` on.
fn has_other<'a, const COUNT: usize>(
    kind: PolicyKind,
    table: &'a str,
    settings: [&'a str; COUNT],
    same: &str,
) -> Question<'a, bool> {
    let sql = format!(
        "SELECT count(*) > 0 FROM timescaledb_information.jobs WHERE proc_name = '{}' \
         AND hypertable_schema = current_schema() AND hypertable_name = $1 AND NOT coalesce({same}, false)",
        kind.procedure()
    );
    Question::new(sql, std::iter::once(table).chain(settings), move |known| {
        known.schema().policy(kind, table).is_some_and(|found| found != settings)
    })
}

/// The statements that make a policy what is asked for: with that which removes another one, when there is one.
fn exchange(
    other: bool,
    remove: Result<String, RenderError>,
    add: Result<String, RenderError>,
) -> Result<Vec<String>, RenderError> {
    let add = add?;
    Ok(if other { vec![remove?, add] } else { vec![add] })
}

pub(super) async fn add_columnstore(manager: &SchemaManager<'_>, policy: &ColumnstorePolicy) -> Result<Step, DbErr> {
    let server = manager.capability().await?;
    let mut other = false;
    if server.has_jobs() {
        refuse_unrefreshed(manager, server, policy.table()).await?;
        refuse_refresh_of_converted(manager, policy).await?;
        let same = "(config ->> 'compress_after')::interval = $2::interval";
        let question = has_other(PolicyKind::Columnstore, policy.table(), [policy.age()], same);
        other = question.ask(manager.get_connection()).await?;
    }
    let remove = policy.remove_sql(server).map_err(Into::into);
    let rendered = exchange(other, remove, policy.add_sql(server).map_err(Into::into));
    run_all_or_skip(manager, policy.table(), rendered).await
}

pub(super) async fn add_reorder(manager: &SchemaManager<'_>, policy: &ReorderPolicy) -> Result<Step, DbErr> {
    let server = manager.capability().await?;
    let question = has_other(PolicyKind::Reorder, policy.table(), [policy.index()], "config ->> 'index_name' = $2");
    let other = server.has_jobs() && question.ask(manager.get_connection()).await?;
    let remove = policy.remove_sql(server).map_err(Into::into);
    let rendered = exchange(other, remove, policy.add_sql(server).map_err(Into::into));
    run_all_or_skip(manager, policy.table(), rendered).await
}

pub(super) async fn add_refresh(manager: &SchemaManager<'_>, policy: &RefreshPolicy) -> Result<Step, DbErr> {
    const SAME: &str = "(config ->> 'start_offset')::interval IS NOT DISTINCT FROM nullif($2, '')::interval \
         AND (config ->> 'end_offset')::interval = $3::interval AND schedule_interval BETWEEN $4::interval AND";
    policy.check()?;
    let server = manager.capability().await?;
    let about = policy.aggregate().name();
    let mut other = false;
    if server.has_jobs() {
        refuse_retention_within(manager, policy).await?;
        let start = policy.start().map(|start| start.to_string()).unwrap_or_default();
        refuse_converted_within(manager, policy, &start).await?;
        let (end, schedule) = (policy.end().to_string(), policy.schedule().to_string());
        let same = format!("{SAME} {}", policy.schedule_bounds().1.to_sql());
        let question = has_other(PolicyKind::Refresh, about, [&start, &end, &schedule], &same);
        other = question.ask(manager.get_connection()).await?;
    }
    let rendered = exchange(other, policy.remove_sql(server), policy.add_sql(server));
    run_or_leave_to_command(manager, about, rendered).await
}

/// A question about two policies that do not go together. Where nothing can be asked, `lint` finds them.
fn lint_finds<'a>(sql: &'static str, names: [&'a str; 2]) -> Question<'a, bool> {
    Question::new(sql, names, |_| false)
}

/// Refuses an aggregate without a refresh policy, where TimescaleDB does.
async fn refuse_unrefreshed(manager: &SchemaManager<'_>, server: Capability, name: &str) -> Result<(), DbErr> {
    const SQL: &str = "SELECT count(*) > 0 FROM timescaledb_information.continuous_aggregates g \
         WHERE g.view_schema = current_schema() AND g.view_name = $1 AND NOT EXISTS (SELECT FROM timescaledb_information.jobs j \
         WHERE j.proc_name = 'policy_refresh_continuous_aggregate' AND (j.hypertable_schema, j.hypertable_name) IN \
         ((g.view_schema, g.view_name), (g.materialization_hypertable_schema, g.materialization_hypertable_name)))";
    let older = server.timescale_version().is_some_and(|version| version < Version::COLUMNSTORE_WITHOUT_REFRESH);
    // Where nothing can be asked, it is left to the server, which refuses it.
    if older && Question::new(SQL, [name], |_| false).ask(manager.get_connection()).await? {
        return Err(Refused::ColumnstoreBeforeRefreshPolicy { aggregate: name.to_owned() }.into());
    }
    Ok(())
}

/// Refuses to convert what the refresh policy of the aggregate still writes.
async fn refuse_refresh_of_converted(manager: &SchemaManager<'_>, policy: &ColumnstorePolicy) -> Result<(), DbErr> {
    const SQL: &str = "SELECT count(*) > 0 FROM timescaledb_information.jobs \
         WHERE proc_name = 'policy_refresh_continuous_aggregate' AND hypertable_schema = current_schema() \
         AND hypertable_name = $1 AND coalesce((config ->> 'start_offset')::interval >= $2::interval, true)";
    let (aggregate, after) = (policy.table(), policy.age());
    if lint_finds(SQL, [aggregate, after]).ask(manager.get_connection()).await? {
        let reach = "so far or further".to_owned();
        return Err(
            Refused::ColumnstoreWithinRefresh { aggregate: aggregate.into(), after: after.into(), reach }.into()
        );
    }
    Ok(())
}

/// The same from the other side.
async fn refuse_converted_within(
    manager: &SchemaManager<'_>,
    policy: &RefreshPolicy,
    start: &str,
) -> Result<(), DbErr> {
    const SQL: &str = "SELECT count(*) > 0 FROM timescaledb_information.jobs \
         WHERE proc_name = 'policy_compression' AND hypertable_schema = current_schema() AND hypertable_name = $1 \
         AND coalesce((config ->> 'compress_after')::interval <= nullif($2, '')::interval, true)";
    let aggregate = policy.aggregate().name();
    if lint_finds(SQL, [aggregate, start]).ask(manager.get_connection()).await? {
        let reach = if start.is_empty() { "all the way" } else { start }.to_owned();
        let after = "that or less".to_owned();
        return Err(Refused::ColumnstoreWithinRefresh { aggregate: aggregate.to_owned(), after, reach }.into());
    }
    Ok(())
}

/// Whether rows are dropped that the refresh still looks at.
async fn refuse_retention_within(manager: &SchemaManager<'_>, policy: &RefreshPolicy) -> Result<(), DbErr> {
    const SQL: &str = "SELECT count(*) > 0 FROM timescaledb_information.jobs \
         WHERE proc_name = 'policy_retention' AND hypertable_schema = current_schema() AND hypertable_name = $1 \
         AND coalesce((config ->> 'drop_after')::interval <= nullif($2, '')::interval, true)";
    let table = policy.aggregate().source();
    let start = policy.start().map(|start| start.to_string()).unwrap_or_default();
    if lint_finds(SQL, [table, &start]).ask(manager.get_connection()).await? {
        return Err(Refused::RetentionBeforeRefresh {
            aggregate: policy.aggregate().name().to_owned(),
            table: table.to_owned(),
            reach: policy.start().map_or_else(|| "all the way".to_owned(), |start| start.to_string()),
            drop_after: "no longer".to_owned(),
        }
        .into());
    }
    Ok(())
}

pub(super) async fn add_retention(manager: &SchemaManager<'_>, policy: &RetentionPolicy) -> Result<Step, DbErr> {
    policy.check()?;
    let server = manager.capability().await?;
    let mut other = false;
    if server.has_jobs() {
        refuse_refresh_beyond(manager, policy.table(), policy.drop_after()).await?;
        let same = "(config ->> 'drop_after')::interval = $2::interval";
        let age = policy.drop_after().to_string();
        let question = has_other(PolicyKind::Retention, policy.table(), [&age], same);
        other = question.ask(manager.get_connection()).await?;
    }
    let rendered = exchange(other, policy.remove_sql(server), policy.add_sql(server));
    run_or_leave_to_command(manager, policy.table(), rendered).await
}

pub(super) async fn add_archive(manager: &SchemaManager<'_>, policy: &ArchivePolicy) -> Result<Step, DbErr> {
    policy.check()?;
    let is_hypertable = manager.is_hypertable(policy.table()).await?;
    let rendered = policy.add_sql(manager.capability().await?, is_hypertable);
    run_or_leave_to_command(manager, policy.table(), rendered).await
}

/// Whether the refresh of an aggregate over the table looks at rows that would be dropped.
async fn refuse_refresh_beyond(manager: &SchemaManager<'_>, table: &str, drop_after: Interval) -> Result<(), DbErr> {
    const SQL: &str = "SELECT count(*) > 0 FROM timescaledb_information.jobs j \
         JOIN timescaledb_information.continuous_aggregates g ON (g.view_schema, g.view_name) = (j.hypertable_schema, j.hypertable_name) \
         LEFT JOIN timescaledb_information.continuous_aggregates b \
         ON (b.materialization_hypertable_schema, b.materialization_hypertable_name) = (g.hypertable_schema, g.hypertable_name) \
         WHERE j.proc_name = 'policy_refresh_continuous_aggregate' AND coalesce(b.view_schema, g.hypertable_schema) = current_schema() \
         AND coalesce(b.view_name, g.hypertable_name) = $1 AND coalesce((j.config ->> 'start_offset')::interval >= $2::interval, true)";
    let age = drop_after.to_string();
    if lint_finds(SQL, [table, &age]).ask(manager.get_connection()).await? {
        return Err(Refused::RetentionBeforeRefresh {
            aggregate: format!("an aggregate over {table}"),
            table: table.to_owned(),
            reach: "so far or further".to_owned(),
            drop_after: age,
        }
        .into());
    }
    Ok(())
}
