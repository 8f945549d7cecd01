CREATE FOREIGN DATA WRAPPER postgres_fdw;
GRANT USAGE ON FOREIGN DATA WRAPPER postgres_fdw TO PUBLIC;
CREATE FUNCTION postgres_fdw_get_connections(OUT server_name text, OUT valid boolean) RETURNS SETOF record LANGUAGE sql PARALLEL RESTRICTED AS $$ SELECT NULL::text, NULL::boolean WHERE false $$;
CREATE FUNCTION postgres_fdw_disconnect(text) RETURNS boolean LANGUAGE sql STRICT PARALLEL RESTRICTED AS $$ SELECT false $$;
CREATE FUNCTION postgres_fdw_disconnect_all() RETURNS boolean LANGUAGE sql STRICT PARALLEL RESTRICTED AS $$ SELECT false $$;
