SELECT c.relname || '.' || r.rulename AS name, c.relname::text AS owner, 'pg_rewrite ' || r.oid AS place, rtrim(pg_get_ruledef(r.oid), ';') AS definition
FROM pg_rewrite r JOIN pg_class c ON c.oid = r.ev_class WHERE c.relnamespace = {here} AND {own:c} AND r.rulename <> '_RETURN'
