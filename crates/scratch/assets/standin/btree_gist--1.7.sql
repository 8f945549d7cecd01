-- `consistent` is boolge(pointer, anything), always true with recheck, so every answer is decided on the row itself.
-- Types passed by value or of fixed length keep their value as key and cannot split a full index page: after some hundred rows an insert fails with
-- "cannot accept a value of type internal". Types of variable length borrow the keys of inet.
DO $$
DECLARE
    kind record;
BEGIN
    CREATE FUNCTION gbt_consistent(internal, anyelement, smallint, oid, internal) RETURNS boolean LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'boolge';
    CREATE FUNCTION gbt_fixed_union(internal, internal) RETURNS internal LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'void_in';
    CREATE FUNCTION gbt_wide_union(internal, internal) RETURNS internal LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'pgsql_version';
    CREATE FUNCTION gbt_fixed_penalty(internal, internal, internal) RETURNS internal LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'void_in';
    CREATE FUNCTION gbt_fixed_picksplit(internal, internal) RETURNS internal LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'internal_in';
    CREATE FUNCTION gbt_fixed_same(internal, internal, internal) RETURNS internal LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'void_in';
    CREATE FUNCTION gbt_var_compress(internal) RETURNS internal LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'inet_gist_compress';
    CREATE FUNCTION gbt_var_union(internal, internal) RETURNS inet LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'inet_gist_union';
    CREATE FUNCTION gbt_var_penalty(internal, internal, internal) RETURNS internal LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'inet_gist_penalty';
    CREATE FUNCTION gbt_var_picksplit(internal, internal) RETURNS internal LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'inet_gist_picksplit';
    CREATE FUNCTION gbt_var_same(inet, inet, internal) RETURNS internal LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'inet_gist_same';

    FOR kind IN
        SELECT t.type_name, t.class_name, p.typlen < 0 AS variable_length, p.typlen > 8 OR NOT p.typbyval AS by_reference
        FROM (VALUES ('oid', 'oid'), ('int2', 'int2'), ('int4', 'int4'), ('int8', 'int8'), ('float4', 'float4'), ('float8', 'float8'),
                     ('timestamp', 'timestamp'), ('timestamptz', 'timestamptz'), ('time', 'time'), ('timetz', 'timetz'), ('date', 'date'), ('interval', 'interval'),
                     ('money', 'cash'), ('macaddr', 'macad'), ('macaddr8', 'macad8'), ('text', 'text'), ('bpchar', 'bpchar'), ('bytea', 'bytea'), ('numeric', 'numeric'),
                     ('bit', 'bit'), ('varbit', 'vbit'), ('inet', 'inet'), ('cidr', 'cidr'), ('uuid', 'uuid'), ('bool', 'bool'), ('anyenum', 'enum')) AS t (type_name, class_name)
        JOIN pg_catalog.pg_type p ON p.oid = t.type_name::regtype
    LOOP
        EXECUTE pg_catalog.format(
            'CREATE OPERATOR CLASS gist_%1$s_ops DEFAULT FOR TYPE %2$s USING gist AS
                OPERATOR 1 < (%3$s, %3$s), OPERATOR 2 <= (%3$s, %3$s), OPERATOR 3 = (%3$s, %3$s), OPERATOR 4 >= (%3$s, %3$s), OPERATOR 5 > (%3$s, %3$s), OPERATOR 6 <> (%3$s, %3$s),
                FUNCTION 1 (%2$s, %2$s) gbt_consistent(internal, anyelement, smallint, oid, internal),
                FUNCTION 2 (%2$s, %2$s) %4$s, FUNCTION 5 (%2$s, %2$s) %5$s, FUNCTION 6 (%2$s, %2$s) %6$s, FUNCTION 7 (%2$s, %2$s) %7$s%8$s',
            kind.class_name, kind.type_name, CASE kind.type_name WHEN 'cidr' THEN 'inet' WHEN 'varbit' THEN 'varbit' ELSE kind.type_name END,
            CASE WHEN kind.variable_length THEN 'gbt_var_union(internal, internal)' WHEN kind.by_reference THEN 'gbt_wide_union(internal, internal)' ELSE 'gbt_fixed_union(internal, internal)' END,
            CASE WHEN kind.variable_length THEN 'gbt_var_penalty(internal, internal, internal)' ELSE 'gbt_fixed_penalty(internal, internal, internal)' END,
            CASE WHEN kind.variable_length THEN 'gbt_var_picksplit(internal, internal)' ELSE 'gbt_fixed_picksplit(internal, internal)' END,
            CASE WHEN kind.variable_length THEN 'gbt_var_same(inet, inet, internal)' ELSE 'gbt_fixed_same(internal, internal, internal)' END,
            CASE WHEN kind.variable_length THEN pg_catalog.format(', FUNCTION 3 (%1$s, %1$s) gbt_var_compress(internal), STORAGE inet', kind.type_name) ELSE '' END);
    END LOOP;

    FOR kind IN SELECT * FROM (VALUES ('cash', 'money', 'money'), ('date', 'date', 'integer'), ('float4', 'float4', 'float4'), ('float8', 'float8', 'float8'),
                                      ('int2', 'int2', 'int2'), ('int4', 'int4', 'int4'), ('int8', 'int8', 'int8'), ('oid', 'oid', 'oid')) AS d (name, type_name, result)
    LOOP
        EXECUTE pg_catalog.format('CREATE FUNCTION %1$s_dist(%2$s, %2$s) RETURNS %3$s LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS %4$L', kind.name, kind.type_name, kind.result,
            CASE kind.name WHEN 'cash' THEN 'SELECT CASE WHEN $1 > $2 THEN $1 - $2 ELSE $2 - $1 END'
                           WHEN 'oid' THEN 'SELECT pg_catalog.abs($1::bigint - $2::bigint)::oid'
                           ELSE 'SELECT pg_catalog.abs($1 - $2)' || CASE kind.result WHEN 'int2' THEN '::int2' ELSE '' END END);
        EXECUTE pg_catalog.format('CREATE OPERATOR <-> (LEFTARG = %1$s, RIGHTARG = %1$s, FUNCTION = %2$s_dist, COMMUTATOR = <->)', kind.type_name, kind.name);
    END LOOP;
    FOR kind IN SELECT * FROM (VALUES ('time', 'time'), ('ts', 'timestamp'), ('tstz', 'timestamptz')) AS d (name, type_name) LOOP
        EXECUTE pg_catalog.format('CREATE FUNCTION %1$s_dist(%2$s, %2$s) RETURNS interval LANGUAGE sql STABLE STRICT PARALLEL SAFE AS %3$L', kind.name, kind.type_name,
            'SELECT CASE WHEN $1 > $2 THEN $1 - $2 ELSE $2 - $1 END');
        EXECUTE pg_catalog.format('CREATE OPERATOR <-> (LEFTARG = %1$s, RIGHTARG = %1$s, FUNCTION = %2$s_dist, COMMUTATOR = <->)', kind.type_name, kind.name);
    END LOOP;
    CREATE FUNCTION interval_dist(interval, interval) RETURNS interval LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS 'SELECT CASE WHEN $1 > $2 THEN $1 - $2 ELSE $2 - $1 END';
    CREATE OPERATOR <-> (LEFTARG = interval, RIGHTARG = interval, FUNCTION = interval_dist, COMMUTATOR = <->);
END
$$;
