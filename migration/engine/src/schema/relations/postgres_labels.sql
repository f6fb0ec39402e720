SELECT
    t.typname::text AS name,
    e.enumlabel::text AS label
FROM
    pg_type t
    JOIN pg_enum e ON e.enumtypid = t.oid
WHERE
    t.typnamespace = quote_ident(current_schema())::regnamespace
    AND left(e.enumlabel, 6) <> '_kept_'
    AND NOT EXISTS (
        SELECT
            1
        FROM
            pg_depend x
        WHERE
            x.classid = 'pg_type'::regclass
            AND x.objid = t.oid
            AND x.deptype = 'e'
    )
ORDER BY
    t.typname COLLATE "C",
    e.enumsortorder
