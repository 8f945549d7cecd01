-- What new objects give to whom: set before anything is made, so that new tables have what they should and no more.

-- both
CREATE SCHEMA app;

-- from
ALTER DEFAULT PRIVILEGES IN SCHEMA app GRANT SELECT ON TABLES TO app_reader;

-- to
ALTER DEFAULT PRIVILEGES IN SCHEMA app GRANT SELECT, INSERT ON TABLES TO app_writer;
ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
CREATE TABLE app.open (id integer);
CREATE TABLE app.closed (id integer);
REVOKE ALL ON app.closed FROM app_writer;
CREATE FUNCTION app.f() RETURNS integer LANGUAGE sql AS 'SELECT 1';

-- expect
ALTER DEFAULT PRIVILEGES FOR ROLE admin REVOKE ALL ON FUNCTIONS FROM PUBLIC;
ALTER DEFAULT PRIVILEGES FOR ROLE admin IN SCHEMA app REVOKE ALL ON TABLES FROM app_reader;
ALTER DEFAULT PRIVILEGES FOR ROLE admin IN SCHEMA app GRANT INSERT, SELECT ON TABLES TO app_writer;
CREATE FUNCTION app.f()
 RETURNS integer
 LANGUAGE sql
AS $function$SELECT 1$function$;
CREATE TABLE app.closed (
    id integer
);
CREATE TABLE app.open (
    id integer
);
REVOKE ALL ON TABLE app.closed FROM app_writer;
