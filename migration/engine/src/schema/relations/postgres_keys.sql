SELECT
    c.relname::text AS relation,
    i.relname::text AS name,
    CASE
        WHEN x.indisprimary THEN 'primary'
        WHEN x.indisunique THEN 'unique'
        ELSE 'index'
    END AS kind,
    a.attname::text AS column_name,
    NULL::text AS target,
    NULL::text AS target_column,
    NULL::text AS on_delete,
    NULL::text AS on_update,
    u.position
FROM
    pg_index x
    JOIN pg_class c ON c.oid = x.indrelid
    JOIN pg_class i ON i.oid = x.indexrelid
    CROSS JOIN LATERAL unnest(x.indkey::int2[]) WITH ORDINALITY AS u (number, position)
    JOIN pg_attribute a ON a.attrelid = c.oid
    AND a.attnum = u.number
WHERE
    c.relnamespace = quote_ident(current_schema())::regnamespace
    AND x.indpred IS NULL
    AND x.indexprs IS NULL
    AND u.position <= x.indnkeyatts
UNION ALL
SELECT
    c.relname::text,
    k.conname::text,
    'foreign',
    a.attname::text,
    CASE
        WHEN r.relnamespace = c.relnamespace THEN r.relname::text
        ELSE r.oid::regclass::text
    END,
    b.attname::text,
    k.confdeltype::text,
    k.confupdtype::text,
    u.position
FROM
    pg_constraint k
    JOIN pg_class c ON c.oid = k.conrelid
    JOIN pg_class r ON r.oid = k.confrelid
    CROSS JOIN LATERAL unnest(k.conkey, k.confkey) WITH ORDINALITY AS u (number, target, position)
    JOIN pg_attribute a ON a.attrelid = c.oid
    AND a.attnum = u.number
    JOIN pg_attribute b ON b.attrelid = r.oid
    AND b.attnum = u.target
WHERE
    c.relnamespace = quote_ident(current_schema())::regnamespace
    AND k.contype = 'f'
    AND k.conparentid = 0
ORDER BY
    relation,
    name,
    kind,
    position
