SELECT
    coalesce(
        string_agg(
            format(
                'GRANT %s ON SCHEMA %I TO %s',
                a.privilege_type,
                {schema},
                CASE a.grantee
                    WHEN 0 THEN 'PUBLIC'
                    ELSE quote_ident(pg_get_userbyid(a.grantee))
                END
            ),
            '; '
        ),
        ''
    ) AS grants
FROM
    pg_namespace n
    CROSS JOIN LATERAL aclexplode(coalesce(n.nspacl, acldefault('n', n.nspowner))) a
WHERE
    n.nspname = current_schema()
