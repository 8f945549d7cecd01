-- Seconds that a day's applied files took: how many, in the middle, at most.
SELECT pg_catalog.to_char(started_at AT TIME ZONE 'UTC', 'YYYY-MM-DD') AS day, pg_catalog.count(*)::integer AS files,
    pg_catalog.percentile_cont(0.5) WITHIN GROUP (ORDER BY seconds) AS middle, pg_catalog.max(seconds) AS longest
FROM pgmason.migration_runs
WHERE outcome = 'applied' AND direction = 'up' AND seconds IS NOT NULL
GROUP BY 1
ORDER BY 1 DESC
LIMIT 14
