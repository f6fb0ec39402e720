SELECT
    CONCAT(
        'connection ',
        t.trx_mysql_thread_id,
        ' (',
        IFNULL(p.USER, '?'),
        IF(p.DB <=> DATABASE(), '', CONCAT(' at ', IFNULL(p.DB, 'no database'))),
        ', in a transaction for ',
        TIMESTAMPDIFF(SECOND, t.trx_started, NOW()),
        ' s): ',
        IFNULL(LEFT(t.trx_query, 80), 'idle')
    ) AS blocker
FROM
    information_schema.INNODB_TRX t
    LEFT JOIN information_schema.PROCESSLIST p ON p.ID = t.trx_mysql_thread_id
WHERE
    t.trx_mysql_thread_id <> CONNECTION_ID()
ORDER BY
    p.DB <=> DATABASE() DESC,
    t.trx_started
LIMIT
    3
