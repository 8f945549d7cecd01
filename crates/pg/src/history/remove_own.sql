DELETE FROM pgmason.migrations WHERE version = $1
