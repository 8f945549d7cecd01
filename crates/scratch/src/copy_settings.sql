-- Gives database $2 the settings of database $1 (PostgreSQL 13 and newer).
INSERT INTO pg_catalog.pg_db_role_setting (setdatabase, setrole, setconfig)
SELECT target.oid, setting.setrole, setting.setconfig
FROM pg_catalog.pg_db_role_setting AS setting
JOIN pg_catalog.pg_database AS source ON source.oid = setting.setdatabase AND source.datname = $1
JOIN pg_catalog.pg_database AS target ON target.datname = $2
WHERE NOT EXISTS (
    SELECT FROM pg_catalog.pg_db_role_setting AS there
    WHERE there.setdatabase = target.oid AND there.setrole = setting.setrole
)
