SELECT
    p.name,
    p.value
FROM
    (
        SELECT
            r.setrole,
            split_part(s.pair, '=', 1) AS name,
            substr(s.pair, strpos(s.pair, '=') + 1) AS value
        FROM
            pg_db_role_setting r,
            unnest(r.setconfig) AS s (pair)
        WHERE
            r.setdatabase = (
                SELECT
                    oid
                FROM
                    pg_database
                WHERE
                    datname = current_database()
            )
            AND r.setrole IN (
                0,
                (
                    SELECT
                        oid
                    FROM
                        pg_roles
                    WHERE
                        rolname = session_user
                )
            )
    ) AS p
    LEFT JOIN pg_settings g ON g.name = p.name
WHERE
    p.name <> 'search_path'
    AND coalesce(g.context = 'user', p.name LIKE '%.%')
ORDER BY
    p.setrole
