INSERT INTO pgmason.migrations (version, name, statements) VALUES ($1, $2, $3)
