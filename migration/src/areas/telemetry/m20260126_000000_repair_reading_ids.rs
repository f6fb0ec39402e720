//! The number of a reading comes from its sequence again.
//!
//! There are databases where the column `id` lost its default, and every insert that does not name an id fails. Looked at
//! is each part by itself, and what is right is left alone:
//!
//! - The sequence: the one that the default asks, the column owns, or has the usual name; else it is created, and who may
//!   insert may use it.
//! - The default, unless the column has one, of whatever kind, or is an identity.
//! - The ownership, so that sequence and table go together.
//! - Its position: beyond the highest id. Reading that takes 0.3 seconds for two million readings, before any lock is taken.
//!
//! The default changes in the catalogue alone, in chunks of the columnstore too. Rows whose id is null, which only a
//! database without the NOT NULL can have, stay as they are: filling them would decompress the history for a number that
//! nobody has asked for.
//!
//! Only PostgreSQL has sequences. What was put in place is written down in a table of [`kept`](migration_engine::revision::kept),
//! and `down` reverts that and no more; the position stays, as the numbers may be in use.

use migration_engine::Describe;
use migration_timescale::Question;
use sea_orm_migration::{
    prelude::*,
    sea_orm::{ConnectionTrait, DbBackend},
};

use crate::seed;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    /// All or nothing, on SQLite and MySQL too, where there is nothing to do.
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        if manager.get_database_backend() == DbBackend::Postgres && schema_takes_quotes(manager).await? {
            return on_postgres(manager, &REPAIR.replace(PLACE, QUOTED_PLACE)).await;
        }
        on_postgres(manager, REPAIR).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        on_postgres(manager, TAKE_BACK).await
    }
}

#[async_trait::async_trait]
impl Describe for Migration {
    fn area(&self) -> Option<&'static str> {
        Some(super::AREA)
    }

    /// A reading with a number far beyond the others, as an import leaves it.
    async fn seed(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let moment = seed::moment(manager.get_database_backend(), 29, 6, 0);
        let reading = format!("{moment}, 'pump-1', 1.5, 1000000");
        seed::insert(manager, super::READINGS, "timestamp, sensor_id, value, id", [reading]).await
    }
}

/// How [`REPAIR`] finds the schema. It folds the name to lower case; in schemas with another name the second is used. The
/// first stays in all others, because it is part of the checksum of the revision where it is applied.
const PLACE: &str = "current_schema()::regnamespace";
const QUOTED_PLACE: &str = "place::regnamespace";

async fn schema_takes_quotes(manager: &SchemaManager<'_>) -> Result<bool, DbErr> {
    let sql = "SELECT quote_ident(current_schema()) <> current_schema()";
    // A script runs in any schema; the checksum is that of most.
    Question::new(sql, [], |_| false).ask(manager.get_connection()).await
}

async fn on_postgres(manager: &SchemaManager<'_>, sql: &str) -> Result<(), DbErr> {
    if manager.get_database_backend() == DbBackend::Postgres {
        manager.get_connection().execute_unprepared(sql).await?;
    }
    Ok(())
}

const REPAIR: &str = r"DO $repair$
DECLARE
  place text := quote_ident(current_schema());
  readings regclass := place || '.sensor_readings';
  is_identity boolean;
  has_default boolean;
  counter regclass;
  highest bigint;
  grantee text;
  made text[] := '{}';
BEGIN
  SELECT a.attidentity <> '', d.oid IS NOT NULL,
      coalesce((SELECT x.refobjid FROM pg_depend x JOIN pg_class s ON s.oid = x.refobjid AND s.relkind = 'S'
        WHERE x.classid = 'pg_attrdef'::regclass AND x.objid = d.oid AND x.refclassid = 'pg_class'::regclass LIMIT 1),
        pg_get_serial_sequence(readings::text, 'id')::regclass)
    INTO is_identity, has_default, counter
    FROM pg_attribute a LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
    WHERE a.attrelid = readings AND a.attname = 'id';
  IF counter IS NULL AND has_default THEN
    RAISE NOTICE 'sensor_readings.id has a default that asks no sequence; it stays';
    RETURN;
  END IF;
  EXECUTE format('SELECT max(id) FROM %s', readings) INTO highest;

  IF counter IS NULL THEN
    SELECT oid INTO counter FROM pg_class
      WHERE relnamespace = current_schema()::regnamespace AND relname = 'sensor_readings_id_seq' AND relkind = 'S';
  END IF;
  IF counter IS NULL THEN
    EXECUTE format('CREATE SEQUENCE %s.sensor_readings_id_seq AS integer', place);
    counter := place || '.sensor_readings_id_seq';
    made := made || 'sequence'::text;
    FOR grantee IN SELECT CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(a.grantee)) END
      FROM pg_class c, aclexplode(c.relacl) a
      WHERE c.oid = readings AND a.privilege_type = 'INSERT' AND a.grantee <> c.relowner
    LOOP
      EXECUTE format('GRANT USAGE ON SEQUENCE %s TO %s', counter, grantee);
    END LOOP;
  END IF;
  IF NOT is_identity AND NOT has_default THEN
    EXECUTE format('ALTER TABLE %s ALTER COLUMN id SET DEFAULT nextval(%L)', readings, counter);
    made := made || 'default'::text;
  END IF;
  -- Where PostgreSQL would refuse it, they go on as they are.
  IF EXISTS (SELECT FROM pg_class s JOIN pg_class t ON t.oid = readings
      WHERE s.oid = counter AND s.relowner = t.relowner AND s.relnamespace = t.relnamespace)
    AND NOT EXISTS (SELECT FROM pg_depend
      WHERE classid = 'pg_class'::regclass AND objid = counter AND refclassid = classid AND deptype IN ('a', 'i'))
  THEN
    EXECUTE format('ALTER SEQUENCE %s OWNED BY %s.id', counter, readings);
    made := made || 'ownership'::text;
  END IF;

  -- In one statement: numbers that are given out meanwhile are not given out again.
  IF highest IS NOT NULL THEN
    EXECUTE format('SELECT setval(%L, least($1, m.seqmax)) FROM %s s, pg_sequence m WHERE m.seqrelid = %L::regclass '
      'AND m.seqincrement > 0 AND s.last_value < least($1 + CASE WHEN s.is_called THEN 0 ELSE 1 END, m.seqmax)',
      counter, counter, counter) USING highest;
  END IF;

  IF cardinality(made) > 0 THEN
    EXECUTE format('CREATE TABLE IF NOT EXISTS %s._kept_sensor_readings_id (made text PRIMARY KEY)', place);
    EXECUTE format('INSERT INTO %s._kept_sensor_readings_id SELECT unnest($1) ON CONFLICT DO NOTHING', place) USING made;
  END IF;
END $repair$";

const TAKE_BACK: &str = r"DO $take_back$
DECLARE
  place text := quote_ident(current_schema());
  counter text := coalesce(pg_get_serial_sequence(place || '.sensor_readings', 'id'), place || '.sensor_readings_id_seq');
  made text[];
BEGIN
  IF to_regclass(place || '._kept_sensor_readings_id') IS NULL THEN
    RETURN;
  END IF;
  EXECUTE format('SELECT array_agg(made) FROM %s._kept_sensor_readings_id', place) INTO made;
  IF 'ownership' = ANY (made) THEN
    EXECUTE format('ALTER SEQUENCE %s OWNED BY NONE', counter);
  END IF;
  IF 'default' = ANY (made) THEN
    EXECUTE format('ALTER TABLE %s.sensor_readings ALTER COLUMN id DROP DEFAULT', place);
  END IF;
  IF 'sequence' = ANY (made) THEN
    EXECUTE format('DROP SEQUENCE %s', counter);
  END IF;
  EXECUTE format('DROP TABLE %s._kept_sensor_readings_id', place);
END $take_back$";
