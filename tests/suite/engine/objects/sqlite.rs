//! One of each kind of object of SQLite, with names and texts that have to be quoted.

pub const SCHEMA: &[&str] = &[
    "CREATE TABLE \"a.b\" (id integer PRIMARY KEY AUTOINCREMENT, -- it's\n [b,c] text /* , ( */ CHECK ([b,c] <> ','), \"q\"\"uote\" text DEFAULT 'it''s, (', \
     `d``d` text COLLATE nocase, twice integer AS (id * 2) STORED, CHECK (id > 0) -- the last\n)",
    "CREATE TABLE strictly (id integer PRIMARY KEY, n integer REFERENCES \"a.b\" (id) ON DELETE CASCADE, UNIQUE (n)) STRICT, WITHOUT ROWID",
    "CREATE INDEX \"i's\" ON \"a.b\" (lower([b,c])) WHERE id > 1 -- not all",
    "CREATE VIEW another AS SELECT * FROM \"zuerst's\"",
    "CREATE VIEW \"zuerst's\" AS SELECT id, 'a; -- b' AS t /* it's */ FROM \"a.b\"",
    "CREATE TRIGGER \"t's\" INSTEAD OF INSERT ON \"zuerst's\" BEGIN SELECT 1; /* it's */ INSERT INTO strictly (id) VALUES (NEW.id); END",
    "CREATE TRIGGER touch AFTER UPDATE ON strictly BEGIN SELECT 'x; y'; END",
    "CREATE VIRTUAL TABLE \"wörter's\" USING fts5(title, body, tokenize = 'porter ascii')",
    "CREATE VIRTUAL TABLE a_boxes USING rtree(id, x0, x1, y0, y1, +note text)",
    "INSERT INTO \"wörter's\" VALUES ('a', 'pump'); ",
    "INSERT INTO a_boxes VALUES (1, 0, 1, 0, 1, 'x')",
];
