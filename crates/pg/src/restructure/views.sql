-- What is wrong with views that stand for tables. $1: views, $2: their tables, place by place.
SELECT
    pair.view,
    CASE
        WHEN view.oid IS NULL THEN 'it is not there'
        WHEN "table".oid IS NULL THEN 'its table is not there'
        WHEN view.relkind <> 'v' THEN 'it is no view any more'
        WHEN pg_catalog.current_setting('server_version_num')::integer >= 150000
            AND guarded.fingerprint IS DISTINCT FROM pgmason.view_fingerprint(pair.view) THEN
            CASE
                WHEN NOT coalesce('security_invoker=true' = ANY (view.reloptions), false) AND "table".relrowsecurity
                    THEN 'security_invoker is gone: whoever asks sees every row'
                WHEN view.relowner <> "table".relowner THEN 'it has another owner than its table'
                ELSE 'it was changed since pgmason made it'
            END
        WHEN guarded.fingerprint IS DISTINCT FROM pgmason.view_fingerprint(pair.view) THEN 'it was changed since pgmason made it'
        WHEN view.relowner <> "table".relowner THEN 'it has another owner than its table'
        -- Who gave a privilege on the table does not matter: on the view all of them are its owner's gift.
        WHEN EXISTS (
            SELECT FROM (
                SELECT 1 AS side, item.grantee, item.privilege_type, pg_catalog.bool_or(item.is_grantable) AS is_grantable
                FROM pg_catalog.aclexplode(coalesce(view.relacl, pg_catalog.acldefault('r', view.relowner))) AS item
                GROUP BY item.grantee, item.privilege_type
                UNION ALL
                SELECT 2, item.grantee, item.privilege_type, pg_catalog.bool_or(item.is_grantable)
                FROM pg_catalog.aclexplode(coalesce("table".relacl, pg_catalog.acldefault('r', "table".relowner))) AS item
                GROUP BY item.grantee, item.privilege_type) AS grants
            GROUP BY grants.grantee, grants.privilege_type, grants.is_grantable
            HAVING pg_catalog.count(*) <> 2)
            THEN 'its privileges are not those of its table any more'
    END AS problem
FROM ROWS FROM (pg_catalog.unnest($1::text[]), pg_catalog.unnest($2::text[])) AS pair (view, "table")
LEFT JOIN pg_catalog.pg_class AS view ON view.oid = pg_catalog.to_regclass(pair.view)
LEFT JOIN pg_catalog.pg_class AS "table" ON "table".oid = pg_catalog.to_regclass(pair."table")
LEFT JOIN pgmason.restructure_guarded AS guarded ON guarded.view = pair.view
