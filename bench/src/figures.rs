//! Every figure that the project wants to reach, with the sentence that says why it is what it is.
//!
//! # How to add a figure
//!
//! A line here, and a call of [`notes::figure`](crate::notes::figure) with its name in the program of its group.

/// What is to be reached.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Aim {
    /// So much or less.
    AtMost(f64),
    /// So much or more.
    AtLeast(f64),
    /// It is watched only.
    Watched,
}

impl Aim {
    /// Whether it is reached, as the figure is printed: to a hundredth.
    pub fn is_reached(self, value: f64) -> Option<bool> {
        let value = (value * 100.0).round() / 100.0;
        match self {
            Self::AtMost(most) => Some(value <= most),
            Self::AtLeast(least) => Some(value >= least),
            Self::Watched => None,
        }
    }
}

/// One number.
#[derive(Clone, Copy, Debug)]
pub struct Figure {
    /// By which it is noted.
    pub name: &'static str,
    /// What is done.
    pub what: &'static str,
    /// What it is compared with in the same run; with a unit there is no floor.
    pub floor: &'static str,
    /// Of a figure that is no ratio.
    pub unit: &'static str,
    /// What is to be reached.
    pub aim: Aim,
    /// Where the time goes, as a profile shows it; for what is not reached.
    pub why: &'static str,
}

/// The figures that one command prints.
#[derive(Clone, Copy, Debug)]
pub struct Group {
    /// Heading.
    pub title: &'static str,
    /// What prints them.
    pub command: &'static str,
    /// How they are measured.
    pub how: &'static str,
    /// In the order of the table.
    pub figures: &'static [Figure],
}

const fn ratio(name: &'static str, what: &'static str, floor: &'static str, aim: Aim, why: &'static str) -> Figure {
    Figure { name, what, floor, unit: "", aim, why }
}

const fn number(name: &'static str, what: &'static str, unit: &'static str, aim: Aim, why: &'static str) -> Figure {
    Figure { name, what, floor: "", unit, aim, why }
}

const PSQL: &str = "`psql -1 -f` with the same statements";
const STOCK: &str = "sea-orm-migration";
const COPY: &str = "psql `\\copy`";

const EACH_REVISION: &str = "psql sends the statements alone, in one transaction. Each revision of the engine has one of its \
    own, is noted (0.02 ms on the server, a loop over each statement on a session says), and puts the session back \
    (0.11 ms: setting its 28 settings 0.045, looking for TimescaleDB's schema 0.04, everything else 0.005).";
const RECORDING: &str = "the applied revisions are compared with the code: they are recorded on a thread of their own while \
    the connection is opened, and waited for. callgrind counts 14 million instructions of a command on SQLite that finds \
    nothing to apply: 54 % record the 52 revisions (half of that copies futures of SeaORM's `begin`), 14 % are SQLite's, the \
    main thread's 33 % are 8 % starting the process, 8 % reading the arguments and 7 % reading the applied revisions. SeaORM's \
    own migrator takes 3 million.";

const ON_SQLITE: &str = "callgrind counts 108 million instructions of 52 revisions up, and 39 million of SeaORM's own migrator: \
    56 % are SQLite's (it reads its schema anew after every change of it, and is asked for foreign keys before each \
    revision), 20 % record the revisions and their checksums, 4 % begin transactions.";
const ON_MARIADB: &str = "each revision is noted before it begins and when it is done, and its session is put back.";
const AS_IN_MEMORY: &str = "nothing is written, so it takes as long as without a disk: a millisecond more than SeaORM's own \
    migrator, which takes four.";
const TWO_SESSIONS: &str = "two processes of the server and the program share two cores.";

/// All of them.
pub const GROUPS: &[Group] = &[
    Group {
        title: "A run of the engine",
        command: "make bench-engine",
        how: "Whole processes, medians of 11 pairs that take turns; locks and checksums are on. The servers do not wait for a \
              disk, except where a line says so: there MariaDB runs with its defaults, and SQLite's file is on a disk.",
        figures: &[
            ratio("up", "52 revisions up", PSQL, Aim::AtMost(1.1), EACH_REVISION),
            ratio("down", "52 revisions down", PSQL, Aim::AtMost(1.2), EACH_REVISION),
            ratio("nothing", "nothing pending", "psql with one select", Aim::AtMost(1.0), RECORDING),
            ratio("up-mariadb", "52 revisions up, MariaDB over TCP", STOCK, Aim::AtMost(1.1), ON_MARIADB),
            ratio("down-mariadb", "52 revisions down, MariaDB over TCP", STOCK, Aim::AtMost(1.1), ON_MARIADB),
            ratio("nothing-mariadb", "nothing pending, MariaDB over TCP", STOCK, Aim::AtMost(1.1), RECORDING),
            ratio("up-sqlite", "52 revisions up, SQLite", STOCK, Aim::AtMost(1.1), ON_SQLITE),
            ratio("down-sqlite", "52 revisions down, SQLite", STOCK, Aim::AtMost(1.1), ON_SQLITE),
            ratio("nothing-sqlite", "nothing pending, SQLite", STOCK, Aim::AtMost(1.1), RECORDING),
            ratio(
                "up-mariadb-on-disk",
                "52 revisions up, MariaDB that waits for its disk",
                STOCK,
                Aim::AtMost(1.1),
                "",
            ),
            ratio(
                "down-mariadb-on-disk",
                "52 revisions down, MariaDB that waits for its disk",
                STOCK,
                Aim::AtMost(1.1),
                "",
            ),
            ratio(
                "nothing-mariadb-on-disk",
                "nothing pending, MariaDB that waits for its disk",
                STOCK,
                Aim::AtMost(1.1),
                AS_IN_MEMORY,
            ),
            ratio("up-sqlite-on-disk", "52 revisions up, SQLite on a disk", STOCK, Aim::AtMost(1.1), ""),
            ratio("down-sqlite-on-disk", "52 revisions down, SQLite on a disk", STOCK, Aim::AtMost(1.1), ""),
            ratio("nothing-sqlite-on-disk", "nothing pending, SQLite on a disk", STOCK, Aim::AtMost(1.1), AS_IN_MEMORY),
            number("verify", "`verify` of 74 revisions, PostgreSQL", "s", Aim::AtMost(20.0), ""),
            number("verify-mariadb", "`verify` of 74 revisions, MariaDB over TCP", "s", Aim::AtMost(20.0), ""),
            number("verify-sqlite", "`verify` of 74 revisions, SQLite", "s", Aim::AtMost(20.0), ""),
        ],
    },
    Group {
        title: "Rows in and out by the adapter",
        command: "make bench-adapter",
        how: "Medians of runs that take turns, into a hypertable where the server has them; of `rate` more is better.",
        figures: &[
            ratio("raise-many", "`raise_many` of 200,000, rate", COPY, Aim::AtLeast(1.15), ""),
            ratio("raise-many-two", "the same in two halves, on two sessions", COPY, Aim::AtLeast(1.4), TWO_SESSIONS),
            ratio("insert-many", "`insert_many` of 200,000, rate", COPY, Aim::AtLeast(1.15), ""),
            ratio("insert-many-two", "the same in two halves, on two sessions", COPY, Aim::AtLeast(1.4), TWO_SESSIONS),
            ratio("raise", "single `raise`", "sqlx by hand, prepared", Aim::AtMost(1.15), ""),
            ratio("page", "page of 50 by origin", "driver, prepared", Aim::AtMost(1.5), ""),
            ratio(
                "latest",
                "latest 1,000 of a sensor",
                "pgbench, prepared",
                Aim::AtMost(1.0),
                "pgbench reads rows and makes nothing of them, which takes the driver as long; the rest makes 9,000 values \
                 of them, four of each row's with memory of their own.",
            ),
            ratio("csv", "ordered CSV export of 200,000", "psql `\\copy` of the same query", Aim::AtMost(0.8), ""),
        ],
    },
    Group {
        title: "Five million alarms in the columnstore",
        command: "make bench-history TEST_TIMESCALEDB_URL=…",
        how: "65 weekly chunks, all but the newest compressed; every tenth alarm is a model's.",
        figures: &[
            ratio("page-history", "page of 50 by origin", "driver, prepared", Aim::AtMost(1.5), ""),
            ratio("page-flat", "the same page", "the same page of 200,000 alarms", Aim::AtMost(1.5), ""),
            number(
                "counts-history",
                "counts by origin and severity of everything",
                "ms",
                Aim::AtMost(10.0),
                "every row is counted: EXPLAIN shows the columnstore's columns decompressed, which is half of it, and a hash \
                 aggregate over five million rows for the rest, since TimescaleDB's own does not group by an enum. A \
                 continuous aggregate would not know of alarms that came in late or were deleted since it was refreshed.",
            ),
        ],
    },
    Group {
        title: "Readings in the columnstore",
        command: "make bench-telemetry TEST_TIMESCALEDB_URL=…",
        how: "10 million readings of 500 sensors, medians of 11 that take turns.",
        figures: &[
            ratio(
                "summary",
                "hourly summary of all sensors, a day, over the aggregate",
                "over the readings",
                Aim::AtMost(0.02),
                "EXPLAIN ANALYZE: the 12,000 rows of the aggregate are planned in 2.5 ms and read in 3.0; TimescaleDB 2.29 makes \
                 them of 720,000 readings in the columnstore in 77 ms. To both comes what it takes to send and read 12,000 rows.",
            ),
            ratio("summary-one", "the same of one sensor", "over the readings", Aim::Watched, ""),
            ratio(
                "csv-history",
                "ordered CSV export of everything",
                "psql's COPY of the same query",
                Aim::AtMost(0.8),
                "45 % of psql's time is the server's sort, by its COPY without an order; the adapter's server sorts as well.",
            ),
            ratio("csv-unordered", "the same", "psql's COPY without an order", Aim::Watched, ""),
            ratio("insert-driver", "`insert_many` of 20,000, rate", "COPY by the driver", Aim::Watched, ""),
            ratio(
                "insert-missing",
                "`insert_missing` of 20,000, all new, rate",
                "COPY by the driver",
                Aim::Watched,
                "",
            ),
            number("latest-history", "latest 1,000 of a sensor", "ms", Aim::Watched, ""),
            number("window", "12 hours of a sensor in numbers, as a client sees it", "ms", Aim::Watched, ""),
            number("window-execution", "of these, execution", "ms", Aim::Watched, ""),
            number("saved", "bytes that the columnstore saves", "%", Aim::Watched, ""),
        ],
    },
    Group {
        title: "The predictive revision under writers",
        command: "make bench-alarm-origin TEST_TIMESCALEDB_URL=…",
        how: "Four writers insert without pause while the revision goes up and down; the longest time that one of them \
              waited for an insert. 65 weekly chunks, all but the newest compressed.",
        figures: &[
            number("stall-up-200k", "longest stall, up, 0.2 million alarms", "ms", Aim::AtMost(100.0), ""),
            number(
                "stall-down-200k",
                "longest stall, down, 0.2 million alarms, 100,000 by models",
                "ms",
                Aim::AtMost(100.0),
                "",
            ),
            number("stall-up-5m", "longest stall, up, 5 million alarms", "ms", Aim::AtMost(100.0), ""),
            number(
                "stall-down-5m",
                "longest stall, down, 5 million alarms, 100,000 by models",
                "ms",
                Aim::AtMost(100.0),
                "",
            ),
            number("stall-up-20m", "longest stall, up, 20 million alarms", "ms", Aim::AtMost(100.0), ""),
            number(
                "stall-down-20m",
                "longest stall, down, 20 million alarms, 1 million by models",
                "ms",
                Aim::AtMost(100.0),
                "",
            ),
            number("stall-failed", "inserts that failed", "", Aim::AtMost(0.0), ""),
        ],
    },
    Group {
        title: "core-server under 200 clients",
        command: "make bench-core-server",
        how: "A minute with a crash of the database in it; clients and service share the machine. An alarm that is lost, a \
              wrong answer, an event that does not arrive and memory that grows end it with an error.",
        figures: &[number("memory-growth", "memory at the end to that after a third", "", Aim::AtMost(1.25), "")],
    },
];

/// The figure of a name.
pub fn find(name: &str) -> Option<&'static Figure> {
    GROUPS.iter().flat_map(|group| group.figures).find(|figure| figure.name == name)
}
