//! Numbers that count up: sequences that fell behind their column, lost defaults, columns that are about to be full.

use schemars::JsonSchema;
use sea_orm::{ConnectionTrait, DbErr, FromQueryResult};
use serde::Serialize;

use super::{Answer, answer::all};
use crate::{Capability, Dialect, identifier, literal};

/// A column without a useful index is only searched for its highest value while its table is smaller than that.
pub const LARGEST_SCAN: i64 = 1 << 30;
/// Share of the numbers after which a column is called nearly full.
const NEARLY_FULL: f64 = 0.8;
/// Longest wait for the locks of a repair.
const LOCK_TIMEOUT: &str = "2s";

/// How a sequence stands. The first that applies.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SequenceState {
    /// It does what it is for.
    #[default]
    Ok,
    /// The column has no default any more: an insert that leaves it out fails, or stores no number.
    MissingDefault,
    /// The column holds a higher number than the next one: an insert will meet a number that is taken.
    Behind,
    /// Over four fifths of the numbers that the column's type or the sequence allows are used.
    NearlyFull,
    /// The highest value was not looked for: no index leads with the column and the table is larger than
    /// [`LARGEST_SCAN`], or this user may not read it.
    NotExamined,
}

/// A sequence and the column it numbers; on MySQL an `AUTO_INCREMENT` column.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Sequence {
    /// The column's table.
    pub table: String,
    /// The column.
    pub column: String,
    /// The sequence; null on MySQL.
    pub sequence: Option<String>,
    /// Whether the column's default takes its number from the sequence, identity columns included.
    pub has_default: bool,
    /// The number it gives next; null when it was not looked for.
    pub next: Option<i64>,
    /// The column's highest value; null in an empty table, and when it was not looked for.
    pub highest: Option<i64>,
    /// The last number that fits.
    pub limit: i64,
    /// Share of the numbers that are used, from 0 to 1.
    pub used: f64,
    /// How it stands.
    pub state: SequenceState,
}

// A sequence belongs to a column that owns it (`a`, `i` for identity), whose default calls it, or whose name it bears.
const SEQUENCES: &str = include_str!("sequences_sequences.sql");

// What the server keeps is the next number.
const MYSQL: &str = include_str!("sequences_mysql.sql");

#[derive(FromQueryResult)]
struct Found {
    table: String,
    column: String,
    sequence: String,
    has_default: bool,
    limit: i64,
    increment: i64,
    cycles: bool,
    examinable: bool,
}

#[derive(FromQueryResult)]
struct Numbers {
    place: i64,
    last: i64,
    called: bool,
    highest: Option<i64>,
}

#[derive(FromQueryResult)]
struct AutoIncrement {
    table: String,
    column: String,
    next: i64,
    limit: i64,
}

/// Every sequence that numbers a column of the schema, by table. Two round trips on PostgreSQL: which there are, and how
/// far they and their columns are. The second reads whole tables of up to [`LARGEST_SCAN`] bytes where no index helps.
pub async fn sequences<C: ConnectionTrait>(db: &C, server: Capability) -> Result<Answer<Vec<Sequence>>, DbErr> {
    match server.dialect() {
        Dialect::Postgres => of_postgres(db, server).await.map(Answer::given),
        Dialect::MySql => {
            let columns: Vec<AutoIncrement> = all(db, MYSQL).await?;
            Ok(Answer::given(columns.into_iter().map(Into::into).collect()))
        }
        // A rowid is always one more than the highest.
        Dialect::Sqlite => Ok(Answer::needs("a sequence", "PostgreSQL or MySQL", server)),
    }
}

async fn of_postgres<C: ConnectionTrait>(db: &C, server: Capability) -> Result<Vec<Sequence>, DbErr> {
    // What the columnstore packed is no part of the chunks that inherit from the hypertable.
    let bytes = if server.has_hypertables() {
        "coalesce((SELECT hypertable_size(t.oid::regclass) FROM timescaledb_information.hypertables h WHERE h.hypertable_schema = current_schema() AND h.hypertable_name = t.relname), \
         sum(pg_total_relation_size(part)))"
    } else {
        "sum(pg_total_relation_size(part))"
    };
    let sql = SEQUENCES.replace("{largest}", &LARGEST_SCAN.to_string()).replace("{bytes}", bytes);
    let found: Vec<Found> = all(db, &sql).await?;
    let questions = found.iter().enumerate().filter(|(_, one)| one.examinable).map(|(place, one)| {
        format!(
            "SELECT {place}::bigint AS place, last_value AS last, is_called AS called, (SELECT max({})::bigint FROM {}) AS highest FROM {}",
            identifier(&one.column),
            identifier(&one.table),
            identifier(&one.sequence)
        )
    });
    let questions: Vec<String> = questions.collect();
    let numbers: Vec<Numbers> =
        if questions.is_empty() { Vec::new() } else { all(db, &questions.join(" UNION ALL ")).await? };
    let numbers_of = |place: usize| numbers.iter().find(|numbers| usize::try_from(numbers.place) == Ok(place));
    Ok(found.into_iter().enumerate().map(|(place, one)| one.judged(numbers_of(place))).collect())
}

impl Found {
    fn judged(self, numbers: Option<&Numbers>) -> Sequence {
        let next = numbers.map(|one| if one.called { one.last.saturating_add(self.increment) } else { one.last });
        let highest = numbers.and_then(|one| one.highest);
        let used = share(next.unwrap_or(0).saturating_sub(1), self.limit);
        let state = match next {
            _ if !self.has_default => SequenceState::MissingDefault,
            None => SequenceState::NotExamined,
            Some(next) if highest.is_some_and(|highest| highest >= next) => SequenceState::Behind,
            Some(_) if used > NEARLY_FULL && !self.cycles => SequenceState::NearlyFull,
            Some(_) => SequenceState::Ok,
        };
        let Self { table, column, sequence, has_default, limit, .. } = self;
        Sequence { table, column, sequence: Some(sequence), has_default, next, highest, limit, used, state }
    }
}

impl From<AutoIncrement> for Sequence {
    fn from(AutoIncrement { table, column, next, limit }: AutoIncrement) -> Self {
        let used = share(next.saturating_sub(1), limit);
        let state = if used > NEARLY_FULL { SequenceState::NearlyFull } else { SequenceState::Ok };
        Self { table, column, sequence: None, has_default: true, next: Some(next), highest: None, limit, used, state }
    }
}

#[allow(clippy::cast_precision_loss, reason = "a share needs no 19 digits")]
fn share(used: i64, limit: i64) -> f64 {
    used as f64 / limit as f64
}

impl Sequence {
    /// Statement that repairs a sequence that is behind or whose column lost its default; `None` where nothing is to be
    /// done, or nothing can be.
    ///
    /// It never lowers the sequence: the lock that `ALTER SEQUENCE` takes keeps others from drawing a number between the look
    /// and the change, and they go on within milliseconds. It gives up after 2 s when the lock is not free (55P03), and takes
    /// the owner of table and sequence. Run twice, the second changes nothing.
    pub fn repair_sql(&self) -> Option<String> {
        let sequence = identifier(self.sequence.as_ref()?);
        if !matches!(self.state, SequenceState::MissingDefault | SequenceState::Behind) {
            return None;
        }
        let (table, column) = (identifier(&self.table), identifier(&self.column));
        let default = if self.has_default {
            String::new()
        } else {
            format!("ALTER TABLE {table} ALTER COLUMN {column} SET DEFAULT nextval({});\n  ", literal(&sequence))
        };
        Some(format!(
            "DO $repair$\n\
             DECLARE\n  \
               patience text := current_setting('lock_timeout');\n  \
               step bigint := (SELECT seqincrement FROM pg_catalog.pg_sequence WHERE seqrelid = {regclass}::regclass);\n  \
               highest bigint;\n\
             BEGIN\n  \
               PERFORM set_config('lock_timeout', '{LOCK_TIMEOUT}', true);\n  \
               {default}EXECUTE 'ALTER SEQUENCE ' || {regclass} || ' INCREMENT BY ' || step;\n  \
               SELECT max({column}) INTO highest FROM {table};\n  \
               PERFORM setval({regclass}, highest) FROM {sequence} s\n    \
                 WHERE highest >= CASE WHEN s.is_called THEN s.last_value + step ELSE s.last_value END;\n  \
               PERFORM set_config('lock_timeout', patience, true);\n\
             END $repair$",
            regclass = literal(&sequence),
        ))
    }
}

/// Repairs a sequence, see [`Sequence::repair_sql`]. Says whether there was anything to do.
pub async fn repair_sequence<C: ConnectionTrait>(db: &C, sequence: &Sequence) -> Result<bool, DbErr> {
    match sequence.repair_sql() {
        Some(sql) => db.execute_unprepared(&sql).await.map(|_| true),
        None => Ok(false),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found() -> Found {
        Found {
            table: "readings".to_owned(),
            column: "id".to_owned(),
            sequence: "readings_id_seq".to_owned(),
            has_default: true,
            limit: 1000,
            increment: 1,
            cycles: false,
            examinable: true,
        }
    }

    fn numbers(last: i64, called: bool, highest: Option<i64>) -> Numbers {
        Numbers { place: 0, last, called, highest }
    }

    #[test]
    fn a_state_is_the_first_that_applies() {
        let state = |found: Found, numbers: Option<Numbers>| found.judged(numbers.as_ref()).state;
        assert_eq!(state(found(), Some(numbers(1, false, None))), SequenceState::Ok, "never used");
        assert_eq!(state(found(), Some(numbers(7, true, Some(7)))), SequenceState::Ok);
        assert_eq!(state(found(), Some(numbers(7, false, Some(7)))), SequenceState::Behind, "the next is 7");
        assert_eq!(state(found(), Some(numbers(7, true, Some(8)))), SequenceState::Behind);
        assert_eq!(state(found(), Some(numbers(801, true, Some(9)))), SequenceState::NearlyFull);
        assert_eq!(state(Found { cycles: true, ..found() }, Some(numbers(801, true, None))), SequenceState::Ok);
        assert_eq!(state(found(), None), SequenceState::NotExamined);
        assert_eq!(state(Found { has_default: false, ..found() }, None), SequenceState::MissingDefault);
    }

    #[test]
    fn only_what_is_broken_is_repaired() {
        assert_eq!(found().judged(Some(&numbers(7, true, Some(7)))).repair_sql(), None);
        let behind = found().judged(Some(&numbers(7, true, Some(8)))).repair_sql().unwrap();
        assert!(
            behind.contains("setval('\"readings_id_seq\"', highest)") && !behind.contains("SET DEFAULT"),
            "{behind}"
        );
        let lost = Found { has_default: false, ..found() }.judged(None).repair_sql().unwrap();
        assert!(lost.contains("SET DEFAULT nextval('\"readings_id_seq\"')"), "{lost}");
    }
}
