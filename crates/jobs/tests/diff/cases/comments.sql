-- Comments on everything; one that is empty goes.

-- both
CREATE SCHEMA app;
CREATE TABLE app.t (id integer CONSTRAINT t_key PRIMARY KEY, a text);
CREATE INDEX t_a_idx ON app.t (a);
CREATE VIEW app.v AS SELECT id FROM app.t;
CREATE FUNCTION app.f(a integer, b text DEFAULT '') RETURNS integer LANGUAGE sql AS 'SELECT 1';
CREATE SEQUENCE app.s;
CREATE TYPE app.e AS ENUM ('a');
CREATE FUNCTION app.tf() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN new; END';
CREATE TRIGGER tg BEFORE INSERT ON app.t FOR EACH ROW EXECUTE FUNCTION app.tf();

-- from
COMMENT ON TABLE app.t IS 'Goes.';
COMMENT ON COLUMN app.t.a IS 'Changes.';

-- to
COMMENT ON SCHEMA app IS 'It''s ours.';
COMMENT ON COLUMN app.t.a IS 'Is another.';
COMMENT ON CONSTRAINT t_key ON app.t IS 'Key.';
COMMENT ON INDEX app.t_a_idx IS 'Index.';
COMMENT ON VIEW app.v IS 'View.';
COMMENT ON FUNCTION app.f(integer, text) IS 'Function.';
COMMENT ON SEQUENCE app.s IS 'Sequence.';
COMMENT ON TYPE app.e IS 'Type.';
COMMENT ON TRIGGER tg ON app.t IS 'Trigger.';

-- expect
COMMENT ON SCHEMA app IS 'It''s ours.';
COMMENT ON TYPE app.e IS 'Type.';
COMMENT ON FUNCTION app.f(a integer, b text) IS 'Function.';
COMMENT ON SEQUENCE app.s IS 'Sequence.';
COMMENT ON TABLE app.t IS NULL;
COMMENT ON COLUMN app.t.a IS 'Is another.';
COMMENT ON CONSTRAINT t_key ON app.t IS 'Key.';
COMMENT ON TRIGGER tg ON app.t IS 'Trigger.';
COMMENT ON INDEX app.t_a_idx IS 'Index.';
COMMENT ON VIEW app.v IS 'View.';
