DO $$
DECLARE
    i record;
BEGIN
    FOR i IN
        SELECT x.indexrelid AS id
        FROM timescaledb_information.continuous_aggregates g
        JOIN pg_index x ON x.indrelid = format(
            '%I.%I', g.materialization_hypertable_schema, g.materialization_hypertable_name
        )::regclass
        JOIN pg_class n ON n.oid = x.indexrelid
        WHERE NOT starts_with(n.relname, g.materialization_hypertable_name)
    LOOP
        EXECUTE format('ALTER INDEX %s RENAME TO %I', i.id::regclass, 'beside_' || i.id);
    END LOOP;
END $$
