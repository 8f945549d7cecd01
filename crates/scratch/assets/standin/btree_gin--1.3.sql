-- void_in yields no keys, so the index stays empty; no operator is in a class, so no query reads it.
CREATE FUNCTION gin_btree_extract_value(anyelement, internal) RETURNS internal LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'void_in';
CREATE FUNCTION gin_btree_extract_query(anyelement, internal, smallint, internal, internal) RETURNS internal LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'void_in';
CREATE FUNCTION gin_btree_consistent(internal, smallint, anyelement, integer, internal, internal) RETURNS boolean LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'boolge';
DO $$
DECLARE
    kind record;
BEGIN
    FOR kind IN SELECT t.type_name, t.class_name
        FROM (VALUES ('int2', 'int2'), ('int4', 'int4'), ('int8', 'int8'), ('float4', 'float4'), ('float8', 'float8'), ('money', 'money'), ('oid', 'oid'),
                     ('timestamp', 'timestamp'), ('timestamptz', 'timestamptz'), ('time', 'time'), ('timetz', 'timetz'), ('date', 'date'), ('interval', 'interval'),
                     ('macaddr', 'macaddr'), ('macaddr8', 'macaddr8'), ('inet', 'inet'), ('cidr', 'cidr'), ('text', 'text'), ('"char"', 'char'), ('bytea', 'bytea'),
                     ('bit', 'bit'), ('varbit', 'varbit'), ('numeric', 'numeric'), ('anyenum', 'enum'), ('uuid', 'uuid'), ('name', 'name'), ('bool', 'bool'), ('bpchar', 'bpchar')) AS t (type_name, class_name)
    LOOP
        EXECUTE pg_catalog.format(
            'CREATE OPERATOR CLASS %I DEFAULT FOR TYPE %2$s USING gin AS
                FUNCTION 2 (%2$s, %2$s) gin_btree_extract_value(anyelement, internal),
                FUNCTION 3 (%2$s, %2$s) gin_btree_extract_query(anyelement, internal, smallint, internal, internal),
                FUNCTION 4 (%2$s, %2$s) gin_btree_consistent(internal, smallint, anyelement, integer, internal, internal), STORAGE %2$s', kind.class_name || '_ops', kind.type_name);
    END LOOP;
END
$$;
