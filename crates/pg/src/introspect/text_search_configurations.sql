-- Text search configurations of the project, with their mappings in order. PostgreSQL 13 and newer.
SELECT
    c.oid,
    n.nspname AS schema,
    c.cfgname AS name,
    pg_get_userbyid(c.cfgowner) AS owner,
    pn.nspname AS parser_schema,
    p.prsname AS parser,
    m.tokens,
    m.dictionary_schemas,
    m.dictionaries
FROM pg_ts_config c
JOIN pg_namespace n ON n.oid = c.cfgnamespace
JOIN pg_ts_parser p ON p.oid = c.cfgparser
JOIN pg_namespace pn ON pn.oid = p.prsnamespace
CROSS JOIN LATERAL (
    SELECT
        array_agg(k.alias ORDER BY m.maptokentype, m.mapseqno) AS tokens,
        array_agg(dn.nspname::text ORDER BY m.maptokentype, m.mapseqno) AS dictionary_schemas,
        array_agg(d.dictname::text ORDER BY m.maptokentype, m.mapseqno) AS dictionaries
    FROM pg_ts_config_map m
    JOIN ts_token_type(c.cfgparser) k ON k.tokid = m.maptokentype
    JOIN pg_ts_dict d ON d.oid = m.mapdict
    JOIN pg_namespace dn ON dn.oid = d.dictnamespace
    WHERE m.mapcfg = c.oid
) m
WHERE left(n.nspname, 3) <> 'pg_'
  AND n.nspname <> 'information_schema'
  AND c.oid NOT IN (
      SELECT objid FROM pg_depend
      WHERE refclassid = 'pg_extension'::regclass AND deptype = 'e' AND classid = 'pg_ts_config'::regclass
  )
