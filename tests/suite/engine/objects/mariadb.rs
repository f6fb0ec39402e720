//! One of each kind of object of MariaDB, with names and texts that have to be quoted.

pub const SCHEMA: &[&str] = &[
    "CREATE SEQUENCE `Lauf-Nummer` START WITH 7 INCREMENT BY 3",
    "CREATE TABLE `a``b` (id int AUTO_INCREMENT PRIMARY KEY COMMENT ' AUTO_INCREMENT=5', `it's, (``q``` varchar(50) NOT NULL DEFAULT 'it''s, ', \
     n bigint DEFAULT (NEXT VALUE FOR `Lauf-Nummer`), twice int GENERATED ALWAYS AS (id * 2) VIRTUAL, state enum('it''s', 'a,b') CHARACTER SET ascii, \
     UNIQUE KEY `k``s` (`it's, (``q```(10) DESC), FULLTEXT KEY words (`it's, (``q```), CONSTRAINT `c's` CHECK (`n` > 0)) \
     COMMENT 'it''s  AUTO_INCREMENT=5 ROW_FORMAT=x' ROW_FORMAT=COMPACT",
    "INSERT INTO `a``b` (`it's, (``q```) VALUES ('x')",
    "CREATE TABLE hen (id int PRIMARY KEY, egg int)",
    "CREATE TABLE egg (id int PRIMARY KEY, hen int, CONSTRAINT egg_hen FOREIGN KEY (hen) REFERENCES hen (id) ON DELETE CASCADE)",
    "ALTER TABLE hen ADD CONSTRAINT `hen's` FOREIGN KEY (egg) REFERENCES egg (id) ON UPDATE SET NULL",
    "CREATE TABLE log (at date NOT NULL, entry varchar(9)) PARTITION BY RANGE (year(at)) (PARTITION p0 VALUES LESS THAN (2026), PARTITION p1 VALUES LESS THAN MAXVALUE)",
    "CREATE TABLE kept (id int) WITH SYSTEM VERSIONING",
    "CREATE TABLE counted AS SELECT max(id) AS most FROM kept",
    "CREATE FUNCTION `weigh it`(n int) RETURNS int DETERMINISTIC COMMENT 'it''s' RETURN n * 2 /* it's */",
    "CREATE VIEW `zuerst's` AS SELECT id, `weigh it`(id) AS w, 'a.b' AS t FROM `a``b`",
    "CREATE ALGORITHM = MERGE SQL SECURITY INVOKER VIEW another AS SELECT id FROM `zuerst's` WHERE id > 1 WITH LOCAL CHECK OPTION",
    "CREATE PROCEDURE `tidy's`(IN days int, OUT gone int) MODIFIES SQL DATA BEGIN DECLARE n int; -- it's;\n # and\n SET n = days; /* 'more */ DELETE FROM hen WHERE id < n; SET gone = n; END",
    "CREATE TRIGGER `t's` BEFORE UPDATE ON hen FOR EACH ROW BEGIN /* it's; */ SET NEW.egg = OLD.egg; -- done\n SET @x = 'a -- b'; END",
    "CREATE TRIGGER after_that BEFORE UPDATE ON hen FOR EACH ROW SET NEW.id = OLD.id /* as it was */",
    "CREATE EVENT `e's` ON SCHEDULE EVERY '1:30' HOUR_MINUTE DISABLE COMMENT 'it''s' DO DELETE FROM hen WHERE id < 0 /* it's */",
    "CREATE EVENT once ON SCHEDULE AT '2037-01-01 10:00:00' ON COMPLETION PRESERVE DISABLE DO DELETE FROM hen",
];
