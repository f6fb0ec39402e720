WITH RECURSIVE
    roots AS (
        SELECT
            c.relname::text AS name,
            c.oid AS root,
            CASE c.relkind
                WHEN 'p' THEN 'partitioned'
                WHEN 'm' THEN 'view'
                ELSE 'table'
            END AS kind
        FROM
            pg_class c
        WHERE
            c.relnamespace = quote_ident(current_schema())::regnamespace
            AND c.relkind IN ('r', 'p', 'm')
            AND NOT c.relispartition
            AND NOT EXISTS (
                SELECT
                    1
                FROM
                    pg_depend e
                WHERE
                    e.classid = 'pg_class'::regclass
                    AND e.objid = c.oid
                    AND e.deptype = 'e'
            ) {aggregates}
    ),
    inherited AS (
        SELECT
            r.root,
            r.root AS part
        FROM
            roots r
        UNION ALL
        SELECT
            h.root,
            i.inhrelid
        FROM
            inherited h
            JOIN pg_inherits i ON i.inhparent = h.part
    ),
    parts AS (
        SELECT
            root,
            part,
            false AS packed,
            0::bigint AS packed_rows
        FROM
            inherited{columnstore}
    )
