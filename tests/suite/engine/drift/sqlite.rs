//! An object of every kind SQLite has, and a change to each.

use super::Case;

pub const SETUP: &[&str] = &[
    "CREATE TABLE makers (id integer PRIMARY KEY, label text)",
    "CREATE TABLE pairs (a integer, b integer CHECK (b > 0), c text COLLATE nocase, PRIMARY KEY (a, b), CONSTRAINT sum CHECK (a + b < 100), FOREIGN KEY (a) REFERENCES makers (id))",
    "CREATE INDEX makers_label_idx ON makers (label) WHERE label <> 'x'",
    "CREATE VIEW working AS SELECT id FROM makers",
    "CREATE TRIGGER touch AFTER UPDATE ON makers BEGIN SELECT 1; END",
    ODD,
];

/// Where what the text says has to be told from comments and quotes.
const ODD: &str = "CREATE TABLE odd (a integer, -- it's\n [b,c] text /* , ( */ CHECK ([b,c] <> ''), \"q\"\"uote\" integer REFERENCES makers (id) ON DELETE CASCADE, d text DEFAULT 'it''s (', \
     CHECK (a > 0) -- don't\n) STRICT";
const ODD_AGAIN: &str = "DROP TABLE odd; CREATE TABLE odd (a integer, -- it's\n [b,c] text /* , ( */ CHECK ([b,c] <> ''), \"q\"\"uote\" integer REFERENCES makers (id) ON DELETE CASCADE, d text DEFAULT 'it''s (', \
     CHECK (a > 0) -- don't\n) STRICT";

macro_rules! pairs {
    ($columns:literal) => {
        concat!("DROP TABLE pairs; CREATE TABLE pairs (", $columns)
    };
}

const UNDO: &str = pairs!(
    "a integer, b integer CHECK (b > 0), c text COLLATE nocase, PRIMARY KEY (a, b), CONSTRAINT sum CHECK (a + b < 100), FOREIGN KEY (a) REFERENCES makers (id))"
);

pub const CASES: &[Case] = &[
    ("CREATE TABLE stray (id integer)", &["table stray is not expected, with 1 column"], "DROP TABLE stray"),
    ("ALTER TABLE makers ADD site text", &["column makers.site is not expected: text"], "ALTER TABLE makers DROP site"),
    (
        pairs!(
            "a integer, b integer CHECK (b > 1), c text COLLATE nocase, PRIMARY KEY (a, b), CONSTRAINT sum CHECK (a + b < 100), FOREIGN KEY (a) REFERENCES makers (id))"
        ),
        &["constraint pairs.b: expected CHECK (b > 0), the database has CHECK (b > 1)"],
        UNDO,
    ),
    (
        pairs!(
            "a integer, b integer CHECK (b > 0), c text COLLATE binary, PRIMARY KEY (a, b), CONSTRAINT sum CHECK (a + b < 100), FOREIGN KEY (a) REFERENCES makers (id))"
        ),
        &["constraint pairs.c: expected COLLATE nocase"],
        UNDO,
    ),
    (
        pairs!(
            "a integer, b integer CHECK (b > 0), c text COLLATE nocase, PRIMARY KEY (a, b), CONSTRAINT sum CHECK (a + b < 99), FOREIGN KEY (a) REFERENCES makers (id))"
        ),
        &["constraint pairs.sum: expected"],
        UNDO,
    ),
    (
        pairs!(
            "a integer, b integer CHECK (b > 0), c text COLLATE nocase, PRIMARY KEY (a, b), CONSTRAINT sum CHECK (a + b < 100))"
        ),
        &["constraint pairs.FOREIGN KEY (a) REFERENCES makers (id) is missing"],
        UNDO,
    ),
    (
        pairs!(
            "a integer, b integer CHECK (b > 0), c text COLLATE nocase, PRIMARY KEY (b, a), CONSTRAINT sum CHECK (a + b < 100), FOREIGN KEY (a) REFERENCES makers (id))"
        ),
        &["primary key of pairs: expected PRIMARY KEY (a, b), the database has PRIMARY KEY (b, a)"],
        UNDO,
    ),
    (
        pairs!(
            "a integer, b integer NOT NULL DEFAULT 7 CHECK (b > 0), c text COLLATE nocase, PRIMARY KEY (a, b), CONSTRAINT sum CHECK (a + b < 100), FOREIGN KEY (a) REFERENCES makers (id))"
        ),
        &["column pairs.b: expected integer, the database has integer NOT NULL DEFAULT 7"],
        UNDO,
    ),
    (
        pairs!(
            "a integer, b integer CHECK (b > 0), c text COLLATE nocase, PRIMARY KEY (a, b), CONSTRAINT sum CHECK (a + b < 100), FOREIGN KEY (a) REFERENCES makers (id)) STRICT"
        ),
        // Key columns of such a table are never null.
        &[
            "table pairs: expected nothing, the database has STRICT",
            "column pairs.a: expected",
            "column pairs.b: expected",
        ],
        UNDO,
    ),
    (
        "DROP INDEX makers_label_idx",
        &["index makers_label_idx is missing"],
        "CREATE INDEX makers_label_idx ON makers (label) WHERE label <> 'x'",
    ),
    (
        "DROP VIEW working; CREATE VIEW working AS SELECT id + 1 FROM makers",
        &["view working: expected"],
        "DROP VIEW working; CREATE VIEW working AS SELECT id FROM makers",
    ),
    (
        "DROP TRIGGER touch",
        &["trigger touch is missing"],
        "CREATE TRIGGER touch AFTER UPDATE ON makers BEGIN SELECT 1; END",
    ),
    (
        "DROP TABLE odd; CREATE TABLE odd (a integer, -- it's\n [b,c] text, \"q\"\"uote\" integer REFERENCES makers (id) ON DELETE CASCADE, d text DEFAULT 'it''s (', CHECK (a > 0)) STRICT",
        &["constraint odd.b,c is missing from the database: CHECK ([b,c] <> '')"],
        ODD_AGAIN,
    ),
    (
        "DROP TABLE odd; CREATE TABLE odd (a integer, -- it's\n [b,c] text CHECK ([b,c] <> ''), \"q\"\"uote\" integer REFERENCES makers (id), d text DEFAULT 'it''s (', CHECK (a > 0)) STRICT",
        &["constraint odd.q\"uote: expected REFERENCES makers (id) ON DELETE CASCADE"],
        ODD_AGAIN,
    ),
    (
        "DROP TABLE odd; CREATE TABLE odd (a integer, -- it's\n [b,c] text /* , ( */ CHECK ([b,c] <> ''), \"q\"\"uote\" integer REFERENCES makers (id) ON DELETE CASCADE, d text DEFAULT 'it''s (') STRICT",
        &["constraint odd.CHECK (a > 0) is missing"],
        ODD_AGAIN,
    ),
    (
        "DROP TABLE odd; CREATE TABLE odd (a integer, -- it's\n [b,c] text /* , ( */ CHECK ([b,c] <> ''), \"q\"\"uote\" integer REFERENCES makers (id) ON DELETE CASCADE, d text DEFAULT 'it''s (', \
         CHECK (a > 0) -- don't\n)",
        &["table odd: expected STRICT, the database has nothing"],
        ODD_AGAIN,
    ),
    // Comments and space are no schema.
    (
        "DROP TABLE odd; CREATE TABLE odd(a integer,[b,c] text CHECK([b,c]<>'') /* it's */,\"q\"\"uote\" integer REFERENCES makers(id) ON DELETE CASCADE,\n d text DEFAULT 'it''s (',CHECK(a>0))STRICT",
        &[],
        ODD_AGAIN,
    ),
    (
        "DROP VIEW working; CREATE VIEW working AS SELECT id -- it's\n FROM makers",
        &[],
        "DROP VIEW working; CREATE VIEW working AS SELECT id FROM makers",
    ),
];
