SELECT old_name, new_name, status FROM pgmason.sys_table_migrations ORDER BY migrated_at, old_name
