-- Comments on objects of the database; those on roles and databases are shared and not part of it. PostgreSQL 13 and newer.
-- PostgreSQL's own objects carry thousands; public and plpgsql are the only ones of them that a schema shows.
SELECT d.classoid AS class, d.objoid AS object, d.objsubid AS sub, d.description AS text
FROM pg_description d
WHERE d.objoid >= 16384
   OR d.classoid IN ('pg_namespace'::regclass, 'pg_extension'::regclass)
