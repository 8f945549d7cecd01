-- How often a name had been used, and how long ago that was, the latest first. $1 stage, $2 name
SELECT extract(epoch FROM pg_catalog.clock_timestamp() - at)::double precision AS seconds_ago, uses
FROM pgmason.restructure_samples
WHERE stage_id = $1 AND name = $2
ORDER BY at DESC
