-- Large objects that a column of the schema refers to and no other column does. In doubt they stay.
DO $$
DECLARE
    c record;
    ids oid[] := '{}';
    found oid[];
BEGIN
    IF NOT EXISTS (SELECT FROM pg_largeobject_metadata) THEN
        RETURN;
    END IF;
    FOR c IN
        SELECT n.nspname = current_schema() AS here, format('%I.%I', n.nspname, r.relname) AS name, r.oid AS id, quote_ident(a.attname) AS part
        FROM pg_attribute a JOIN pg_class r ON r.oid = a.attrelid AND r.relkind = 'r' JOIN pg_namespace n ON n.oid = r.relnamespace
        JOIN pg_type t ON t.oid = a.atttypid AND 'oid'::regtype IN (t.oid, t.typbasetype)
        WHERE a.attnum > 0 AND NOT a.attisdropped AND n.nspname <> 'information_schema' AND n.nspname !~ '^(pg_|_?timescaledb_)'
        ORDER BY 1 DESC
    LOOP
        IF NOT has_table_privilege(c.id, 'SELECT') THEN
            RETURN;
        END IF;
        EXECUTE format('SELECT array_agg(DISTINCT %s::oid) FROM %s WHERE %s IS NOT NULL', c.part, c.name, c.part) INTO found;
        IF c.here THEN
            ids := ids || coalesce(found, '{}');
        ELSE
            ids := ARRAY(SELECT unnest(ids) EXCEPT SELECT unnest(found));
        END IF;
    END LOOP;
    PERFORM lo_unlink(m.oid) FROM pg_largeobject_metadata m WHERE m.oid = ANY (ids) AND pg_has_role(m.lomowner, 'USAGE');
END $$
