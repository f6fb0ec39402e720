//! One of each kind of object of PostgreSQL, with names and texts that have to be quoted.

/// What an ordinary owner of a database may make in a schema.
pub const SCHEMA: &[&str] = &[
    "CREATE TYPE \"Stimmung\" AS ENUM ('it''s', 'N/A', '')",
    "CREATE TYPE \"paar \"\"x\"\"\" AS (a integer, \"B b\" text COLLATE \"C\")",
    "CREATE TYPE span AS RANGE (SUBTYPE = double precision, SUBTYPE_DIFF = float8mi)",
    "CREATE TYPE words_span AS RANGE (SUBTYPE = text, COLLATION = \"C\", SUBTYPE_OPCLASS = text_pattern_ops)",
    "CREATE COLLATION \"Sorte\" (LC_COLLATE = 'C', LC_CTYPE = 'C')",
    "CREATE DOMAIN percent AS integer DEFAULT 5 CONSTRAINT \"in range\" CHECK (VALUE BETWEEN 0 AND 100)",
    "CREATE DOMAIN label AS text COLLATE \"C\" NOT NULL",
    // A default that calls a function of the schema, which takes an enum of it.
    "CREATE FUNCTION \"weigh it\"(s \"Stimmung\" DEFAULT 'N/A') RETURNS integer LANGUAGE sql IMMUTABLE AS $$ SELECT 7 -- it's; \"x\"\n$$",
    "CREATE DOMAIN weight AS integer DEFAULT \"weigh it\"()",
    // Within CREATE TABLE the two would be one.
    "CREATE TABLE one_key (id integer PRIMARY KEY, a integer)",
    "ALTER TABLE one_key ADD CONSTRAINT again UNIQUE (id)",
    "CREATE SEQUENCE \"Lauf-Nummer\" AS smallint INCREMENT 5 MINVALUE 5 START 10 CACHE 3 CYCLE",
    "CREATE TABLE \"Große Tabelle\" (id bigint GENERATED ALWAYS AS IDENTITY (START 7 INCREMENT 2) PRIMARY KEY, \"it's\" text NOT NULL DEFAULT 'a''b', \
     \"select\" \"Stimmung\" DEFAULT 'N/A', \"q\"\"uote\" percent, w integer DEFAULT \"weigh it\"(), n smallint DEFAULT nextval('\"Lauf-Nummer\"'), \
     pair \"paar \"\"x\"\"\", list \"Stimmung\"[], range span, twice integer GENERATED ALWAYS AS (w * 2) STORED, sorted text COLLATE \"Sorte\", \
     CONSTRAINT \"no two\" UNIQUE (\"it's\", w) DEFERRABLE INITIALLY DEFERRED, \
     CONSTRAINT apart EXCLUDE USING gist (range WITH &&)) WITH (fillfactor = 70)",
    "ALTER TABLE \"Große Tabelle\" ADD CONSTRAINT \"w's\" CHECK (w > 0) NOT VALID",
    "ALTER TABLE \"Große Tabelle\" ALTER \"it's\" SET STORAGE EXTERNAL",
    "CREATE UNLOGGED TABLE \"a.b\" (c integer, id bigint)",
    "CREATE TABLE a (\"b.c\" text, id serial CONSTRAINT \"own name\" PRIMARY KEY)",
    // Two tables that refer to each other.
    "CREATE TABLE hen (id integer PRIMARY KEY, egg integer)",
    "CREATE TABLE egg (id integer PRIMARY KEY, hen integer REFERENCES hen ON DELETE CASCADE)",
    "ALTER TABLE hen ADD CONSTRAINT hen_egg FOREIGN KEY (egg) REFERENCES egg ON UPDATE SET NULL DEFERRABLE",
    "CREATE TABLE tree (id integer PRIMARY KEY, above integer REFERENCES tree)",
    "CREATE TABLE parent (id integer NOT NULL, note text DEFAULT 'p', CONSTRAINT id_check CHECK (id > 0))",
    "CREATE TABLE child (more integer) INHERITS (parent)",
    "ALTER TABLE child ALTER note SET DEFAULT 'c'",
    "CREATE TABLE log (at date NOT NULL, entry text, maker integer REFERENCES hen, PRIMARY KEY (at)) PARTITION BY RANGE (at)",
    "CREATE TABLE \"log 2026\" PARTITION OF log FOR VALUES FROM ('2026-01-01') TO ('2027-01-01') PARTITION BY HASH (at)",
    "CREATE TABLE log_rest PARTITION OF log DEFAULT",
    "CREATE INDEX log_entry_idx ON log (entry)",
    "CREATE UNIQUE INDEX \"i's\" ON \"Große Tabelle\" (lower(\"it's\"), \"weigh it\"(\"select\")) WHERE w > 1",
    "ALTER TABLE \"a.b\" ALTER c SET STATISTICS 50",
    "CREATE STATISTICS \"known's\" (dependencies) ON c, id FROM \"a.b\"",
    "CREATE VIEW \"zuerst's\" AS SELECT id, \"it's\", \"weigh it\"(\"select\") AS w FROM \"Große Tabelle\" WHERE \"it's\" <> 'public.x'",
    "CREATE VIEW another WITH (security_barrier = true) AS SELECT * FROM \"zuerst's\" WHERE id > 1 WITH LOCAL CHECK OPTION",
    "CREATE MATERIALIZED VIEW counted AS SELECT count(*) AS n FROM another",
    "CREATE UNIQUE INDEX ON counted (n)",
    "CREATE FUNCTION rows_of(t \"Große Tabelle\") RETURNS SETOF another LANGUAGE sql AS 'SELECT * FROM another'",
    "CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $x$ BEGIN /* it's */ RETURN NEW; END $x$",
    "CREATE PROCEDURE tidy(n integer) LANGUAGE sql BEGIN ATOMIC DELETE FROM hen WHERE id < n; END",
    "CREATE AGGREGATE total (integer) (SFUNC = int4pl, STYPE = integer, INITCOND = '0', PARALLEL = safe)",
    "CREATE AGGREGATE nobody (*) (SFUNC = int8inc, STYPE = bigint, INITCOND = '0')",
    "CREATE TRIGGER \"t's\" BEFORE UPDATE OF egg ON hen FOR EACH ROW WHEN (OLD.egg IS DISTINCT FROM NEW.egg) EXECUTE FUNCTION touch()",
    "ALTER TABLE hen DISABLE TRIGGER \"t's\"",
    "CREATE TRIGGER every AFTER INSERT ON log FOR EACH ROW EXECUTE FUNCTION touch()",
    "CREATE RULE \"keep's\" AS ON DELETE TO egg DO INSTEAD NOTHING",
    "ALTER TABLE egg ENABLE ROW LEVEL SECURITY",
    "ALTER TABLE egg FORCE ROW LEVEL SECURITY",
    "CREATE POLICY \"mine's\" ON egg AS RESTRICTIVE FOR UPDATE USING (id > 0) WITH CHECK (id > 1)",
    "ALTER TABLE \"a.b\" REPLICA IDENTITY FULL",
    "CREATE FUNCTION of_both(a integer, b text) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT a::text = b'",
    "CREATE FUNCTION of_pair(p \"paar \"\"x\"\"\") RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT (p).a'",
    "CREATE OPERATOR === (LEFTARG = integer, RIGHTARG = text, FUNCTION = of_both)",
    "CREATE CAST (\"paar \"\"x\"\"\" AS integer) WITH FUNCTION of_pair(\"paar \"\"x\"\"\")",
    "CREATE TEXT SEARCH DICTIONARY \"Wörter\" (TEMPLATE = simple, Accept = 'false')",
    "CREATE TEXT SEARCH CONFIGURATION \"Suche\" (COPY = simple)",
    "ALTER TEXT SEARCH CONFIGURATION \"Suche\" ALTER MAPPING FOR word WITH \"Wörter\"",
    "COMMENT ON TABLE \"Große Tabelle\" IS 'it''s; -- \"x\"'",
    "COMMENT ON COLUMN \"Große Tabelle\".\"it's\" IS 'a'",
    "COMMENT ON VIEW another IS 'b'",
    "COMMENT ON INDEX \"i's\" IS 'c'",
    "COMMENT ON CONSTRAINT \"w's\" ON \"Große Tabelle\" IS 'd'",
    "COMMENT ON TRIGGER \"t's\" ON hen IS 'e'",
    "COMMENT ON FUNCTION \"weigh it\"(\"Stimmung\") IS 'f'",
    "COMMENT ON AGGREGATE total (integer) IS 'g'",
    "COMMENT ON TYPE \"Stimmung\" IS 'h'",
    "COMMENT ON DOMAIN percent IS 'i'",
    "COMMENT ON SEQUENCE \"Lauf-Nummer\" IS 'j'",
    "COMMENT ON POLICY \"mine's\" ON egg IS 'k'",
    "COMMENT ON MATERIALIZED VIEW counted IS 'l'",
    "COMMENT ON CONSTRAINT \"in range\" ON DOMAIN percent IS 'm'",
    "COMMENT ON RULE \"keep's\" ON egg IS 'n'",
    "COMMENT ON STATISTICS \"known's\" IS 'o'",
    "COMMENT ON COLLATION \"Sorte\" IS 'p'",
    "COMMENT ON OPERATOR === (integer, text) IS 'q'",
    "COMMENT ON TEXT SEARCH CONFIGURATION \"Suche\" IS 'r'",
    "COMMENT ON COLUMN \"paar \"\"x\"\"\".a IS 's'",
];

/// What TimescaleDB in WebAssembly dies of.
pub const ON_SERVERS: &[&str] = &["CREATE CONVERSION \"Wandel\" FOR 'UTF8' TO 'LATIN1' FROM utf8_to_iso8859_1"];

/// What a schema needs that is in none.
pub const BESIDE_THE_SCHEMA: &[&str] =
    &["CREATE FOREIGN DATA WRAPPER wires", "CREATE SERVER \"far's\" FOREIGN DATA WRAPPER wires"];

/// What takes a superuser.
pub const OF_ADMINISTRATORS: &[&str] = &[
    BESIDE_THE_SCHEMA[0],
    BESIDE_THE_SCHEMA[1],
    "CREATE FOREIGN TABLE \"far away\" (id integer OPTIONS (name 'it''s') NOT NULL, note text) SERVER \"far's\" OPTIONS (\"table\" 'it''s')",
    "CREATE TYPE hollow",
    "CREATE FUNCTION before(a integer, b integer) RETURNS boolean LANGUAGE sql IMMUTABLE STRICT AS 'SELECT a > b'",
    "CREATE FUNCTION backwards(a integer, b integer) RETURNS integer LANGUAGE sql IMMUTABLE STRICT AS 'SELECT b - a'",
    "CREATE OPERATOR <<< (LEFTARG = integer, RIGHTARG = integer, FUNCTION = before)",
    "CREATE OPERATOR FAMILY turned USING btree",
    "CREATE OPERATOR CLASS turned_ops FOR TYPE integer USING btree FAMILY turned AS OPERATOR 1 <<<, FUNCTION 1 backwards(integer, integer)",
    "CREATE TABLE turned_table (id integer)",
    "CREATE INDEX turned_idx ON turned_table (id turned_ops)",
    "CREATE TEXT SEARCH TEMPLATE plainly (INIT = dsimple_init, LEXIZE = dsimple_lexize)",
    "CREATE TEXT SEARCH PARSER \"p's\" (START = prsd_start, GETTOKEN = prsd_nexttoken, END = prsd_end, LEXTYPES = prsd_lextype)",
    "CREATE TEXT SEARCH DICTIONARY of_plainly (TEMPLATE = plainly)",
    "CREATE TEXT SEARCH CONFIGURATION own_words (PARSER = \"p's\")",
    "ALTER TEXT SEARCH CONFIGURATION own_words ADD MAPPING FOR word WITH of_plainly, simple",
];
