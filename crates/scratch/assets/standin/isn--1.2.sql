DO $$
DECLARE
    type_name text;
BEGIN
    FOREACH type_name IN ARRAY ARRAY['ean13', 'isbn13', 'ismn13', 'issn13', 'isbn', 'ismn', 'issn', 'upc'] LOOP
        EXECUTE pg_catalog.format('CREATE TYPE %I', type_name);
        EXECUTE pg_catalog.format('CREATE FUNCTION %1$s_in(cstring) RETURNS %1$s LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS %2$L', type_name, 'textin');
        EXECUTE pg_catalog.format('CREATE FUNCTION %1$s_out(%1$s) RETURNS cstring LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS %2$L', type_name, 'textout');
        EXECUTE pg_catalog.format('CREATE TYPE %1$s (INPUT = %1$s_in, OUTPUT = %1$s_out)', type_name);
        EXECUTE pg_catalog.format('CREATE FUNCTION %1$s_cmp(%1$s, %1$s) RETURNS integer LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS %2$L', type_name, 'byteacmp');
        EXECUTE pg_catalog.format('CREATE FUNCTION %1$s_eq(%1$s, %1$s) RETURNS boolean LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS %2$L', type_name, 'byteaeq');
        EXECUTE pg_catalog.format('CREATE FUNCTION %1$s_lt(%1$s, %1$s) RETURNS boolean LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS %2$L', type_name, 'bytealt');
        EXECUTE pg_catalog.format('CREATE FUNCTION %1$s_gt(%1$s, %1$s) RETURNS boolean LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS %2$L', type_name, 'byteagt');
        EXECUTE pg_catalog.format('CREATE OPERATOR = (LEFTARG = %1$s, RIGHTARG = %1$s, FUNCTION = %1$s_eq, COMMUTATOR = =)', type_name);
        EXECUTE pg_catalog.format('CREATE OPERATOR < (LEFTARG = %1$s, RIGHTARG = %1$s, FUNCTION = %1$s_lt, COMMUTATOR = >)', type_name);
        EXECUTE pg_catalog.format('CREATE OPERATOR > (LEFTARG = %1$s, RIGHTARG = %1$s, FUNCTION = %1$s_gt, COMMUTATOR = <)', type_name);
        EXECUTE pg_catalog.format('CREATE OPERATOR CLASS %1$s_ops DEFAULT FOR TYPE %1$s USING btree AS OPERATOR 1 <, OPERATOR 3 =, OPERATOR 5 >, FUNCTION 1 %1$s_cmp(%1$s, %1$s)', type_name);
    END LOOP;
END
$$;
