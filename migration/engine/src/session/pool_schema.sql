-- The first name on the session's search path, where the session itself put it there.
WITH path AS (
    SELECT
        p.is_own,
        CASE WHEN p.names ~ '^\s*("([^"]|"")|[[:alpha:]_])' THEN (pg_catalog.parse_ident(p.names, false))[1] END AS first
    FROM
        pg_catalog.pg_settings AS s
        CROSS JOIN LATERAL (
            VALUES
                (true, s.setting),
                (false, s.reset_val)
        ) AS p(is_own, names)
    WHERE
        s.name = 'search_path'
)
SELECT
    nullif(max(first) FILTER (WHERE is_own), max(first) FILTER (WHERE NOT is_own)) AS schema
FROM
    path
