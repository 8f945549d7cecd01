CREATE FUNCTION hypopg_create_index(sql_order text, OUT indexrelid oid, OUT indexname text) RETURNS SETOF record LANGUAGE sql STRICT AS $$ SELECT 0::oid, 'hypothetical'::text $$;
CREATE FUNCTION hypopg_drop_index(indexid oid) RETURNS boolean LANGUAGE sql STRICT AS $$ SELECT true $$;
CREATE FUNCTION hypopg_hide_index(indexid oid) RETURNS boolean LANGUAGE sql STRICT AS $$ SELECT true $$;
CREATE FUNCTION hypopg_unhide_index(indexid oid) RETURNS boolean LANGUAGE sql STRICT AS $$ SELECT true $$;
CREATE FUNCTION hypopg_unhide_all_indexes() RETURNS void LANGUAGE sql AS $$ SELECT NULL::void $$;
CREATE FUNCTION hypopg_hidden_indexes() RETURNS TABLE (indexid oid) LANGUAGE sql AS $$ SELECT NULL::oid WHERE false $$;
CREATE FUNCTION hypopg_reset_index() RETURNS void LANGUAGE sql AS $$ SELECT NULL::void $$;
CREATE FUNCTION hypopg_reset() RETURNS void LANGUAGE sql AS $$ SELECT NULL::void $$;
CREATE FUNCTION hypopg_get_indexdef(indexid oid) RETURNS text LANGUAGE sql STRICT AS $$ SELECT NULL::text $$;
CREATE FUNCTION hypopg_relation_size(indexid oid) RETURNS bigint LANGUAGE sql STRICT AS $$ SELECT 0::bigint $$;
CREATE FUNCTION hypopg(
    OUT indexname text, OUT indexrelid oid, OUT indrelid oid, OUT innatts integer, OUT indisunique boolean, OUT indkey int2vector, OUT indcollation oidvector, OUT indclass oidvector,
    OUT indoption oidvector, OUT indexprs pg_node_tree, OUT indpred pg_node_tree, OUT amid oid) RETURNS SETOF record LANGUAGE plpgsql AS $$
BEGIN
    RETURN;
END
$$;
CREATE VIEW hypopg_list_indexes AS
    SELECT h.indexrelid, h.indexname AS index_name, n.nspname AS schema_name, c.relname AS table_name, a.amname AS am_name
    FROM hypopg() h JOIN pg_catalog.pg_class c ON c.oid = h.indrelid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace JOIN pg_catalog.pg_am a ON a.oid = h.amid;
CREATE VIEW hypopg_hidden_indexes AS
    SELECT h.indexid AS indexrelid, i.relname AS index_name, n.nspname AS schema_name, false AS is_hypo
    FROM hypopg_hidden_indexes() h JOIN pg_catalog.pg_class i ON i.oid = h.indexid JOIN pg_catalog.pg_namespace n ON n.oid = i.relnamespace;
