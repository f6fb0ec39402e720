SELECT
    t.relname::text AS "table",
    a.attname::text AS "column",
    s.relname::text AS sequence,
    a.attidentity <> '' OR coalesce(f.calls, false) AS has_default,
    least(
        q.seqmax,
        CASE a.atttypid
            WHEN 'int2'::regtype THEN 32767
            WHEN 'int4'::regtype THEN 2147483647
            ELSE 9223372036854775807
        END
    ) AS "limit",
    q.seqincrement AS increment,
    q.seqcycle AS cycles,
    has_sequence_privilege(s.oid, 'SELECT') AND has_table_privilege(t.oid, 'SELECT')
        AND (x.is_indexed OR b.bytes < {largest}) AS examinable
FROM pg_class s
JOIN pg_sequence q ON q.seqrelid = s.oid
JOIN pg_class t ON t.relnamespace = s.relnamespace AND t.relkind IN ('r', 'p')
JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum > 0 AND NOT a.attisdropped
LEFT JOIN LATERAL (
    SELECT EXISTS (
        SELECT 1 FROM pg_depend n
        WHERE n.classid = 'pg_attrdef'::regclass AND n.objid = d.oid AND n.refobjid = s.oid
    ) AS calls
    FROM pg_attrdef d
    WHERE d.adrelid = t.oid AND d.adnum = a.attnum
) f ON true
CROSS JOIN LATERAL (
    SELECT EXISTS (
        SELECT 1 FROM pg_index i
        WHERE i.indrelid = t.oid AND i.indisvalid AND i.indpred IS NULL AND i.indkey[0] = a.attnum
    ) AS is_indexed
) x
CROSS JOIN LATERAL (
    WITH RECURSIVE parts AS (
        SELECT t.oid AS part
        UNION ALL
        SELECT i.inhrelid FROM parts p JOIN pg_inherits i ON i.inhparent = p.part
    )
    SELECT {bytes} AS bytes FROM parts
) b
WHERE s.relkind = 'S'
    AND s.relnamespace = quote_ident(current_schema())::regnamespace
    AND q.seqincrement > 0
    AND NOT t.relispartition
    AND a.atttypid IN ('int2'::regtype, 'int4'::regtype, 'int8'::regtype)
    AND (
        coalesce(f.calls, false)
        OR EXISTS (
            SELECT 1 FROM pg_depend o
            WHERE o.classid = 'pg_class'::regclass AND o.objid = s.oid
                AND o.refobjid = t.oid AND o.refobjsubid = a.attnum AND o.deptype IN ('a', 'i')
        )
        OR (s.relname = format('%s_%s_seq', t.relname, a.attname) AND f.calls IS NULL AND a.attidentity = '')
    )
ORDER BY 1, 2, 3
