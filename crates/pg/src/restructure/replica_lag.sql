-- Seconds that the slowest standby is behind; 0 without standbys, or where the role may not see them.
SELECT coalesce(pg_catalog.max(extract(epoch FROM replay_lag)), 0)::double precision AS seconds
FROM pg_catalog.pg_stat_replication
