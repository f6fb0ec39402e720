-- As SQL: what stands before the columns, and what behind them.
SELECT c.relname::text AS name, c.relname::text AS owner, 'pg_class ' || c.oid AS place,
  concat_ws(' ', CASE c.relpersistence WHEN 'u' THEN 'unlogged' END,
    CASE WHEN c.relrowsecurity THEN 'row level security' END, CASE WHEN c.relforcerowsecurity THEN 'forced on the owner' END,
    CASE c.relreplident WHEN 'n' THEN 'replica identity nothing' WHEN 'f' THEN 'replica identity full' WHEN 'i' THEN 'replica identity index' END,
    'OF ' || nullif(c.reloftype, 0)::regtype,
    'PARTITION BY ' || pg_get_partkeydef(c.oid),
    (SELECT string_agg(CASE WHEN c.relispartition THEN 'PARTITION OF ' ELSE 'INHERITS ' END || h.inhparent::regclass, ' ' ORDER BY h.inhseqno)
      FROM pg_inherits h WHERE h.inhrelid = c.oid),
    pg_get_expr(c.relpartbound, c.oid), 'WITH (' || array_to_string(c.reloptions, ', ') || ')',
    (SELECT format('SERVER %I', s.srvname) || coalesce(' OPTIONS (' || (SELECT string_agg(format('%I %L', o.option_name, o.option_value), ', ' ORDER BY o.option_name) FROM pg_options_to_table(f.ftoptions) o) || ')', '')
      FROM pg_foreign_table f JOIN pg_foreign_server s ON s.oid = f.ftserver WHERE f.ftrelid = c.oid)) AS definition,
  format('CREATE %sTABLE %I', CASE WHEN c.relkind = 'f' THEN 'FOREIGN ' WHEN c.relpersistence = 'u' THEN 'UNLOGGED ' END, c.relname) AS sql,
  concat(
    CASE WHEN NOT c.relispartition AND NOT {late_inheritance} THEN
      (SELECT format(' INHERITS (%s)', string_agg(h.inhparent::regclass::text, ', ' ORDER BY h.inhseqno)) FROM pg_inherits h WHERE h.inhrelid = c.oid HAVING count(*) > 0) END,
    ' PARTITION BY ' || pg_get_partkeydef(c.oid),
    (SELECT format(' SERVER %I', s.srvname) || coalesce(' OPTIONS (' || (SELECT string_agg(format('%I %L', o.option_name, o.option_value), ', ' ORDER BY o.option_name) FROM pg_options_to_table(f.ftoptions) o) || ')', '')
      FROM pg_foreign_table f JOIN pg_foreign_server s ON s.oid = f.ftserver WHERE f.ftrelid = c.oid),
    (SELECT format(' USING %I', m.amname) FROM pg_am m WHERE m.oid = c.relam AND m.amname <> 'heap'),
    ' WITH (' || array_to_string(c.reloptions, ', ') || ')') AS late
FROM pg_class c WHERE c.relnamespace = {here} AND {own:c} AND c.relkind IN ('r', 'p', 'f')
