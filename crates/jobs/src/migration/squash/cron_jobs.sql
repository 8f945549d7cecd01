-- Statements that make the jobs of pg_cron again where they are not there.
SELECT
    CASE WHEN jobname IS NULL
        THEN pg_catalog.format(
            'SELECT cron.schedule(%L, %L) WHERE NOT EXISTS (SELECT FROM cron.job WHERE schedule = %1$L AND command = %2$L)',
            schedule, command)
        ELSE pg_catalog.format(
            'SELECT cron.schedule(%L, %L, %L) WHERE NOT EXISTS (SELECT FROM cron.job WHERE jobname = %1$L)',
            jobname, schedule, command)
    END
FROM cron.job
WHERE active
ORDER BY jobname, schedule, command
