-- What a family holds beside its classes is added to it.
SELECT 'family ' || f.opfname || ' of ' || m.amname AS name, NULL::text AS owner, 'pg_opfamily ' || f.oid AS place,
  format('CREATE OPERATOR FAMILY %I USING %I', f.opfname, m.amname) AS definition
FROM pg_opfamily f JOIN pg_am m ON m.oid = f.opfmethod WHERE f.opfnamespace = {here} AND {own:f}
UNION ALL
SELECT 'class ' || c.opcname || ' of ' || m.amname, NULL, 'pg_opclass ' || c.oid,
  format('CREATE OPERATOR CLASS %I %sFOR TYPE %s USING %I FAMILY %I.%I AS %s', c.opcname, CASE WHEN c.opcdefault THEN 'DEFAULT ' END,
    format_type(c.opcintype, NULL), m.amname, n.nspname, f.opfname, concat_ws(', ',
    CASE WHEN c.opckeytype <> 0 THEN 'STORAGE ' || format_type(c.opckeytype, NULL) END,
    (SELECT string_agg(format('OPERATOR %s %s', a.amopstrategy, a.amopopr::regoperator) || coalesce(' FOR ORDER BY ' || (SELECT format('%I.%I', y.nspname, x.opfname) FROM pg_opfamily x JOIN pg_namespace y ON y.oid = x.opfnamespace WHERE x.oid = a.amopsortfamily), ''), ', ' ORDER BY a.amopstrategy)
      FROM pg_amop a WHERE a.amopfamily = f.oid AND a.amoplefttype = c.opcintype AND a.amoprighttype = c.opcintype),
    (SELECT string_agg(format('FUNCTION %s (%s, %s) %s', p.amprocnum, format_type(p.amproclefttype, NULL), format_type(p.amprocrighttype, NULL), p.amproc::regprocedure), ', ' ORDER BY p.amprocnum)
      FROM pg_amproc p WHERE p.amprocfamily = f.oid AND p.amproclefttype = c.opcintype AND p.amprocrighttype = c.opcintype)))
FROM pg_opclass c JOIN pg_am m ON m.oid = c.opcmethod JOIN pg_opfamily f ON f.oid = c.opcfamily JOIN pg_namespace n ON n.oid = f.opfnamespace
WHERE c.opcnamespace = {here} AND {own:c}
