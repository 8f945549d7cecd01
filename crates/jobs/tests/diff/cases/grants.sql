-- Tables, columns, functions, schemas and sequences; a grant option comes and goes on its own.

-- both
CREATE SCHEMA app;
CREATE TABLE app.t (id integer PRIMARY KEY, a text, secret text);
CREATE SEQUENCE app.s;
CREATE FUNCTION app.f() RETURNS integer LANGUAGE sql AS 'SELECT 1';
CREATE TYPE app.e AS ENUM ('a');

-- from
GRANT SELECT, INSERT ON app.t TO app_reader;
GRANT UPDATE ON app.t TO app_writer WITH GRANT OPTION;
GRANT SELECT (secret) ON app.t TO app_writer;

-- to
GRANT USAGE ON SCHEMA app TO app_reader;
GRANT SELECT ON app.t TO app_reader WITH GRANT OPTION;
GRANT UPDATE ON app.t TO app_writer;
GRANT SELECT (id, a), UPDATE (a) ON app.t TO app_writer;
GRANT USAGE ON SEQUENCE app.s TO app_reader;
REVOKE EXECUTE ON FUNCTION app.f FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.f TO app_writer;
REVOKE USAGE ON TYPE app.e FROM PUBLIC;

-- expect
-- danger: access
GRANT USAGE ON SCHEMA app TO app_reader;
-- danger: access
REVOKE ALL ON TYPE app.e FROM PUBLIC;
-- danger: access
GRANT EXECUTE ON ROUTINE app.f() TO app_writer;
-- danger: access
REVOKE ALL ON ROUTINE app.f() FROM PUBLIC;
-- danger: access
GRANT USAGE ON SEQUENCE app.s TO app_reader;
-- danger: access
REVOKE INSERT ON TABLE app.t FROM app_reader;
-- danger: access
GRANT SELECT ON TABLE app.t TO app_reader WITH GRANT OPTION;
-- danger: access
REVOKE GRANT OPTION FOR UPDATE ON TABLE app.t FROM app_writer;
-- danger: access
GRANT SELECT (a), UPDATE (a) ON TABLE app.t TO app_writer;
-- danger: access
GRANT SELECT (id) ON TABLE app.t TO app_writer;
