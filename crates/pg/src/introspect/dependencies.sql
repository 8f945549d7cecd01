-- What needs what. PostgreSQL 13 and newer.
-- Internal edges are kept for what is an object of its own (an index of its constraint); amop and amproc rows stand for
-- their family, whose internal edge back to the class would close a circle.
SELECT
    d.classid AS class, d.objid AS object, d.objsubid AS sub,
    d.refclassid AS needed_class, d.refobjid AS needed_object, d.refobjsubid AS needed_sub,
    d.deptype::text AS kind
FROM pg_depend d
WHERE d.objid >= 16384
  AND d.deptype IN ('n', 'a', 'i', 'P', 'S')
  AND NOT (d.deptype = 'i' AND d.classid IN ('pg_amop'::regclass, 'pg_amproc'::regclass))
