SELECT
    extract(
        epoch
        FROM
            now()
    )::bigint::text AS now,
    pg_backend_pid()::text AS session,
    left(md5(random()::text), 8) AS random,
    current_schema()::text AS schema,
    current_setting('search_path') AS path,
    pg_encoding_to_char(encoding)::text AS encoding,
    datcollate::text AS sorting,
    datctype::text AS ctype
FROM
    pg_database
WHERE
    datname = current_database()
