-- Every relation that a view may read, with what entities are made of, as one JSON document.
WITH RECURSIVE base (oid, base, typmod) AS (
    SELECT t.oid, t.oid, -1 FROM pg_type t WHERE t.typtype <> 'd'
    UNION ALL
    SELECT d.oid, b.base, CASE WHEN d.typtypmod = -1 THEN b.typmod ELSE d.typtypmod END
    FROM pg_type d JOIN base b ON b.oid = d.typbasetype WHERE d.typtype = 'd'
), types AS (
    SELECT t.oid, jsonb_build_object(
        'schema', t.typnamespace::regnamespace::text,
        'name', t.typname,
        'visible', pg_type_is_visible(t.oid),
        'labels', (SELECT jsonb_agg(e.enumlabel ORDER BY e.enumsortorder) FROM pg_enum e WHERE e.enumtypid = t.oid)
    ) AS described
    FROM pg_type t
)
SELECT coalesce(jsonb_agg(jsonb_build_object(
    'schema', n.nspname,
    'name', c.relname,
    'kind', c.relkind,
    'visible', pg_table_is_visible(c.oid),
    'of_extension', EXISTS (
        SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e'),
    'is_partition', c.relispartition,
    -- Rows of children are read with those of their parent, whose key does not hold for them.
    'has_children', c.relkind <> 'p' AND c.relhassubclass,
    'definition', CASE WHEN c.relkind IN ('v', 'm') THEN pg_get_viewdef(c.oid) END,
    'columns', (
        SELECT coalesce(jsonb_agg(jsonb_build_object(
            'name', a.attname,
            'not_null', a.attnotnull,
            'auto_increment', a.attidentity <> '' OR coalesce(pg_get_expr(d.adbin, d.adrelid) LIKE 'nextval(%', false),
            'shown', format_type(a.atttypid, a.atttypmod),
            -- Without its length, which would cut in a cast what it refuses in a column.
            'cast', format_type(a.atttypid, -1),
            'typmod', CASE WHEN a.atttypmod = -1 THEN b.typmod ELSE a.atttypmod END,
            'type', t.described,
            'element', e.described
        ) ORDER BY a.attnum), '[]')
        FROM pg_attribute a
        JOIN base b ON b.oid = a.atttypid
        JOIN pg_type p ON p.oid = b.base
        JOIN types t ON t.oid = p.oid
        LEFT JOIN pg_type i ON i.oid = p.typelem AND i.typarray = p.oid
        LEFT JOIN types e ON e.oid = i.oid
        LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum AND a.attgenerated = ''
        WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
            -- What a trigger makes of other columns to be searched by is no column elsewhere.
            AND NOT (a.atttypid = 'pg_catalog.tsvector'::regtype AND EXISTS (
                SELECT FROM pg_trigger g JOIN pg_proc f ON f.oid = g.tgfoid
                WHERE g.tgrelid = c.oid AND NOT g.tgisinternal AND g.tgtype & 3 = 3
                    AND f.pronamespace::regnamespace::text NOT LIKE '\_timescaledb\_%'))),
    'checks', (
        SELECT coalesce(jsonb_agg(pg_get_expr(k.conbin, k.conrelid) ORDER BY k.conname), '[]')
        FROM pg_constraint k WHERE k.conrelid = c.oid AND k.contype = 'c' AND k.convalidated),
    'keys', (
        SELECT coalesce(jsonb_agg(jsonb_build_object(
            'name', x.relname,
            'primary', i.indisprimary,
            'columns', (
                SELECT jsonb_agg(a.attname ORDER BY k.place)
                FROM unnest(i.indkey::int2[]) WITH ORDINALITY k (attnum, place)
                JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.attnum
                WHERE k.place <= i.indnkeyatts)
        ) ORDER BY i.indisprimary DESC, x.relname), '[]')
        FROM pg_index i JOIN pg_class x ON x.oid = i.indexrelid
        WHERE i.indrelid = c.oid AND i.indisunique AND i.indisvalid AND i.indpred IS NULL AND i.indexprs IS NULL),
    'foreign_keys', (
        SELECT coalesce(jsonb_agg(jsonb_build_object(
            'schema', r.relnamespace::regnamespace::text,
            'table', r.relname,
            'on_update', k.confupdtype,
            'on_delete', k.confdeltype,
            'from', (
                SELECT jsonb_agg(a.attname ORDER BY f.place) FROM unnest(k.conkey) WITH ORDINALITY f (attnum, place)
                JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = f.attnum),
            'to', (
                SELECT jsonb_agg(a.attname ORDER BY f.place) FROM unnest(k.confkey) WITH ORDINALITY f (attnum, place)
                JOIN pg_attribute a ON a.attrelid = k.confrelid AND a.attnum = f.attnum)
        ) ORDER BY k.conname), '[]')
        FROM pg_constraint k JOIN pg_class r ON r.oid = k.confrelid
        WHERE k.conrelid = c.oid AND k.contype = 'f' AND k.conparentid = 0)
) ORDER BY n.nspname, c.relname), '[]') AS relations
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND n.nspname <> 'information_schema'
    AND n.nspname NOT LIKE 'pg\_%' AND n.nspname NOT LIKE '\_timescaledb\_%' AND n.nspname NOT LIKE 'timescaledb\_%'
