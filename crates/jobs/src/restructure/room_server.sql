-- Where the server keeps its files. data_directory is NULL for who may not read it (pg_read_all_settings).
SELECT
    (SELECT setting FROM pg_catalog.pg_settings WHERE name = 'data_directory') AS data_directory,
    extract(epoch FROM pg_catalog.pg_postmaster_start_time())::double precision AS started,
    pg_catalog.pg_tablespace_location(database.dattablespace) AS folder,
    pg_catalog.pg_size_bytes(pg_catalog.current_setting('max_wal_size')) AS most_wal
FROM pg_catalog.pg_database AS database
WHERE database.datname = pg_catalog.current_database()
