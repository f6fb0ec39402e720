SELECT
    c.relname::text AS table_name,
    k.conname::text AS key_name,
    a.attname::text AS name,
    p.relname::text AS parent,
    CASE
        WHEN p.relnamespace <> c.relnamespace THEN n.nspname::text
    END AS parent_schema,
    r.attname::text AS parent_column
FROM
    pg_constraint k
    JOIN pg_class c ON c.oid = k.conrelid
    JOIN pg_class p ON p.oid = k.confrelid
    JOIN pg_namespace n ON n.oid = p.relnamespace
    CROSS JOIN LATERAL unnest(k.conkey, k.confkey) WITH ORDINALITY AS u (own, its, place)
    JOIN pg_attribute a ON a.attrelid = c.oid
    AND a.attnum = u.own
    JOIN pg_attribute r ON r.attrelid = p.oid
    AND r.attnum = u.its
WHERE
    k.contype = 'f'
    AND c.relnamespace = quote_ident(current_schema())::regnamespace
ORDER BY
    c.relname,
    k.conname,
    u.place
