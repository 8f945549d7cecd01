UPDATE pgmason.migrations m SET version = r.new_version, name = r.new_name
FROM unnest($1, $2, $3) AS r (old_version, new_version, new_name)
WHERE m.version = 'pgmason:' || r.old_version
