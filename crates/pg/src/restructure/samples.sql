-- How often a name had been used, and how long ago that was, the latest first: since both names work, a view that was made
-- again counts anew. $1 stage, $2 name
SELECT extract(epoch FROM pg_catalog.clock_timestamp() - sample.at)::double precision AS seconds_ago, sample.uses
FROM pgmason.restructure_samples AS sample
JOIN pgmason.restructure_stages AS stage ON stage.id = sample.stage_id
WHERE sample.stage_id = $1 AND sample.name = $2 AND sample.at >= coalesce(stage.started_at, stage.began_at)
ORDER BY sample.at DESC
