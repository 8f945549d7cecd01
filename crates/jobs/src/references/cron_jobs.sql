-- What pg_cron runs, by name where a job has one.
SELECT coalesce(jobname::text, jobid::text) AS job, command
FROM cron.job
ORDER BY jobid
