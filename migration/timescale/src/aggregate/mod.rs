//! Continuous aggregates.

mod cut;
mod index;
mod native;
mod order;
mod portable;
mod refresh;

use std::collections::BTreeSet;

use sea_orm::DbBackend;

use crate::{Capability, Dialect, Interval, Refused, RenderError, bucket_sql, dialect::name};

pub use cut::CutBucket;
pub use index::AggregateIndex;
pub use order::leaf_first;
pub use refresh::Window;

/// A query grouped by time buckets that is kept up to date: per hour and sensor the average, for example.
///
/// With the full licence of TimescaleDB it is a continuous aggregate. Elsewhere (Apache edition, PostgreSQL, SQLite,
/// MySQL and MariaDB) it is a table `<name>_materialized` of what has been refreshed and a view `<name>` over it, with
/// the same columns; see [`ContinuousAggregate::create_sql`]. Who reads it need not know which one it is.
///
/// It is created without data. A [`RefreshPolicy`](crate::RefreshPolicy) fills it, or
/// [`refresh_continuous_aggregate`](crate::TimescaleManager::refresh_continuous_aggregate).
///
/// ```
/// use migration_timescale::{Capability, ContinuousAggregate, Interval, Version};
///
/// let hourly = ContinuousAggregate::on("readings", "readings_hourly")
///     .bucket("bucket", "taken_at", Interval::hours(1))
///     .group_by("sensor_id")
///     .aggregate("avg_value", "avg(value)")
///     .aggregate("readings", "count(*)");
/// let server = Capability::timescale_full(Version::new(2, 23, 0));
/// assert_eq!(
///     hourly.create_sql(server)?,
///     [r#"CREATE MATERIALIZED VIEW IF NOT EXISTS "readings_hourly"
/// WITH (timescaledb.continuous, timescaledb.materialized_only = false) AS
/// SELECT time_bucket(INTERVAL '1 hour', "taken_at") AS "bucket", "sensor_id", avg(value) AS "avg_value", count(*) AS "readings"
/// FROM "readings"
/// GROUP BY 1, 2
/// WITH NO DATA"#],
/// );
/// # Ok::<(), migration_timescale::RenderError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContinuousAggregate {
    source: String,
    name: String,
    bucket: String,
    time: String,
    width: Interval,
    /// Bucket of the source, when that is an aggregate too.
    source_width: Option<Interval>,
    groups: Vec<String>,
    aggregates: Vec<Aggregated>,
    /// The column that counts rows, where it was named.
    counting: Option<String>,
    /// That of the source, when that is an aggregate too.
    source_counting: Option<String>,
    real_time: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Aggregated {
    column: String,
    expression: String,
    number: Option<Number>,
}

/// Type of an aggregated number, where the backends would choose different ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Number {
    /// Double precision, `f64`.
    Double,
    /// 64 bits, `i64`.
    BigInt,
}

impl Number {
    fn cast(self, backend: DbBackend, expression: &str) -> String {
        let target = match (self, Dialect::of(backend)) {
            (Self::Double, Dialect::Postgres) => "double precision",
            (Self::Double, Dialect::MySql) => "double",
            (Self::Double, Dialect::Sqlite) => "real",
            (Self::BigInt, Dialect::Postgres) => "bigint",
            (Self::BigInt, Dialect::MySql) => "signed",
            (Self::BigInt, Dialect::Sqlite) => "integer",
        };
        format!("CAST({expression} AS {target})")
    }
}

impl ContinuousAggregate {
    /// The aggregate `name` over a table. Its bucket has to follow: [`bucket`](Self::bucket).
    pub fn on(table: &str, name: &str) -> Self {
        Self {
            source: table.to_owned(),
            name: name.to_owned(),
            bucket: "bucket".to_owned(),
            time: String::new(),
            width: Interval::seconds(0),
            source_width: None,
            groups: Vec::new(),
            aggregates: Vec::new(),
            counting: None,
            source_counting: None,
            real_time: true,
        }
    }

    /// The aggregate `name` over another one: days made of hours. Its buckets are `width` wide, a multiple of those
    /// below, and its bucket has the same name. Needs TimescaleDB 2.9 where it is a continuous aggregate.
    ///
    /// Averages of averages are wrong unless they are weighed: `sum(avg_value * readings) / sum(readings)`.
    pub fn stacked_on(below: &Self, name: &str, width: Interval) -> Self {
        let aggregate = Self::on(&below.name, name).bucket(&below.bucket, &below.bucket, width);
        let source_counting = below.counting_column().map(str::to_owned);
        Self { source_width: Some(below.width), source_counting, real_time: below.real_time, ..aggregate }
    }

    /// The column `name` holds the begin of the bucket in which the column `time` lies; a bucket is `width` long.
    #[must_use]
    pub fn bucket(mut self, name: &str, time: &str, width: Interval) -> Self {
        (self.bucket, self.time, self.width) = (name.to_owned(), time.to_owned(), width);
        self
    }

    /// Groups by a column of the source as well, under the same name. It must not be nullable.
    #[must_use]
    pub fn group_by(mut self, column: &str) -> Self {
        self.groups.push(column.to_owned());
        self
    }

    /// The column `name` holds an SQL expression over the rows of a group. It has to mean the same on every backend that
    /// the revision serves: `avg`, `min`, `max` and `sum` of a double precision column do, and `count(*)`.
    #[must_use]
    pub fn aggregate(mut self, name: &str, expression: &str) -> Self {
        self.add(name, expression, None);
        self
    }

    /// Like [`aggregate`](Self::aggregate), of a number type that is the same everywhere: the sum of whole numbers is
    /// `numeric` on PostgreSQL, and so is their average.
    #[must_use]
    pub fn aggregate_as(mut self, name: &str, number: Number, expression: &str) -> Self {
        self.add(name, expression, Some(number));
        self
    }

    /// This column counts rows: it never gets smaller while none go. By it is seen whether a refresh would lose what the
    /// aggregate holds of rows that are gone ([`cut_buckets`](Self::cut_buckets)). Not needed where a column is `count(*)`,
    /// or the `sum` of the column that counts in the aggregate below.
    #[must_use]
    pub fn counted_by(mut self, column: &str) -> Self {
        self.counting = Some(column.to_owned());
        self
    }

    /// Readers see rows that are not materialised yet, too; this is the default. The newest bucket is then a partial one.
    #[must_use]
    pub fn real_time(mut self) -> Self {
        self.real_time = true;
        self
    }

    /// Readers see what has been materialised and nothing else.
    #[must_use]
    pub fn materialized_only(mut self) -> Self {
        self.real_time = false;
        self
    }

    fn add(&mut self, column: &str, expression: &str, number: Option<Number>) {
        self.aggregates.push(Aggregated { column: column.to_owned(), expression: expression.to_owned(), number });
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The table or aggregate it reads.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// Name of the column with the bucket's begin.
    pub fn bucket_column(&self) -> &str {
        &self.bucket
    }

    /// The time column of its source.
    pub fn time_column(&self) -> &str {
        &self.time
    }

    /// Length of a bucket.
    pub fn width(&self) -> Interval {
        self.width
    }

    /// The columns it groups by beside the bucket.
    pub fn group_columns(&self) -> impl Iterator<Item = &str> {
        self.groups.iter().map(String::as_str)
    }

    /// The column that counts rows, if there is one.
    pub fn counting_column(&self) -> Option<&str> {
        let expression = match &self.source_counting {
            Some(below) => format!("sum({below})"),
            None if self.is_stacked() => return self.counting.as_deref(),
            None => "count(*)".to_owned(),
        };
        let counts = self.aggregates.iter().find(|one| one.expression.eq_ignore_ascii_case(&expression));
        self.counting.as_deref().or(counts.map(|one| one.column.as_str()))
    }

    /// Whether it is made of another aggregate.
    pub fn is_stacked(&self) -> bool {
        self.source_width.is_some()
    }

    /// Whether readers see rows that are not materialised yet.
    pub fn is_real_time(&self) -> bool {
        self.real_time
    }

    /// Its columns in order: bucket, groups, aggregates.
    pub fn columns(&self) -> impl Iterator<Item = &str> {
        std::iter::once(self.bucket.as_str())
            .chain(self.group_columns())
            .chain(self.aggregates.iter().map(|a| a.column.as_str()))
    }

    /// Where what was refreshed is stored on a server without continuous aggregates.
    pub fn materialized_table(&self) -> String {
        format!("{}_materialized", self.name)
    }

    /// What is wrong with it on every server.
    pub fn check(&self) -> Result<(), Refused> {
        let aggregate = || self.name.clone();
        if self.width.is_zero() {
            return Err(Refused::NoBucket { aggregate: aggregate() });
        }
        if self.aggregates.is_empty() {
            return Err(Refused::NoAggregates { aggregate: aggregate() });
        }
        let mut seen = BTreeSet::new();
        if let Some(column) = self.columns().find(|column| !seen.insert(*column)) {
            return Err(Refused::DuplicateColumn { aggregate: aggregate(), column: column.to_owned() });
        }
        if let Some(column) =
            self.counting.as_ref().filter(|name| !self.aggregates.iter().any(|one| one.column == **name))
        {
            return Err(Refused::NoSuchCount { aggregate: aggregate(), column: column.clone() });
        }
        match self.source_width {
            Some(source_width) if !self.width.is_multiple_of(source_width) => Err(Refused::BucketIsNoMultiple {
                aggregate: aggregate(),
                source_name: self.source.clone(),
                width: self.width,
                source_width,
            }),
            _ => Ok(()),
        }
    }

    /// The statements that create it, without data, in order; said again they change nothing.
    ///
    /// Without continuous aggregates: the table `<name>_materialized` with the key (groups…, bucket), an index on the
    /// bucket, and the view `<name>`. Up to its last bucket the view reads the table, and from the watermark on (the end
    /// of that bucket) it groups the source, as a real-time continuous aggregate does; a
    /// [`materialized_only`](Self::materialized_only) one reads the table alone.
    pub fn create_sql(&self, server: Capability) -> Result<Vec<String>, RenderError> {
        self.check()?;
        if server.has_continuous_aggregates() {
            return Ok(vec![self.create_native(server)?]);
        }
        let mut statements = self.create_table(server);
        statements.extend(self.create_view(server));
        Ok(statements)
    }

    /// The statements that drop it with everything that belongs to it; said again they change nothing. Aggregates made of
    /// it have to go first: [`leaf_first`].
    pub fn drop_sql(&self, server: Capability) -> Vec<String> {
        let backend = server.backend();
        let named = name(backend, &self.name);
        if server.has_continuous_aggregates() {
            return vec![format!("DROP MATERIALIZED VIEW IF EXISTS {named}")];
        }
        let table = name(backend, &self.materialized_table());
        vec![format!("DROP VIEW IF EXISTS {named}"), format!("DROP TABLE IF EXISTS {table}")]
    }

    /// `SELECT bucket, groups, aggregates FROM source`, with a condition, grouped.
    pub(crate) fn query(&self, server: Capability, condition: Option<&str>) -> String {
        let backend = server.backend();
        let bucket = bucket_sql(server, self.width, &name(backend, &self.time));
        let mut selected = vec![format!("{bucket} AS {}", name(backend, &self.bucket))];
        selected.extend(self.groups.iter().map(|group| name(backend, group)));
        selected.extend(self.aggregates.iter().map(|aggregated| {
            let Aggregated { column, expression, number } = aggregated;
            let expression = number.map_or_else(|| expression.clone(), |number| number.cast(backend, expression));
            format!("{expression} AS {}", name(backend, column))
        }));
        // By position: a source may have a column with the bucket's name.
        let grouped: Vec<String> = (1..=1 + self.groups.len()).map(|place| place.to_string()).collect();
        let condition = condition.map(|condition| format!("\nWHERE {condition}")).unwrap_or_default();
        format!(
            "SELECT {}\nFROM {}{condition}\nGROUP BY {}",
            selected.join(", "),
            name(backend, &self.source),
            grouped.join(", ")
        )
    }

    fn column_list(&self, backend: DbBackend) -> String {
        self.columns().map(|column| name(backend, column)).collect::<Vec<_>>().join(", ")
    }
}
