SELECT
    l.name AS table_name,
    c.name AS name,
    c.type AS kind,
    c.type AS full_type,
    CASE
        WHEN (
            c."notnull" <> 0
            OR c.pk > 0
        )
        AND c.dflt_value IS NULL THEN 'y'
        ELSE 'n'
    END AS is_required,
    CASE
        WHEN c.hidden > 0
        OR (
            lower(c.type) = 'integer'
            AND c.pk = 1
            AND l.wr = 0
            AND (
                SELECT
                    count(*)
                FROM
                    pragma_table_info (l.name) k
                WHERE
                    k.pk > 0
            ) = 1
        ) THEN 'y'
        ELSE 'n'
    END AS is_given,
    '(' || c.dflt_value || ')' AS usual
FROM
    pragma_table_list l
    JOIN pragma_table_xinfo (l.name) c
WHERE
    l.schema = 'main'
    AND l.type = 'table'
ORDER BY
    l.name,
    c.cid
