-- A schema with all that is in it; an odd name is quoted.

-- from
CREATE SCHEMA "Old Stuff";
CREATE TABLE "Old Stuff"."Order" (id integer PRIMARY KEY, "Select" text);
CREATE VIEW "Old Stuff"."a""b" AS SELECT "Select" FROM "Old Stuff"."Order";
CREATE FUNCTION "Old Stuff".f() RETURNS integer LANGUAGE sql AS 'SELECT 1';
CREATE TYPE "Old Stuff".e AS ENUM ('a');

-- expect
DROP VIEW "Old Stuff"."a""b";
-- danger: data loss
DROP TABLE "Old Stuff"."Order";
DROP FUNCTION "Old Stuff".f();
DROP TYPE "Old Stuff".e;
DROP SCHEMA "Old Stuff";
