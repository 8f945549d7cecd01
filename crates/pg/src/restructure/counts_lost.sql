-- Seconds since the counts of this database's tables began anew, where that was after the start of the stage ($1); else null.
-- pg_stat_reset says so of the database. After a crash everything begins anew: PostgreSQL 15 to 18 say so only of what the
-- whole server shares, of the background writer and the archiver both.
SELECT extract(epoch FROM pg_catalog.clock_timestamp() - lost.at)::double precision AS seconds
FROM (SELECT greatest(
    (SELECT stats_reset FROM pg_catalog.pg_stat_database WHERE datname = pg_catalog.current_database()),
    least(
        (SELECT stats_reset FROM pg_catalog.pg_stat_bgwriter),
        (SELECT stats_reset FROM pg_catalog.pg_stat_archiver)))) AS lost (at)
JOIN pgmason.restructure_stages AS stage ON stage.id = $1 AND lost.at > stage.started_at
