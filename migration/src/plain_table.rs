//! A hypertable becomes a plain table again: what TimescaleDB has no command for.

use migration_timescale::literal;
use sea_orm_migration::{prelude::*, sea_orm::ConnectionTrait};

/// Makes a hypertable the plain table it was before, with its rows, in one transaction.
///
/// The rows are copied out of the chunks, the columnstore among them, into a new table, which takes the place of the
/// hypertable with columns, defaults, checks, keys, references, indexes, sequences, triggers, comments, owner and grants,
/// under their names. A view over the table would have to go with it, so the way back is refused while there is one, with
/// its name; rules and row policies are refused as well.
///
/// Nobody reads or writes the table meanwhile, and the rows need their uncompressed size on disk once more: two million
/// readings took 15 seconds on two busy cores. Killed, it leaves the hypertable as it was.
pub async fn from_hypertable(manager: &SchemaManager<'_>, table: &str) -> Result<(), DbErr> {
    manager.get_connection().execute_unprepared(&sql(table)).await.map(drop)
}

/// The statement of the block that makes the copy.
pub const PLAIN: &str =
    "  EXECUTE format('CREATE TABLE %s (LIKE %s INCLUDING ALL EXCLUDING INDEXES)', copied, source);\n";

/// The block for a table whose copy, which takes its place, is made by these statements. They know `source`, the name
/// `copied` with its schema, and the schema `place`.
///
/// The texts that differ from [`from_hypertable`] are put in here: its own is part of the checksums of databases that have it.
pub fn copied_as(table: &str, create: &str) -> String {
    // A sequence and its table have one owner, and a member of the owner's role is another user.
    let create = format!(
        "{create}  EXECUTE format('ALTER TABLE %s OWNER TO %I', copied, \
         (SELECT pg_get_userbyid(relowner) FROM pg_class WHERE oid = source));\n"
    );
    // The index of a partitioned table is written down without those of its partitions.
    sql(table).replace(PLAIN, &create).replace(
        "SELECT 2, pg_get_indexdef(indexrelid) FROM",
        "SELECT 2, replace(pg_get_indexdef(indexrelid), ' ON ONLY ', ' ON ') FROM",
    )
}

/// One statement, which a script can hold as well.
fn sql(table: &str) -> String {
    format!("DO $plain$\nDECLARE\n  source regclass := {};\n{BLOCK}\nEND $plain$", literal(table))
}

/// Collects what `LIKE` leaves out while the hypertable is still there, and puts it back once the name is free.
const BLOCK: &str = r"  place name;
  original text;
  copied text;
  obstacle text;
  statement text;
  moved text[];
  later text[];
BEGIN
  EXECUTE format('LOCK TABLE %s IN ACCESS EXCLUSIVE MODE', source);
  SELECT string_agg(DISTINCT o.what, ', ') INTO obstacle FROM (
    SELECT CASE WHEN r.ev_class = source THEN 'rule ' || r.rulename ELSE 'view ' || r.ev_class::regclass END
      FROM pg_depend d JOIN pg_rewrite r ON d.classid = 'pg_rewrite'::regclass AND r.oid = d.objid
      WHERE d.refclassid = 'pg_class'::regclass AND d.refobjid = source
    UNION ALL SELECT 'row policy ' || polname FROM pg_policy WHERE polrelid = source) o(what);
  IF obstacle IS NOT NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'dependent_objects_still_exist',
      MESSAGE = format('%s cannot become a plain table, because these depend on it: %s', source, obstacle),
      HINT = 'Drop them, run this again, and create them anew.';
  END IF;
  SELECT n.nspname, format('%I.%I', n.nspname, c.relname), format('%I.%I', n.nspname, left(c.relname, 57) || '_plain')
    INTO place, original, copied FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = source;

  SELECT array_agg(format('ALTER SEQUENCE %s OWNED BY %s.%I', d.objid::regclass, copied, a.attname)) INTO moved
    FROM pg_depend d JOIN pg_class s ON s.oid = d.objid AND s.relkind = 'S'
    JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
    WHERE d.classid = 'pg_class'::regclass AND d.refclassid = d.classid AND d.refobjid = source AND d.deptype = 'a';

  SELECT array_agg(l.sql ORDER BY l.step, l.sql) INTO later FROM (
    SELECT 1, format('ALTER TABLE %s ADD CONSTRAINT %I %s', original, conname, pg_get_constraintdef(oid))
      FROM pg_constraint WHERE conrelid = source AND contype IN ('p', 'u', 'x', 'f')
    UNION ALL SELECT 2, pg_get_indexdef(indexrelid) FROM pg_index x
      WHERE indrelid = source AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = x.indexrelid)
    UNION ALL SELECT 3, pg_get_triggerdef(g.oid) FROM pg_trigger g JOIN pg_proc p ON p.oid = g.tgfoid
      WHERE g.tgrelid = source AND NOT g.tgisinternal AND p.pronamespace::regnamespace::text NOT LIKE '\_timescaledb\_%'
    UNION ALL SELECT 4, format('COMMENT ON TABLE %s IS %L', original, obj_description(source, 'pg_class'))
      WHERE obj_description(source, 'pg_class') IS NOT NULL
    UNION ALL SELECT 4, format('COMMENT ON INDEX %I.%I IS %L', place, i.relname, d.description)
      FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid
      JOIN pg_description d ON d.classoid = 'pg_class'::regclass AND d.objoid = i.oid WHERE x.indrelid = source
    UNION ALL SELECT 4, format('COMMENT ON CONSTRAINT %I ON %s IS %L', k.conname, original, d.description)
      FROM pg_constraint k JOIN pg_description d ON d.classoid = 'pg_constraint'::regclass AND d.objoid = k.oid
      WHERE k.conrelid = source AND k.contype IN ('p', 'u', 'x', 'f')
    UNION ALL SELECT 4, format('COMMENT ON TRIGGER %I ON %s IS %L', g.tgname, original, d.description)
      FROM pg_trigger g JOIN pg_description d ON d.classoid = 'pg_trigger'::regclass AND d.objoid = g.oid
      WHERE g.tgrelid = source AND NOT g.tgisinternal
    UNION ALL SELECT 5, format('GRANT %s ON %s TO %s%s', a.privilege_type, original,
        CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(a.grantee)) END,
        CASE WHEN a.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END)
      FROM pg_class c, aclexplode(c.relacl) a WHERE c.oid = source AND a.grantee <> c.relowner
    UNION ALL SELECT 6, format('ALTER TABLE %s OWNER TO %I', original, pg_get_userbyid(relowner))
      FROM pg_class WHERE oid = source AND pg_get_userbyid(relowner) <> current_user) l(step, sql);

  EXECUTE format('CREATE TABLE %s (LIKE %s INCLUDING ALL EXCLUDING INDEXES)', copied, source);
  EXECUTE format('INSERT INTO %s SELECT * FROM %s', copied, source);
  FOREACH statement IN ARRAY coalesce(moved, '{}') LOOP EXECUTE statement; END LOOP;
  EXECUTE format('DROP TABLE %s', source);
  EXECUTE format('ALTER TABLE %s RENAME TO %I', copied, (parse_ident(original))[2]);
  FOREACH statement IN ARRAY coalesce(later, '{}') LOOP EXECUTE statement; END LOOP;
  EXECUTE format('ANALYZE %s', original);";
