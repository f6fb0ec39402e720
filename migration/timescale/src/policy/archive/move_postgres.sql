WITH old AS (
    DELETE FROM {source}
    WHERE ctid = ANY (ARRAY(SELECT ctid FROM {source} WHERE {time} < {before}{chosen} ORDER BY {time} LIMIT {batch}))
    RETURNING {columns}
)
INSERT INTO {archive} ({columns}) SELECT {columns} FROM old
