//! An object of every kind MariaDB has, and a change to each.

use super::Case;

pub const SETUP: &[&str] = &[
    "CREATE TABLE makers (id int PRIMARY KEY, label varchar(50))",
    "CREATE TABLE pairs (a int, b int, PRIMARY KEY (a, b))",
    "CREATE TABLE machines (id int AUTO_INCREMENT PRIMARY KEY, maker int NOT NULL, name varchar(50) NOT NULL DEFAULT 'it''s', state enum('good', 'bad'), \
     used int, note varchar(200), twice int GENERATED ALWAYS AS (used * 2) STORED, CONSTRAINT used_check CHECK (used < 90), \
     UNIQUE KEY name_key (name), KEY note_idx (note(20), used), CONSTRAINT maker_fk FOREIGN KEY (maker) REFERENCES makers (id)) CHARACTER SET utf8mb4",
    "CREATE VIEW working AS SELECT id, name FROM machines",
    "CREATE TRIGGER touch BEFORE UPDATE ON machines FOR EACH ROW SET NEW.note = OLD.note /* it's */",
    "CREATE TABLE odd (`a``b` int NOT NULL DEFAULT 1, c int) COMMENT 'it''s  AUTO_INCREMENT=5'",
    "CREATE FUNCTION twice_of(n int) RETURNS int DETERMINISTIC RETURN n * 2",
    "CREATE PROCEDURE tidy(IN days int) DELETE FROM machines WHERE id < days",
    "CREATE EVENT nightly ON SCHEDULE EVERY 1 DAY DISABLE DO DELETE FROM pairs",
];

pub const CASES: &[Case] = &[
    ("CREATE TABLE stray (id int)", &["table stray is not expected, with 1 column"], "DROP TABLE stray"),
    ("ALTER TABLE pairs COMMENT 'x'", &["table pairs: expected"], "ALTER TABLE pairs COMMENT ''"),
    ("ALTER TABLE makers ADD site int", &["column makers.site is not expected: int"], "ALTER TABLE makers DROP site"),
    (
        "ALTER TABLE makers MODIFY label varchar(51)",
        &["column makers.label: expected varchar(50)"],
        "ALTER TABLE makers MODIFY label varchar(50)",
    ),
    (
        "ALTER TABLE makers MODIFY label varchar(50) CHARACTER SET ascii",
        &["column makers.label: expected"],
        "ALTER TABLE makers MODIFY label varchar(50)",
    ),
    (
        "ALTER TABLE machines MODIFY state enum('bad', 'good')",
        &["column machines.state: expected enum('good','bad')"],
        "ALTER TABLE machines MODIFY state enum('good', 'bad')",
    ),
    (
        "ALTER TABLE machines MODIFY name varchar(50) DEFAULT 'it''s'",
        &["column machines.name: expected"],
        "ALTER TABLE machines MODIFY name varchar(50) NOT NULL DEFAULT 'it''s'",
    ),
    (
        "ALTER TABLE machines ALTER name SET DEFAULT 'x'",
        &["column machines.name: expected"],
        "ALTER TABLE machines ALTER name SET DEFAULT 'it''s'",
    ),
    (
        "ALTER TABLE machines MODIFY twice int GENERATED ALWAYS AS (used * 3) STORED",
        &["column machines.twice: expected"],
        "ALTER TABLE machines MODIFY twice int GENERATED ALWAYS AS (used * 2) STORED",
    ),
    (
        "ALTER TABLE pairs DROP PRIMARY KEY, ADD PRIMARY KEY (b, a)",
        &["primary key of pairs: expected PRIMARY KEY (a, b), the database has PRIMARY KEY (b, a)"],
        "ALTER TABLE pairs DROP PRIMARY KEY, ADD PRIMARY KEY (a, b)",
    ),
    (
        "ALTER TABLE machines DROP CONSTRAINT used_check, ADD CONSTRAINT used_check CHECK (used < 91)",
        &["constraint machines.used_check: expected"],
        "ALTER TABLE machines DROP CONSTRAINT used_check, ADD CONSTRAINT used_check CHECK (used < 90)",
    ),
    (
        "ALTER TABLE machines DROP FOREIGN KEY maker_fk",
        &["constraint machines.maker_fk is missing"],
        "ALTER TABLE machines ADD CONSTRAINT maker_fk FOREIGN KEY (maker) REFERENCES makers (id)",
    ),
    (
        "ALTER TABLE machines DROP KEY note_idx, ADD KEY note_idx (note(30), used)",
        &["index machines.note_idx: expected"],
        "ALTER TABLE machines DROP KEY note_idx, ADD KEY note_idx (note(20), used)",
    ),
    (
        "ALTER TABLE machines DROP KEY note_idx, ADD KEY note_idx (note(20), used DESC)",
        &["index machines.note_idx: expected"],
        "ALTER TABLE machines DROP KEY note_idx, ADD KEY note_idx (note(20), used)",
    ),
    (
        "ALTER TABLE machines DROP KEY name_key, ADD KEY name_key (name)",
        &["index machines.name_key: expected UNIQUE"],
        "ALTER TABLE machines DROP KEY name_key, ADD UNIQUE KEY name_key (name)",
    ),
    (
        "CREATE OR REPLACE VIEW working AS SELECT id, name FROM machines WHERE id > 0",
        &["view working: expected"],
        "CREATE OR REPLACE VIEW working AS SELECT id, name FROM machines",
    ),
    (
        "DROP FUNCTION twice_of",
        &["function function twice_of is missing"],
        "CREATE FUNCTION twice_of(n int) RETURNS int DETERMINISTIC RETURN n * 2",
    ),
    (
        "CREATE OR REPLACE PROCEDURE tidy(IN days int) DELETE FROM machines WHERE id <= days",
        &["function procedure tidy: expected"],
        "CREATE OR REPLACE PROCEDURE tidy(IN days int) DELETE FROM machines WHERE id < days",
    ),
    (
        "CREATE OR REPLACE TRIGGER touch AFTER UPDATE ON machines FOR EACH ROW SET @x = OLD.note",
        &["trigger machines.touch: expected"],
        "CREATE OR REPLACE TRIGGER touch BEFORE UPDATE ON machines FOR EACH ROW SET NEW.note = OLD.note",
    ),
    (
        "DROP EVENT nightly",
        &["event nightly is missing"],
        "CREATE EVENT nightly ON SCHEDULE EVERY 1 DAY DISABLE DO DELETE FROM pairs",
    ),
    ("CREATE SEQUENCE stray", &["sequence stray is not expected"], "DROP SEQUENCE stray"),
    (
        "ALTER TABLE odd ALTER `a``b` SET DEFAULT 2",
        &["column odd.a`b: expected int(11) NOT NULL DEFAULT 1, the database has int(11) NOT NULL DEFAULT 2"],
        "ALTER TABLE odd ALTER `a``b` SET DEFAULT 1",
    ),
    (
        "ALTER TABLE odd COMMENT 'it''s  AUTO_INCREMENT=6'",
        &["table odd: expected"],
        "ALTER TABLE odd COMMENT 'it''s  AUTO_INCREMENT=5'",
    ),
    // The client leaves out comments.
    (
        "CREATE OR REPLACE TRIGGER touch BEFORE UPDATE ON machines FOR EACH ROW SET NEW.note = OLD.note",
        &[],
        "CREATE OR REPLACE TRIGGER touch BEFORE UPDATE ON machines FOR EACH ROW SET NEW.note = OLD.note /* it's */",
    ),
];
