-- Publications; their tables come with a query of their own. PostgreSQL 13 and newer.
SELECT
    p.oid,
    p.pubname AS name,
    pg_get_userbyid(p.pubowner) AS owner,
    p.puballtables AS all_tables,
    p.pubviaroot AS via_partition_root,
    array_remove(ARRAY[
        CASE WHEN p.pubinsert THEN 'insert' END,
        CASE WHEN p.pubupdate THEN 'update' END,
        CASE WHEN p.pubdelete THEN 'delete' END,
        CASE WHEN p.pubtruncate THEN 'truncate' END
    ], NULL) AS operations,
    ARRAY(SELECT n.nspname::text FROM pg_publication_namespace s --@15+
          JOIN pg_namespace n ON n.oid = s.pnnspid WHERE s.pnpubid = p.oid ORDER BY n.nspname) AS schemas, --@15+
    ARRAY(SELECT s.oid FROM pg_publication_namespace s WHERE s.pnpubid = p.oid) AS member_oids, --@15+
    '{}'::text[] AS schemas, --@<15
    '{}'::oid[] AS member_oids, --@<15
    CASE p.pubgencols WHEN 's' THEN 'stored' ELSE 'none' END AS generated_columns --@18+
    NULL AS generated_columns --@<18
FROM pg_publication p
