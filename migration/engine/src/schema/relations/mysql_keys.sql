SELECT
    s.TABLE_NAME AS relation,
    s.INDEX_NAME AS name,
    CASE
        WHEN s.INDEX_NAME = 'PRIMARY' THEN 'primary'
        WHEN s.NON_UNIQUE = 0 THEN 'unique'
        ELSE 'index'
    END AS kind,
    s.COLUMN_NAME AS column_name,
    NULL AS target,
    NULL AS target_column,
    NULL AS on_delete,
    NULL AS on_update,
    s.SEQ_IN_INDEX AS position
FROM
    information_schema.STATISTICS s
WHERE
    s.TABLE_SCHEMA = DATABASE()
    AND s.INDEX_TYPE = 'BTREE'
    AND NOT EXISTS (
        SELECT
            1
        FROM
            information_schema.STATISTICS p
        WHERE
            p.TABLE_SCHEMA = s.TABLE_SCHEMA
            AND p.TABLE_NAME = s.TABLE_NAME
            AND p.INDEX_NAME = s.INDEX_NAME
            AND (
                p.COLUMN_NAME IS NULL
                OR p.SUB_PART IS NOT NULL
            )
    )
UNION ALL
SELECT
    k.TABLE_NAME,
    k.CONSTRAINT_NAME,
    'foreign',
    k.COLUMN_NAME,
    IF(
        k.REFERENCED_TABLE_SCHEMA = DATABASE(),
        k.REFERENCED_TABLE_NAME,
        CONCAT(k.REFERENCED_TABLE_SCHEMA, '.', k.REFERENCED_TABLE_NAME)
    ),
    k.REFERENCED_COLUMN_NAME,
    r.DELETE_RULE,
    r.UPDATE_RULE,
    k.ORDINAL_POSITION
FROM
    information_schema.KEY_COLUMN_USAGE k
    JOIN information_schema.REFERENTIAL_CONSTRAINTS r ON r.CONSTRAINT_SCHEMA = k.CONSTRAINT_SCHEMA
    AND r.TABLE_NAME = k.TABLE_NAME
    AND r.CONSTRAINT_NAME = k.CONSTRAINT_NAME
WHERE
    k.TABLE_SCHEMA = DATABASE()
    AND k.REFERENCED_TABLE_NAME IS NOT NULL
ORDER BY
    relation,
    name,
    kind,
    position
