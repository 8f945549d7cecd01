-- Functions, procedures, aggregates and window functions of the project. PostgreSQL 13 and newer.
-- The constructor functions of a range type belong to the type (an internal dependency).
SELECT
    p.oid,
    n.nspname AS schema,
    p.proname AS name,
    pg_get_function_identity_arguments(p.oid) AS identity_arguments,
    pg_get_userbyid(p.proowner) AS owner,
    p.prokind::text AS kind,
    pg_get_function_arguments(p.oid) AS arguments,
    pg_get_function_result(p.oid) AS returns,
    l.lanname AS language,
    coalesce(pg_get_function_sqlbody(p.oid), p.prosrc) AS body, --@14+
    p.prosrc AS body, --@<14
    CASE WHEN p.prokind <> 'a' THEN pg_get_functiondef(p.oid) ELSE concat_ws(
        E',\n',
        'SFUNC = ' || a.aggtransfn::regproc,
        'STYPE = ' || format_type(a.aggtranstype, NULL),
        'SSPACE = ' || nullif(a.aggtransspace, 0),
        'FINALFUNC = ' || nullif(a.aggfinalfn, 0)::regproc,
        CASE WHEN a.aggfinalextra THEN 'FINALFUNC_EXTRA' END,
        CASE WHEN a.aggfinalfn <> 0 AND a.aggfinalmodify <> CASE a.aggkind WHEN 'n' THEN 'r' ELSE 'w' END::"char"
             THEN 'FINALFUNC_MODIFY = ' || CASE a.aggfinalmodify
                 WHEN 'r' THEN 'READ_ONLY' WHEN 's' THEN 'SHAREABLE' ELSE 'READ_WRITE' END END,
        'COMBINEFUNC = ' || nullif(a.aggcombinefn, 0)::regproc,
        'SERIALFUNC = ' || nullif(a.aggserialfn, 0)::regproc,
        'DESERIALFUNC = ' || nullif(a.aggdeserialfn, 0)::regproc,
        'INITCOND = ' || quote_literal(a.agginitval),
        'MSFUNC = ' || nullif(a.aggmtransfn, 0)::regproc,
        'MINVFUNC = ' || nullif(a.aggminvtransfn, 0)::regproc,
        'MSTYPE = ' || CASE WHEN a.aggmtranstype <> 0 THEN format_type(a.aggmtranstype, NULL) END,
        'MSSPACE = ' || nullif(a.aggmtransspace, 0),
        'MFINALFUNC = ' || nullif(a.aggmfinalfn, 0)::regproc,
        CASE WHEN a.aggmfinalextra THEN 'MFINALFUNC_EXTRA' END,
        CASE WHEN a.aggmfinalfn <> 0 AND a.aggmfinalmodify <> CASE a.aggkind WHEN 'n' THEN 'r' ELSE 'w' END::"char"
             THEN 'MFINALFUNC_MODIFY = ' || CASE a.aggmfinalmodify
                 WHEN 'r' THEN 'READ_ONLY' WHEN 's' THEN 'SHAREABLE' ELSE 'READ_WRITE' END END,
        'MINITCOND = ' || quote_literal(a.aggminitval),
        -- Outside of OPERATOR() the grammar takes no schema.
        'SORTOP = OPERATOR(' || (
            SELECT quote_ident(sn.nspname) || '.' || s.oprname
            FROM pg_operator s JOIN pg_namespace sn ON sn.oid = s.oprnamespace
            WHERE s.oid = a.aggsortop
        ) || ')',
        CASE p.proparallel WHEN 's' THEN 'PARALLEL = SAFE' WHEN 'r' THEN 'PARALLEL = RESTRICTED' END,
        CASE WHEN a.aggkind = 'h' THEN 'HYPOTHETICAL' END
    ) END AS definition,
    p.prosecdef AS security_definer,
    p.provolatile::text AS volatility,
    p.proisstrict AS strict,
    p.proleakproof AS leakproof,
    p.proparallel::text AS parallel,
    p.proconfig AS settings,
    p.prorettype IN ('trigger'::regtype, 'event_trigger'::regtype) AS is_trigger
FROM pg_proc p
JOIN pg_namespace n ON n.oid = p.pronamespace
JOIN pg_language l ON l.oid = p.prolang
LEFT JOIN pg_aggregate a ON a.aggfnoid = p.oid
WHERE left(n.nspname, 3) <> 'pg_'
  AND n.nspname <> 'information_schema'
  AND p.oid NOT IN (
      SELECT objid FROM pg_depend
      WHERE refclassid = 'pg_extension'::regclass AND deptype = 'e' AND classid = 'pg_proc'::regclass
  )
  AND p.oid NOT IN (
      SELECT objid FROM pg_depend
      WHERE classid = 'pg_proc'::regclass AND deptype = 'i' AND refclassid = 'pg_type'::regclass
  )
