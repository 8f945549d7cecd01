-- Three types over text, each with its size as type modifier (bittypmodin keeps the plain number, as the real types do).
DO $$
DECLARE
    type_name text;
BEGIN
    FOREACH type_name IN ARRAY ARRAY['vector', 'halfvec', 'sparsevec'] LOOP
        EXECUTE pg_catalog.format('CREATE TYPE %I', type_name);
        EXECUTE pg_catalog.format('CREATE FUNCTION %s_in(cstring, oid, integer) RETURNS %s LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS %L', type_name, type_name, 'textin');
        EXECUTE pg_catalog.format('CREATE FUNCTION %s_out(%s) RETURNS cstring LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS %L', type_name, type_name, 'textout');
        EXECUTE pg_catalog.format('CREATE FUNCTION %s_recv(internal, oid, integer) RETURNS %s LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS %L', type_name, type_name, 'textrecv');
        EXECUTE pg_catalog.format('CREATE FUNCTION %s_send(%s) RETURNS bytea LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS %L', type_name, type_name, 'textsend');
        EXECUTE pg_catalog.format('CREATE FUNCTION %s_typmod_in(cstring[]) RETURNS integer LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS %L', type_name, 'bittypmodin');
        EXECUTE pg_catalog.format('CREATE FUNCTION %s_typmod_out(integer) RETURNS cstring LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS %L', type_name, 'bittypmodout');
        EXECUTE pg_catalog.format('CREATE TYPE %1$s (INPUT = %1$s_in, OUTPUT = %1$s_out, RECEIVE = %1$s_recv, SEND = %1$s_send, TYPMOD_IN = %1$s_typmod_in, TYPMOD_OUT = %1$s_typmod_out, STORAGE = external)', type_name);
    END LOOP;
END
$$;

-- Values are checked and brought into one form when they meet a column's size; `vector` without a size takes the text as it is.
DO $$
DECLARE
    type_name text;
BEGIN
    FOREACH type_name IN ARRAY ARRAY['vector', 'halfvec'] LOOP
        EXECUTE pg_catalog.format($sql$
            CREATE FUNCTION %1$s(%1$s, integer, boolean) RETURNS %1$s LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $body$
            DECLARE
                entries constant real[] := pg_catalog.string_to_array(pg_catalog.btrim($1::text, '[] '), ',')::real[];
            BEGIN
                IF $2 <> -1 AND pg_catalog.cardinality(entries) <> $2 THEN
                    RAISE EXCEPTION 'expected %% dimensions, not %%', $2, pg_catalog.cardinality(entries) USING ERRCODE = 'data_exception';
                END IF;
                RETURN '[' || pg_catalog.array_to_string(entries, ',') || ']';
            END
            $body$ $sql$, type_name);
        EXECUTE pg_catalog.format('CREATE CAST (%1$s AS %1$s) WITH FUNCTION %1$s(%1$s, integer, boolean) AS IMPLICIT', type_name);
    END LOOP;
    CREATE FUNCTION sparsevec(sparsevec, integer, boolean) RETURNS sparsevec LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $body$
    BEGIN
        IF $2 <> -1 AND pg_catalog.split_part($1::text, '/', 2)::integer <> $2 THEN
            RAISE EXCEPTION 'expected % dimensions, not %', $2, pg_catalog.split_part($1::text, '/', 2) USING ERRCODE = 'data_exception';
        END IF;
        RETURN $1;
    END
    $body$;
    CREATE CAST (sparsevec AS sparsevec) WITH FUNCTION sparsevec(sparsevec, integer, boolean) AS IMPLICIT;
END
$$;

-- Functions, operators and casts; every body stands alone because the schema may change later.
DO $$
DECLARE
    type_name text;
    element text;
    entries text;
    pairs text;
    dot text;
    op record;
BEGIN
    FOREACH type_name IN ARRAY ARRAY['vector', 'halfvec', 'sparsevec'] LOOP
        entries := CASE type_name
            WHEN 'sparsevec' THEN '(SELECT pg_catalog.array_agg(coalesce((SELECT pg_catalog.split_part(e, '':'', 2)::float8 FROM pg_catalog.regexp_split_to_table(pg_catalog.btrim(pg_catalog.split_part(%1$s::text, ''/'', 1), ''{} ''), ''\s*,\s*'') AS e WHERE e <> '''' AND pg_catalog.split_part(e, '':'', 1)::integer = place), 0) ORDER BY place) FROM pg_catalog.generate_series(1, pg_catalog.split_part(%1$s::text, ''/'', 2)::integer) AS place)'
            ELSE 'pg_catalog.string_to_array(pg_catalog.btrim(%1$s::text, ''[] ''), '','')::float8[]' END;
        pairs := pg_catalog.format('FROM unnest(%s, %s) AS pair(a, b)', pg_catalog.format(entries, '$1'), pg_catalog.format(entries, '$2'));
        dot := 'coalesce(sum(a * b), 0)';

        EXECUTE pg_catalog.format('CREATE FUNCTION l2_distance(%1$s, %1$s) RETURNS float8 LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS %2$L', type_name, 'SELECT pg_catalog.sqrt(coalesce(sum((a - b) * (a - b)), 0)) ' || pairs);
        EXECUTE pg_catalog.format('CREATE FUNCTION l1_distance(%1$s, %1$s) RETURNS float8 LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS %2$L', type_name, 'SELECT coalesce(sum(pg_catalog.abs(a - b)), 0) ' || pairs);
        EXECUTE pg_catalog.format('CREATE FUNCTION inner_product(%1$s, %1$s) RETURNS float8 LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS %2$L', type_name, 'SELECT ' || dot || ' ' || pairs);
        EXECUTE pg_catalog.format('CREATE FUNCTION %1$s_negative_inner_product(%1$s, %1$s) RETURNS float8 LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS %2$L', type_name, 'SELECT -' || dot || ' ' || pairs);
        EXECUTE pg_catalog.format('CREATE FUNCTION cosine_distance(%1$s, %1$s) RETURNS float8 LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS %2$L', type_name,
            'SELECT coalesce(1 - sum(a * b) / nullif(pg_catalog.sqrt(sum(a * a)) * pg_catalog.sqrt(sum(b * b)), 0), ''NaN''::float8) ' || pairs);
        EXECUTE pg_catalog.format('CREATE FUNCTION %1$s_l2_squared_distance(%1$s, %1$s) RETURNS float8 LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS %2$L', type_name, 'SELECT coalesce(sum((a - b) * (a - b)), 0) ' || pairs);
        EXECUTE pg_catalog.format('CREATE FUNCTION %s(%s) RETURNS float8 LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS %L', CASE type_name WHEN 'vector' THEN 'vector_norm' ELSE 'l2_norm' END, type_name,
            pg_catalog.format('SELECT pg_catalog.sqrt(coalesce(sum(a * a), 0)) FROM pg_catalog.unnest(%s) AS a', pg_catalog.format(entries, '$1')));

        EXECUTE pg_catalog.format('CREATE OPERATOR <-> (LEFTARG = %1$s, RIGHTARG = %1$s, FUNCTION = l2_distance, COMMUTATOR = <->)', type_name);
        EXECUTE pg_catalog.format('CREATE OPERATOR <#> (LEFTARG = %1$s, RIGHTARG = %1$s, FUNCTION = %1$s_negative_inner_product, COMMUTATOR = <#>)', type_name);
        EXECUTE pg_catalog.format('CREATE OPERATOR <=> (LEFTARG = %1$s, RIGHTARG = %1$s, FUNCTION = cosine_distance, COMMUTATOR = <=>)', type_name);
        EXECUTE pg_catalog.format('CREATE OPERATOR <+> (LEFTARG = %1$s, RIGHTARG = %1$s, FUNCTION = l1_distance, COMMUTATOR = <+>)', type_name);

        EXECUTE pg_catalog.format('CREATE FUNCTION %1$s_cmp(%1$s, %1$s) RETURNS integer LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS %2$L', type_name, pg_catalog.format('SELECT pg_catalog.btarraycmp(%s, %s)', pg_catalog.format(entries, '$1'), pg_catalog.format(entries, '$2')));
        FOR op IN SELECT * FROM (VALUES ('lt', '<', '>', '>=', 'scalarltsel', 'scalarltjoinsel'), ('le', '<=', '>=', '>', 'scalarlesel', 'scalarlejoinsel'),
                                        ('eq', '=', '=', '<>', 'eqsel', 'eqjoinsel'), ('ne', '<>', '<>', '=', 'neqsel', 'neqjoinsel'),
                                        ('ge', '>=', '<=', '<', 'scalargesel', 'scalargejoinsel'), ('gt', '>', '<', '<=', 'scalargtsel', 'scalargtjoinsel'))
                           AS o (name, sign, commutator, negator, restrict_by, join_by)
        LOOP
            EXECUTE pg_catalog.format('CREATE FUNCTION %1$s_%2$s(%1$s, %1$s) RETURNS boolean LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS %3$L', type_name, op.name,
                pg_catalog.format('SELECT %s OPERATOR(pg_catalog.%s) %s', pg_catalog.format(entries, '$1'), op.sign, pg_catalog.format(entries, '$2')));
            EXECUTE pg_catalog.format('CREATE OPERATOR %2$s (LEFTARG = %1$s, RIGHTARG = %1$s, FUNCTION = %1$s_%3$s, COMMUTATOR = %4$s, NEGATOR = %5$s, RESTRICT = %6$s, JOIN = %7$s)',
                type_name, op.sign, op.name, op.commutator, op.negator, op.restrict_by, op.join_by);
        END LOOP;
        EXECUTE pg_catalog.format('CREATE OPERATOR CLASS %1$s_ops DEFAULT FOR TYPE %1$s USING btree AS OPERATOR 1 <, OPERATOR 2 <=, OPERATOR 3 =, OPERATOR 4 >=, OPERATOR 5 >, FUNCTION 1 %1$s_cmp(%1$s, %1$s)', type_name);
    END LOOP;

    -- plpgsql where a vector is returned: it converts the text on RETURN without naming the type.
    FOREACH type_name IN ARRAY ARRAY['vector', 'halfvec'] LOOP
        entries := 'pg_catalog.string_to_array(pg_catalog.btrim(%1$s::text, ''[] ''), '','')::float8[]';
        pairs := pg_catalog.format('FROM unnest(%s, %s) WITH ORDINALITY AS pair(a, b, place)', pg_catalog.format(entries, '$1'), pg_catalog.format(entries, '$2'));
        EXECUTE pg_catalog.format('CREATE FUNCTION vector_dims(%s) RETURNS integer LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS %L', type_name, 'SELECT pg_catalog.cardinality(' || pg_catalog.format(entries, '$1') || ')');
        EXECUTE pg_catalog.format('CREATE FUNCTION l2_normalize(%1$s) RETURNS %1$s LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS %2$L', type_name,
            pg_catalog.format('BEGIN RETURN (SELECT ''['' || pg_catalog.string_agg(coalesce(a / nullif(norm, 0), 0)::real::text, '','' ORDER BY place) || '']'' FROM (SELECT a, place, pg_catalog.sqrt(sum(a * a) OVER ()) AS norm FROM pg_catalog.unnest(%s) WITH ORDINALITY AS entry(a, place)) AS normed); END', pg_catalog.format(entries, '$1')));
        EXECUTE pg_catalog.format('CREATE FUNCTION subvector(%1$s, integer, integer) RETURNS %1$s LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS %2$L', type_name,
            pg_catalog.format('BEGIN RETURN ''['' || pg_catalog.array_to_string((%s)[$2:$2 + $3 - 1], '','') || '']''; END', pg_catalog.format(entries, '$1')));
        EXECUTE pg_catalog.format('CREATE FUNCTION binary_quantize(%s) RETURNS bit LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS %L', type_name,
            pg_catalog.format('BEGIN RETURN (SELECT pg_catalog.string_agg(CASE WHEN a > 0 THEN ''1'' ELSE ''0'' END, '''' ORDER BY place) FROM pg_catalog.unnest(%s) WITH ORDINALITY AS entry(a, place))::varbit; END', pg_catalog.format(entries, '$1')));
        FOR op IN SELECT * FROM (VALUES ('add', '+', ', COMMUTATOR = +'), ('sub', '-', ''), ('mul', '*', ', COMMUTATOR = *')) AS o (name, sign, clause) LOOP
            EXECUTE pg_catalog.format('CREATE FUNCTION %1$s_%2$s(%1$s, %1$s) RETURNS %1$s LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS %3$L', type_name, op.name,
                pg_catalog.format('BEGIN RETURN (SELECT ''['' || pg_catalog.string_agg((a %s b)::real::text, '','' ORDER BY place) || '']'' %s); END', op.sign, pairs));
            EXECUTE pg_catalog.format('CREATE OPERATOR %2$s (LEFTARG = %1$s, RIGHTARG = %1$s, FUNCTION = %1$s_%3$s%4$s)', type_name, op.sign, op.name, op.clause);
        END LOOP;
        EXECUTE pg_catalog.format('CREATE FUNCTION %1$s_concat(%1$s, %1$s) RETURNS %1$s LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS %2$L', type_name,
            pg_catalog.format('BEGIN RETURN ''['' || pg_catalog.array_to_string(%s || %s, '','') || '']''; END', pg_catalog.format(entries, '$1'), pg_catalog.format(entries, '$2')));
        EXECUTE pg_catalog.format('CREATE OPERATOR || (LEFTARG = %1$s, RIGHTARG = %1$s, FUNCTION = %1$s_concat)', type_name);

        EXECUTE pg_catalog.format('CREATE FUNCTION %1$s_accum(float8[], %1$s) RETURNS float8[] LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS %2$L', type_name,
            pg_catalog.format('SELECT ($1[1] + 1) || (SELECT pg_catalog.array_agg(coalesce(a, 0) + b ORDER BY place) FROM unnest($1[2:], %s) WITH ORDINALITY AS pair(a, b, place))', pg_catalog.format(entries, '$2')));
        EXECUTE pg_catalog.format('CREATE FUNCTION %1$s_sum(float8[]) RETURNS %1$s LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS %2$L', type_name,
            'BEGIN RETURN CASE WHEN $1[1] > 0 THEN ''['' || pg_catalog.array_to_string($1[2:]::real[], '','') || '']'' END; END');
        EXECUTE pg_catalog.format('CREATE FUNCTION %1$s_avg(float8[]) RETURNS %1$s LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS %2$L', type_name,
            'BEGIN RETURN (SELECT ''['' || pg_catalog.string_agg((a / $1[1])::real::text, '','' ORDER BY place) || '']'' FROM pg_catalog.unnest($1[2:]) WITH ORDINALITY AS entry(a, place)); END');
        EXECUTE pg_catalog.format('CREATE AGGREGATE sum(%1$s) (SFUNC = %1$s_accum, STYPE = float8[], FINALFUNC = %1$s_sum, INITCOND = %2$L, PARALLEL = SAFE)', type_name, '{0}');
        EXECUTE pg_catalog.format('CREATE AGGREGATE avg(%1$s) (SFUNC = %1$s_accum, STYPE = float8[], FINALFUNC = %1$s_avg, INITCOND = %2$L, PARALLEL = SAFE)', type_name, '{0}');

        FOREACH element IN ARRAY ARRAY['integer', 'real', 'float8', 'numeric'] LOOP
            EXECUTE pg_catalog.format('CREATE FUNCTION array_to_%1$s(%2$s[], integer, boolean) RETURNS %1$s LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS %3$L', type_name, element,
                'BEGIN IF $2 <> -1 AND pg_catalog.cardinality($1) <> $2 THEN RAISE EXCEPTION ''expected % dimensions, not %'', $2, pg_catalog.cardinality($1) USING ERRCODE = ''data_exception''; END IF; RETURN ''['' || pg_catalog.array_to_string($1::real[], '','') || '']''; END');
            EXECUTE pg_catalog.format('CREATE CAST (%2$s[] AS %1$s) WITH FUNCTION array_to_%1$s(%2$s[], integer, boolean) AS ASSIGNMENT', type_name, element);
        END LOOP;
        EXECUTE pg_catalog.format('CREATE FUNCTION %1$s_to_float4(%1$s, integer, boolean) RETURNS real[] LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS %2$L', type_name, 'SELECT (' || pg_catalog.format(entries, '$1') || ')::real[]');
        EXECUTE pg_catalog.format('CREATE CAST (%1$s AS real[]) WITH FUNCTION %1$s_to_float4(%1$s, integer, boolean) AS %2$s', type_name, CASE type_name WHEN 'vector' THEN 'IMPLICIT' ELSE 'ASSIGNMENT' END);
    END LOOP;
END
$$;

CREATE FUNCTION vector_to_halfvec(vector, integer, boolean) RETURNS halfvec LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$ BEGIN RETURN $1::text; END $$;
CREATE FUNCTION halfvec_to_vector(halfvec, integer, boolean) RETURNS vector LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$ BEGIN RETURN $1::text; END $$;
CREATE FUNCTION vector_to_sparsevec(vector, integer, boolean) RETURNS sparsevec LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
BEGIN
    RETURN (SELECT '{' || coalesce(pg_catalog.string_agg(place || ':' || a, ',' ORDER BY place) FILTER (WHERE a <> 0), '') || '}/' || count(*)
            FROM pg_catalog.unnest(pg_catalog.string_to_array(pg_catalog.btrim($1::text, '[] '), ',')::real[]) WITH ORDINALITY AS entry(a, place));
END
$$;
CREATE CAST (vector AS halfvec) WITH FUNCTION vector_to_halfvec(vector, integer, boolean) AS ASSIGNMENT;
CREATE CAST (halfvec AS vector) WITH FUNCTION halfvec_to_vector(halfvec, integer, boolean) AS IMPLICIT;
CREATE CAST (vector AS sparsevec) WITH FUNCTION vector_to_sparsevec(vector, integer, boolean) AS IMPLICIT;

CREATE FUNCTION hamming_distance(bit, bit) RETURNS float8 LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT pg_catalog.length(pg_catalog.replace(($1 # $2)::text, '0', ''))::float8
$$;
CREATE FUNCTION jaccard_distance(bit, bit) RETURNS float8 LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT 1 - coalesce(pg_catalog.length(pg_catalog.replace(($1 & $2)::text, '0', ''))::float8 / nullif(pg_catalog.length(pg_catalog.replace(($1 | $2)::text, '0', '')), 0), 0)
$$;
CREATE OPERATOR <~> (LEFTARG = bit, RIGHTARG = bit, FUNCTION = hamming_distance, COMMUTATOR = <~>);
CREATE OPERATOR <%> (LEFTARG = bit, RIGHTARG = bit, FUNCTION = jaccard_distance, COMMUTATOR = <%>);

-- The built-in hash handler stores any value of any size and never answers a query here: its classes name no operator.
CREATE FUNCTION hnswhandler(internal) RETURNS index_am_handler LANGUAGE internal AS 'hashhandler';
CREATE FUNCTION ivfflathandler(internal) RETURNS index_am_handler LANGUAGE internal AS 'hashhandler';
CREATE ACCESS METHOD hnsw TYPE INDEX HANDLER hnswhandler;
CREATE ACCESS METHOD ivfflat TYPE INDEX HANDLER ivfflathandler;
COMMENT ON ACCESS METHOD hnsw IS 'pgmason stand-in: hash';
COMMENT ON ACCESS METHOD ivfflat IS 'pgmason stand-in: hash';
DO $$
DECLARE
    type_name text;
    distance text;
    method text;
BEGIN
    FOREACH type_name IN ARRAY ARRAY['vector', 'halfvec', 'sparsevec', 'bit'] LOOP
        EXECUTE pg_catalog.format('CREATE FUNCTION standin_hash(%s) RETURNS integer LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS %L', type_name, 'hashvarlena');
        FOREACH distance IN ARRAY CASE type_name WHEN 'bit' THEN ARRAY['hamming', 'jaccard'] ELSE ARRAY['l2', 'ip', 'cosine', 'l1'] END LOOP
            FOREACH method IN ARRAY ARRAY['hnsw', 'ivfflat'] LOOP
                CONTINUE WHEN method = 'ivfflat' AND (type_name = 'sparsevec' OR distance IN ('l1', 'jaccard'));
                EXECUTE pg_catalog.format('CREATE OPERATOR CLASS %1$s_%2$s_ops %3$s FOR TYPE %1$s USING %4$s AS FUNCTION 1 standin_hash(%1$s)', type_name, distance,
                    CASE WHEN method = 'ivfflat' AND type_name = 'vector' AND distance = 'l2' THEN 'DEFAULT' ELSE '' END, method);
            END LOOP;
        END LOOP;
    END LOOP;
END
$$;
