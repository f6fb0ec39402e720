-- What others made on the extension's tables and views: views, and functions whose body is parsed.
SELECT string_agg(DISTINCT CASE WHEN r.oid IS NULL THEN pg_describe_object(d.classid, d.objid, 0) ELSE 'view ' || r.ev_class::regclass END, ', ') AS answer
FROM pg_depend d
JOIN pg_depend e ON e.classid = 'pg_class'::regclass AND e.objid = d.refobjid AND e.refclassid = 'pg_extension'::regclass AND e.deptype = 'e'
JOIN pg_extension x ON x.oid = e.refobjid AND x.extname = 'timescaledb'
LEFT JOIN pg_rewrite r ON d.classid = 'pg_rewrite'::regclass AND r.oid = d.objid
WHERE d.refclassid = 'pg_class'::regclass AND d.classid IN ('pg_rewrite'::regclass, 'pg_proc'::regclass)
AND NOT EXISTS (
  SELECT FROM pg_depend m WHERE m.deptype = 'e' AND m.objid = coalesce(r.ev_class, d.objid)
  AND m.classid = CASE WHEN r.oid IS NULL THEN d.classid ELSE 'pg_class'::regclass END
)
