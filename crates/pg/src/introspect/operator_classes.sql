-- Operator classes: the project's, and for index keys the names and defaults of all. PostgreSQL 13 and newer.
SELECT
    c.oid,
    n.nspname AS schema,
    c.opcname AS name,
    am.amname AS method,
    c.opcmethod AS method_oid,
    c.opcdefault AS is_default,
    c.opcintype AS input_type_oid,
    c.oid >= 16384 AND left(n.nspname, 3) <> 'pg_' AND c.oid NOT IN (
        SELECT objid FROM pg_depend
        WHERE refclassid = 'pg_extension'::regclass AND deptype = 'e' AND classid = 'pg_opclass'::regclass
    ) AS listed,
    pg_get_userbyid(c.opcowner) AS owner,
    fn.nspname AS family_schema,
    f.opfname AS family,
    format_type(c.opcintype, NULL) AS input_type,
    CASE WHEN c.opckeytype <> 0 THEN format_type(c.opckeytype, NULL) END AS key_type,
    CASE WHEN c.oid >= 16384 THEN ARRAY(
        SELECT 'OPERATOR ' || o.amopstrategy || ' ' || o.amopopr::regoperator
            || coalesce(' FOR ORDER BY ' || (
                SELECT quote_ident(sn.nspname) || '.' || quote_ident(s.opfname)
                FROM pg_opfamily s JOIN pg_namespace sn ON sn.oid = s.opfnamespace
                WHERE s.oid = o.amopsortfamily
            ), '')
        FROM pg_amop o
        JOIN pg_depend d ON d.classid = 'pg_amop'::regclass AND d.objid = o.oid
        WHERE d.refclassid = 'pg_opclass'::regclass AND d.refobjid = c.oid
        ORDER BY o.amopstrategy, o.amopopr::regoperator::text
    ) || ARRAY(
        SELECT 'FUNCTION ' || p.amprocnum
            || ' (' || format_type(p.amproclefttype, NULL) || ', ' || format_type(p.amprocrighttype, NULL) || ') '
            || p.amproc::regprocedure
        FROM pg_amproc p
        JOIN pg_depend d ON d.classid = 'pg_amproc'::regclass AND d.objid = p.oid
        WHERE d.refclassid = 'pg_opclass'::regclass AND d.refobjid = c.oid
        ORDER BY p.amprocnum, p.amproc::regprocedure::text
    ) END AS members
FROM pg_opclass c
JOIN pg_namespace n ON n.oid = c.opcnamespace
JOIN pg_am am ON am.oid = c.opcmethod
JOIN pg_opfamily f ON f.oid = c.opcfamily
JOIN pg_namespace fn ON fn.oid = f.opfnamespace
