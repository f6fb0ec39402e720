SELECT p.oid::regprocedure::text AS name, NULL::text AS owner, 'pg_proc ' || p.oid AS place,
  format('CREATE AGGREGATE %I(%s) (SFUNC = %s, STYPE = %s%s)', p.proname,
    coalesce(nullif(pg_get_function_arguments(p.oid), ''), '*'), g.aggtransfn, format_type(g.aggtranstype, NULL),
    concat(', SSPACE = ' || nullif(g.aggtransspace, 0), ', FINALFUNC = ' || nullif(g.aggfinalfn, 0)::regproc, CASE WHEN g.aggfinalextra THEN ', FINALFUNC_EXTRA' END,
      CASE g.aggfinalmodify WHEN 'w' THEN CASE WHEN g.aggkind = 'n' THEN ', FINALFUNC_MODIFY = READ_WRITE' END WHEN 's' THEN ', FINALFUNC_MODIFY = SHAREABLE'
        ELSE CASE WHEN g.aggkind <> 'n' THEN ', FINALFUNC_MODIFY = READ_ONLY' END END,
      ', COMBINEFUNC = ' || nullif(g.aggcombinefn, 0)::regproc, ', SERIALFUNC = ' || nullif(g.aggserialfn, 0)::regproc, ', DESERIALFUNC = ' || nullif(g.aggdeserialfn, 0)::regproc,
      ', INITCOND = ' || quote_literal(g.agginitval), ', MSFUNC = ' || nullif(g.aggmtransfn, 0)::regproc, ', MINVFUNC = ' || nullif(g.aggminvtransfn, 0)::regproc,
      ', MSTYPE = ' || format_type(nullif(g.aggmtranstype, 0), NULL), ', MFINALFUNC = ' || nullif(g.aggmfinalfn, 0)::regproc, ', MINITCOND = ' || quote_literal(g.aggminitval),
      (SELECT format(', SORTOP = OPERATOR(%I.%s)', n.nspname, o.oprname) FROM pg_operator o JOIN pg_namespace n ON n.oid = o.oprnamespace WHERE o.oid = g.aggsortop),
      CASE p.proparallel WHEN 's' THEN ', PARALLEL = SAFE' WHEN 'r' THEN ', PARALLEL = RESTRICTED' END, CASE WHEN g.aggkind = 'h' THEN ', HYPOTHETICAL' END)) AS definition
FROM pg_proc p JOIN pg_aggregate g ON g.aggfnoid = p.oid WHERE p.pronamespace = {here} AND {own:p}
