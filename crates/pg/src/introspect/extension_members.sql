-- What belongs to which extension. PostgreSQL 13 and newer.
SELECT d.classid AS class, d.objid AS object, d.refobjid AS extension
FROM pg_depend d
WHERE d.refclassid = 'pg_extension'::regclass AND d.deptype = 'e'
