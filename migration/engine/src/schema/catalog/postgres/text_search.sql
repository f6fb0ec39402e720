SELECT 'dictionary ' || d.dictname AS name, NULL::text AS owner, 'pg_ts_dict ' || d.oid AS place,
  format('CREATE TEXT SEARCH DICTIONARY %I (TEMPLATE = %I.%I%s)', d.dictname, n.nspname, t.tmplname, ', ' || d.dictinitoption) AS definition
FROM pg_ts_dict d JOIN pg_ts_template t ON t.oid = d.dicttemplate JOIN pg_namespace n ON n.oid = t.tmplnamespace WHERE d.dictnamespace = {here} AND {own:d}
UNION ALL
SELECT 'configuration ' || c.cfgname, NULL, 'pg_ts_config ' || c.oid,
  format('CREATE TEXT SEARCH CONFIGURATION %I (PARSER = %I.%I)', c.cfgname, n.nspname, p.prsname)
  || coalesce((SELECT string_agg(format(E';\nALTER TEXT SEARCH CONFIGURATION %I ADD MAPPING FOR %s WITH %s', c.cfgname, m.alias, m.dictionaries), '' ORDER BY m.alias)
    FROM (SELECT k.alias, string_agg(m.mapdict::regdictionary::text, ', ' ORDER BY m.mapseqno) AS dictionaries
      FROM pg_ts_config_map m JOIN ts_token_type(c.cfgparser) k ON k.tokid = m.maptokentype WHERE m.mapcfg = c.oid GROUP BY k.alias) m), '')
FROM pg_ts_config c JOIN pg_ts_parser p ON p.oid = c.cfgparser JOIN pg_namespace n ON n.oid = p.prsnamespace WHERE c.cfgnamespace = {here} AND {own:c}
UNION ALL
SELECT 'parser ' || p.prsname, NULL, 'pg_ts_parser ' || p.oid,
  format('CREATE TEXT SEARCH PARSER %I (START = %s, GETTOKEN = %s, END = %s, LEXTYPES = %s%s)', p.prsname, p.prsstart, p.prstoken, p.prsend, p.prslextype,
    CASE WHEN p.prsheadline <> 0 THEN ', HEADLINE = ' || p.prsheadline END)
FROM pg_ts_parser p WHERE p.prsnamespace = {here} AND {own:p}
UNION ALL
SELECT 'template ' || t.tmplname, NULL, 'pg_ts_template ' || t.oid,
  format('CREATE TEXT SEARCH TEMPLATE %I (%sLEXIZE = %s)', t.tmplname, CASE WHEN t.tmplinit <> 0 THEN format('INIT = %s, ', t.tmplinit) END, t.tmpllexize)
FROM pg_ts_template t WHERE t.tmplnamespace = {here} AND {own:t}
