CREATE FUNCTION set_limit(real) RETURNS real LANGUAGE sql VOLATILE STRICT PARALLEL UNSAFE AS $$ SELECT pg_catalog.set_config('pg_trgm.similarity_threshold', $1::text, false)::real $$;
CREATE FUNCTION show_limit() RETURNS real LANGUAGE sql STABLE STRICT PARALLEL SAFE AS $$ SELECT coalesce(nullif(pg_catalog.current_setting('pg_trgm.similarity_threshold', true), '')::real, 0.3) $$;
CREATE FUNCTION show_trgm(text) RETURNS text[] LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT coalesce(pg_catalog.array_agg(DISTINCT pg_catalog.substr(padded, place, 3)), '{}')
    FROM (SELECT '  ' || word || ' ' AS padded FROM pg_catalog.regexp_split_to_table(pg_catalog.lower($1), '[^[:alnum:]]+') AS word WHERE word <> '') AS words,
         pg_catalog.generate_series(1, pg_catalog.length(padded) - 2) AS place
$$;

-- Each function holds the whole computation: it must not depend on the schema it is moved to.
DO $$
DECLARE
    trigrams constant text := $body$
        SELECT DISTINCT pg_catalog.substr(padded, place, 3) AS trigram
        FROM (SELECT '  ' || word || ' ' AS padded FROM pg_catalog.regexp_split_to_table(pg_catalog.lower(%s), '[^[:alnum:]]+') AS word WHERE word <> '') AS words,
             pg_catalog.generate_series(1, pg_catalog.length(padded) - 2) AS place $body$;
    shared text;
    similarity text;
    contained text;
    threshold constant text := 'coalesce(nullif(pg_catalog.current_setting(''pg_trgm.%ssimilarity_threshold'', true), '''')::real, %s)';
    name text;
BEGIN
    shared := pg_catalog.format('(SELECT count(*)::real FROM (%s INTERSECT %s) AS both_texts)', pg_catalog.format(trigrams, '$1'), pg_catalog.format(trigrams, '$2'));
    similarity := pg_catalog.format('coalesce(%s / nullif((SELECT count(*) FROM (%s UNION %s) AS any_text), 0), 0)::real', shared, pg_catalog.format(trigrams, '$1'), pg_catalog.format(trigrams, '$2'));
    contained := pg_catalog.format('coalesce(%s / nullif((SELECT count(*) FROM (%s) AS first_text), 0), 0)::real', shared, pg_catalog.format(trigrams, '$1'));

    EXECUTE pg_catalog.format('CREATE FUNCTION similarity(text, text) RETURNS real LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS %L', 'SELECT ' || similarity);
    EXECUTE pg_catalog.format('CREATE FUNCTION similarity_dist(text, text) RETURNS real LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS %L', 'SELECT (1 - ' || similarity || ')::real');
    EXECUTE pg_catalog.format('CREATE FUNCTION similarity_op(text, text) RETURNS boolean LANGUAGE sql STABLE STRICT PARALLEL SAFE AS %L', 'SELECT ' || similarity || ' >= ' || pg_catalog.format(threshold, '', '0.3'));
    FOREACH name IN ARRAY ARRAY['word', 'strict_word'] LOOP
        EXECUTE pg_catalog.format('CREATE FUNCTION %s_similarity(text, text) RETURNS real LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS %L', name, 'SELECT ' || contained);
        EXECUTE pg_catalog.format('CREATE FUNCTION %s_similarity_op(text, text) RETURNS boolean LANGUAGE sql STABLE STRICT PARALLEL SAFE AS %L', name,
            'SELECT ' || contained || ' >= ' || pg_catalog.format(threshold, name || '_', CASE name WHEN 'word' THEN '0.6' ELSE '0.5' END));
        EXECUTE pg_catalog.format('CREATE FUNCTION %s_similarity_commutator_op(text, text) RETURNS boolean LANGUAGE sql STABLE STRICT PARALLEL SAFE AS %L', name,
            'SELECT ' || replace(replace(replace(contained, '$1', '$3'), '$2', '$1'), '$3', '$2') || ' >= ' || pg_catalog.format(threshold, name || '_', CASE name WHEN 'word' THEN '0.6' ELSE '0.5' END));
        EXECUTE pg_catalog.format('CREATE FUNCTION %s_similarity_dist_op(text, text) RETURNS real LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS %L', name, 'SELECT (1 - ' || contained || ')::real');
        EXECUTE pg_catalog.format('CREATE FUNCTION %s_similarity_dist_commutator_op(text, text) RETURNS real LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS %L', name,
            'SELECT (1 - ' || replace(replace(replace(contained, '$1', '$3'), '$2', '$1'), '$3', '$2') || ')::real');
    END LOOP;
END
$$;

CREATE OPERATOR % (LEFTARG = text, RIGHTARG = text, FUNCTION = similarity_op, COMMUTATOR = %, RESTRICT = contsel, JOIN = contjoinsel);
CREATE OPERATOR <-> (LEFTARG = text, RIGHTARG = text, FUNCTION = similarity_dist, COMMUTATOR = <->);
CREATE OPERATOR <% (LEFTARG = text, RIGHTARG = text, FUNCTION = word_similarity_op, COMMUTATOR = %>, RESTRICT = contsel, JOIN = contjoinsel);
CREATE OPERATOR %> (LEFTARG = text, RIGHTARG = text, FUNCTION = word_similarity_commutator_op, COMMUTATOR = <%, RESTRICT = contsel, JOIN = contjoinsel);
CREATE OPERATOR <<-> (LEFTARG = text, RIGHTARG = text, FUNCTION = word_similarity_dist_op, COMMUTATOR = <->>);
CREATE OPERATOR <->> (LEFTARG = text, RIGHTARG = text, FUNCTION = word_similarity_dist_commutator_op, COMMUTATOR = <<->);
CREATE OPERATOR <<% (LEFTARG = text, RIGHTARG = text, FUNCTION = strict_word_similarity_op, COMMUTATOR = %>>, RESTRICT = contsel, JOIN = contjoinsel);
CREATE OPERATOR %>> (LEFTARG = text, RIGHTARG = text, FUNCTION = strict_word_similarity_commutator_op, COMMUTATOR = <<%, RESTRICT = contsel, JOIN = contjoinsel);
CREATE OPERATOR <<<-> (LEFTARG = text, RIGHTARG = text, FUNCTION = strict_word_similarity_dist_op, COMMUTATOR = <->>>);
CREATE OPERATOR <->>> (LEFTARG = text, RIGHTARG = text, FUNCTION = strict_word_similarity_dist_commutator_op, COMMUTATOR = <<<->);

-- GiST keys: a lossy prefix borrowed from inet; `consistent` always says "recheck" (boolge of a pointer and anything is true).
CREATE FUNCTION gtrgm_consistent(internal, text, smallint, oid, internal) RETURNS boolean LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'boolge';
CREATE FUNCTION gtrgm_compress(internal) RETURNS internal LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'inet_gist_compress';
CREATE FUNCTION gtrgm_union(internal, internal) RETURNS inet LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'inet_gist_union';
CREATE FUNCTION gtrgm_penalty(internal, internal, internal) RETURNS internal LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'inet_gist_penalty';
CREATE FUNCTION gtrgm_picksplit(internal, internal) RETURNS internal LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'inet_gist_picksplit';
CREATE FUNCTION gtrgm_same(inet, inet, internal) RETURNS internal LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'inet_gist_same';
CREATE OPERATOR CLASS gist_trgm_ops FOR TYPE text USING gist AS
    OPERATOR 1 % (text, text),
    OPERATOR 3 pg_catalog.~~ (text, text),
    OPERATOR 4 pg_catalog.~~* (text, text),
    OPERATOR 5 pg_catalog.~ (text, text),
    OPERATOR 6 pg_catalog.~* (text, text),
    OPERATOR 7 %> (text, text),
    OPERATOR 9 %>> (text, text),
    FUNCTION 1 gtrgm_consistent(internal, text, smallint, oid, internal),
    FUNCTION 2 gtrgm_union(internal, internal),
    FUNCTION 3 gtrgm_compress(internal),
    FUNCTION 5 gtrgm_penalty(internal, internal, internal),
    FUNCTION 6 gtrgm_picksplit(internal, internal),
    FUNCTION 7 gtrgm_same(inet, inet, internal),
    STORAGE inet;

-- GIN: void_in yields no keys, so the index stays empty; no operator is in the class, so no query reads it.
CREATE FUNCTION gin_extract_value_trgm(text, internal) RETURNS internal LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'void_in';
CREATE FUNCTION gin_extract_query_trgm(text, internal, smallint, internal, internal, internal, internal) RETURNS internal LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'void_in';
CREATE FUNCTION gin_trgm_consistent(internal, smallint, text, integer, internal, internal, internal, internal) RETURNS boolean LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'boolge';
CREATE OPERATOR CLASS gin_trgm_ops FOR TYPE text USING gin AS
    FUNCTION 1 pg_catalog.btint4cmp(integer, integer),
    FUNCTION 2 gin_extract_value_trgm(text, internal),
    FUNCTION 3 gin_extract_query_trgm(text, internal, smallint, internal, internal, internal, internal),
    FUNCTION 4 gin_trgm_consistent(internal, smallint, text, integer, internal, internal, internal, internal),
    STORAGE integer;
