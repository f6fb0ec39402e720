SELECT o.oid::regoperator::text AS name, NULL::text AS owner, 'pg_operator ' || o.oid AS place,
  format('CREATE OPERATOR %s (FUNCTION = %s%s%s%s%s%s%s%s%s)', o.oprname, o.oprcode,
    CASE WHEN o.oprleft <> 0 THEN ', LEFTARG = ' || format_type(o.oprleft, NULL) END, ', RIGHTARG = ' || format_type(o.oprright, NULL),
    CASE WHEN o.oprcom <> 0 THEN format(', COMMUTATOR = OPERATOR(%s)', (SELECT format('%I.%s', n.nspname, x.oprname) FROM pg_operator x JOIN pg_namespace n ON n.oid = x.oprnamespace WHERE x.oid = o.oprcom)) END,
    CASE WHEN o.oprnegate <> 0 THEN format(', NEGATOR = OPERATOR(%s)', (SELECT format('%I.%s', n.nspname, x.oprname) FROM pg_operator x JOIN pg_namespace n ON n.oid = x.oprnamespace WHERE x.oid = o.oprnegate)) END,
    CASE WHEN o.oprrest <> 0 THEN ', RESTRICT = ' || o.oprrest END, CASE WHEN o.oprjoin <> 0 THEN ', JOIN = ' || o.oprjoin END,
    CASE WHEN o.oprcanmerge THEN ', MERGES' END, CASE WHEN o.oprcanhash THEN ', HASHES' END) AS definition
FROM pg_operator o WHERE o.oprnamespace = {here} AND {own:o} AND o.oprcode <> 0
