SELECT
    CAST(w.waiting_pid AS SIGNED) AS pid,
    COALESCE(p.USER, '') AS application,
    w.wait_started AS waiting_since,
    CONCAT(w.locked_table, ' ', w.waiting_lock_mode) AS waits_for,
    LEFT(p.INFO, 120) AS statement,
    CAST(w.blocking_pid AS SIGNED) AS blocker_pid,
    b.USER AS blocker_application,
    LOWER(b.COMMAND) AS blocker_state,
    w.blocking_trx_started AS blocker_since,
    LEFT(b.INFO, 120) AS blocker_statement
FROM
    sys.innodb_lock_waits w
    JOIN information_schema.PROCESSLIST p ON p.ID = w.waiting_pid
    AND p.DB = DATABASE()
    LEFT JOIN information_schema.PROCESSLIST b ON b.ID = w.blocking_pid
UNION ALL
SELECT
    CAST(p.ID AS SIGNED),
    p.USER,
    NOW() - INTERVAL p.TIME SECOND,
    p.STATE,
    LEFT(p.INFO, 120),
    NULL,
    NULL,
    NULL,
    NULL,
    NULL
FROM
    information_schema.PROCESSLIST p
WHERE
    p.DB = DATABASE()
    AND p.STATE LIKE 'Waiting for table%lock'
ORDER BY
    waiting_since,
    pid,
    blocker_pid
