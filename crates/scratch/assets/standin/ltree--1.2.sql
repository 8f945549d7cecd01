DO $$
DECLARE
    type_name text;
BEGIN
    FOREACH type_name IN ARRAY ARRAY['ltree', 'lquery', 'ltxtquery'] LOOP
        EXECUTE pg_catalog.format('CREATE TYPE %I', type_name);
        EXECUTE pg_catalog.format('CREATE FUNCTION %1$s_in(cstring) RETURNS %1$s LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS %2$L', type_name, 'textin');
        EXECUTE pg_catalog.format('CREATE FUNCTION %1$s_out(%1$s) RETURNS cstring LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS %2$L', type_name, 'textout');
        EXECUTE pg_catalog.format('CREATE TYPE %1$s (INPUT = %1$s_in, OUTPUT = %1$s_out, STORAGE = extended)', type_name);
    END LOOP;
END
$$;

-- Paths compare label by label, as arrays of their labels do.
CREATE FUNCTION ltree_cmp(ltree, ltree) RETURNS integer LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT pg_catalog.btarraycmp(pg_catalog.string_to_array($1::text COLLATE "C", '.'), pg_catalog.string_to_array($2::text COLLATE "C", '.'))
$$;
CREATE FUNCTION hash_ltree(ltree) RETURNS integer LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'hashvarlena';
DO $$
DECLARE
    op record;
BEGIN
    FOR op IN SELECT * FROM (VALUES ('lt', '<', '>', '>=', 'scalarltsel', 'scalarltjoinsel', ''), ('le', '<=', '>=', '>', 'scalarlesel', 'scalarlejoinsel', ''),
                                    ('eq', '=', '=', '<>', 'eqsel', 'eqjoinsel', ', HASHES, MERGES'), ('ne', '<>', '<>', '=', 'neqsel', 'neqjoinsel', ''),
                                    ('ge', '>=', '<=', '<', 'scalargesel', 'scalargejoinsel', ''), ('gt', '>', '<', '<=', 'scalargtsel', 'scalargtjoinsel', ''))
                       AS o (name, sign, commutator, negator, restrict_by, join_by, clauses)
    LOOP
        EXECUTE pg_catalog.format('CREATE FUNCTION ltree_%s(ltree, ltree) RETURNS boolean LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS %L', op.name,
            pg_catalog.format('SELECT pg_catalog.string_to_array($1::text COLLATE "C", ''.'') OPERATOR(pg_catalog.%s) pg_catalog.string_to_array($2::text COLLATE "C", ''.'')', op.sign));
        EXECUTE pg_catalog.format('CREATE OPERATOR %s (LEFTARG = ltree, RIGHTARG = ltree, FUNCTION = ltree_%s, COMMUTATOR = %s, NEGATOR = %s, RESTRICT = %s, JOIN = %s%s)',
            op.sign, op.name, op.commutator, op.negator, op.restrict_by, op.join_by, op.clauses);
    END LOOP;
END
$$;
CREATE OPERATOR CLASS ltree_ops DEFAULT FOR TYPE ltree USING btree AS OPERATOR 1 <, OPERATOR 2 <=, OPERATOR 3 =, OPERATOR 4 >=, OPERATOR 5 >, FUNCTION 1 ltree_cmp(ltree, ltree);
CREATE OPERATOR CLASS hash_ltree_ops DEFAULT FOR TYPE ltree USING hash AS OPERATOR 1 =, FUNCTION 1 hash_ltree(ltree);

CREATE FUNCTION nlevel(ltree) RETURNS integer LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$ SELECT pg_catalog.cardinality(pg_catalog.string_to_array($1::text, '.')) $$;
CREATE FUNCTION ltree2text(ltree) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$ SELECT $1::text $$;
CREATE FUNCTION text2ltree(text) RETURNS ltree LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$ BEGIN RETURN $1; END $$;
CREATE FUNCTION subltree(ltree, integer, integer) RETURNS ltree LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
BEGIN
    RETURN pg_catalog.array_to_string((pg_catalog.string_to_array($1::text, '.'))[$2 + 1:$3], '.');
END
$$;
CREATE FUNCTION subpath(ltree, integer, integer) RETURNS ltree LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
    labels constant text[] := pg_catalog.string_to_array($1::text, '.');
    first constant integer := CASE WHEN $2 < 0 THEN pg_catalog.cardinality(labels) + $2 ELSE $2 END;
BEGIN
    RETURN pg_catalog.array_to_string(labels[first + 1:CASE WHEN $3 < 0 THEN pg_catalog.cardinality(labels) + $3 ELSE first + $3 END], '.');
END
$$;
CREATE FUNCTION subpath(ltree, integer) RETURNS ltree LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
    labels constant text[] := pg_catalog.string_to_array($1::text, '.');
BEGIN
    RETURN pg_catalog.array_to_string(labels[CASE WHEN $2 < 0 THEN pg_catalog.cardinality(labels) + $2 ELSE $2 END + 1:], '.');
END
$$;
CREATE FUNCTION index(ltree, ltree) RETURNS integer LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT CASE WHEN place = 0 THEN -1 ELSE pg_catalog.length(pg_catalog.left(path, place)) - pg_catalog.length(pg_catalog.replace(pg_catalog.left(path, place), '.', '')) - 1 END
    FROM (SELECT '.' || $1::text || '.' AS path, pg_catalog.strpos('.' || $1::text || '.', '.' || $2::text || '.') AS place) AS found
$$;
CREATE FUNCTION index(ltree, ltree, integer) RETURNS integer LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT coalesce(min(place), -1)
    FROM (SELECT pg_catalog.string_to_array($1::text, '.') AS path, pg_catalog.string_to_array($2::text, '.') AS part) AS labels,
         pg_catalog.generate_series(CASE WHEN $3 < 0 THEN pg_catalog.cardinality(path) + $3 ELSE $3 END, pg_catalog.cardinality(path)) AS place
    WHERE path[place + 1:place + pg_catalog.cardinality(part)] = part
$$;
CREATE FUNCTION ltree_isparent(ltree, ltree) RETURNS boolean LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT $1::text = '' OR pg_catalog.starts_with($2::text || '.', $1::text || '.')
$$;
CREATE FUNCTION ltree_risparent(ltree, ltree) RETURNS boolean LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT $2::text = '' OR pg_catalog.starts_with($1::text || '.', $2::text || '.')
$$;
CREATE FUNCTION ltree_addltree(ltree, ltree) RETURNS ltree LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$ BEGIN RETURN pg_catalog.concat_ws('.', nullif($1::text, ''), nullif($2::text, '')); END $$;
CREATE FUNCTION ltree_addtext(ltree, text) RETURNS ltree LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$ BEGIN RETURN pg_catalog.concat_ws('.', nullif($1::text, ''), nullif($2, '')); END $$;
CREATE FUNCTION ltree_textadd(text, ltree) RETURNS ltree LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$ BEGIN RETURN pg_catalog.concat_ws('.', nullif($1, ''), nullif($2::text, '')); END $$;
CREATE FUNCTION lca(ltree[]) RETURNS ltree LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
    common text[];
    labels text[];
    path text;
    shared integer;
BEGIN
    FOREACH path IN ARRAY $1::text[] LOOP
        labels := pg_catalog.string_to_array(path, '.');
        labels := labels[1:pg_catalog.cardinality(labels) - 1];
        IF common IS NULL THEN
            common := labels;
        ELSE
            shared := 0;
            WHILE shared < least(pg_catalog.cardinality(common), pg_catalog.cardinality(labels)) AND common[shared + 1] = labels[shared + 1] LOOP
                shared := shared + 1;
            END LOOP;
            common := common[1:shared];
        END IF;
    END LOOP;
    RETURN pg_catalog.array_to_string(common, '.');
END
$$;
-- An lquery becomes a regular expression over labels: `*` any number, `*{n,m}`, `a|b`, `!a` left out, `a*` prefix, `a@` without case.
CREATE FUNCTION ltq_regex(ltree, lquery) RETURNS boolean LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT ($1::text || '.') ~ ('^' || pg_catalog.string_agg(
        CASE WHEN label = '*' THEN '([^.]+\.)*'
             WHEN label LIKE '*{%' THEN '([^.]+\.)' || pg_catalog.substr(pg_catalog.replace(label, '{,', '{0,'), 2)
             ELSE '(' || pg_catalog.replace(pg_catalog.replace(pg_catalog.replace(label, '*', '[^.]*'), '@', ''), '%', '(_[^.]*)?') || ')\.' END, '' ORDER BY place) || '$')
    FROM pg_catalog.regexp_split_to_table($2::text, '\.') WITH ORDINALITY AS labels(label, place)
$$;
CREATE FUNCTION ltq_rregex(lquery, ltree) RETURNS boolean LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT ($2::text || '.') ~ ('^' || pg_catalog.string_agg(
        CASE WHEN label = '*' THEN '([^.]+\.)*'
             WHEN label LIKE '*{%' THEN '([^.]+\.)' || pg_catalog.substr(pg_catalog.replace(label, '{,', '{0,'), 2)
             ELSE '(' || pg_catalog.replace(pg_catalog.replace(pg_catalog.replace(label, '*', '[^.]*'), '@', ''), '%', '(_[^.]*)?') || ')\.' END, '' ORDER BY place) || '$')
    FROM pg_catalog.regexp_split_to_table($1::text, '\.') WITH ORDINALITY AS labels(label, place)
$$;
CREATE FUNCTION ltxtq_exec(ltree, ltxtquery) RETURNS boolean LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT pg_catalog.to_tsvector('pg_catalog.simple', pg_catalog.replace($1::text, '.', ' ')) @@ pg_catalog.to_tsquery('pg_catalog.simple', pg_catalog.regexp_replace($2::text, '[*@%]', '', 'g'))
$$;
CREATE FUNCTION _ltree_isparent(ltree[], ltree) RETURNS boolean LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT EXISTS (SELECT FROM pg_catalog.unnest($1::text[]) AS path WHERE pg_catalog.starts_with($2::text || '.', path || '.'))
$$;
CREATE FUNCTION _ltree_risparent(ltree[], ltree) RETURNS boolean LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT EXISTS (SELECT FROM pg_catalog.unnest($1::text[]) AS path WHERE pg_catalog.starts_with(path || '.', $2::text || '.'))
$$;
CREATE OPERATOR @> (LEFTARG = ltree, RIGHTARG = ltree, FUNCTION = ltree_isparent, COMMUTATOR = <@, RESTRICT = contsel, JOIN = contjoinsel);
CREATE OPERATOR <@ (LEFTARG = ltree, RIGHTARG = ltree, FUNCTION = ltree_risparent, COMMUTATOR = @>, RESTRICT = contsel, JOIN = contjoinsel);
CREATE OPERATOR @> (LEFTARG = ltree[], RIGHTARG = ltree, FUNCTION = _ltree_isparent, RESTRICT = contsel, JOIN = contjoinsel);
CREATE OPERATOR <@ (LEFTARG = ltree[], RIGHTARG = ltree, FUNCTION = _ltree_risparent, RESTRICT = contsel, JOIN = contjoinsel);
CREATE OPERATOR ~ (LEFTARG = ltree, RIGHTARG = lquery, FUNCTION = ltq_regex, COMMUTATOR = ~, RESTRICT = contsel, JOIN = contjoinsel);
CREATE OPERATOR ~ (LEFTARG = lquery, RIGHTARG = ltree, FUNCTION = ltq_rregex, COMMUTATOR = ~, RESTRICT = contsel, JOIN = contjoinsel);
CREATE OPERATOR @ (LEFTARG = ltree, RIGHTARG = ltxtquery, FUNCTION = ltxtq_exec, RESTRICT = contsel, JOIN = contjoinsel);
CREATE OPERATOR || (LEFTARG = ltree, RIGHTARG = ltree, FUNCTION = ltree_addltree);
CREATE OPERATOR || (LEFTARG = ltree, RIGHTARG = text, FUNCTION = ltree_addtext);
CREATE OPERATOR || (LEFTARG = text, RIGHTARG = ltree, FUNCTION = ltree_textadd);

-- `consistent` is boolge(pointer, anything), always true with recheck; keys are those of inet.
CREATE FUNCTION ltree_consistent(internal, ltree, smallint, oid, internal) RETURNS boolean LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'boolge';
CREATE FUNCTION ltree_compress(internal) RETURNS internal LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'inet_gist_compress';
CREATE FUNCTION ltree_union(internal, internal) RETURNS inet LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'inet_gist_union';
CREATE FUNCTION ltree_penalty(internal, internal, internal) RETURNS internal LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'inet_gist_penalty';
CREATE FUNCTION ltree_picksplit(internal, internal) RETURNS internal LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'inet_gist_picksplit';
CREATE FUNCTION ltree_same(inet, inet, internal) RETURNS internal LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'inet_gist_same';
DO $$
BEGIN
    EXECUTE pg_catalog.format('CREATE OPERATOR CLASS gist_ltree_ops DEFAULT FOR TYPE ltree USING gist AS
        OPERATOR 1 <, OPERATOR 2 <=, OPERATOR 3 =, OPERATOR 4 >=, OPERATOR 5 >, OPERATOR 10 @> (ltree, ltree), OPERATOR 11 <@ (ltree, ltree), OPERATOR 12 ~ (ltree, lquery), OPERATOR 14 @ (ltree, ltxtquery),%s', '
        FUNCTION 1 ltree_consistent(internal, ltree, smallint, oid, internal), FUNCTION 2 ltree_union(internal, internal), FUNCTION 3 ltree_compress(internal),
        FUNCTION 5 ltree_penalty(internal, internal, internal), FUNCTION 6 ltree_picksplit(internal, internal), FUNCTION 7 ltree_same(inet, inet, internal), STORAGE inet');
    EXECUTE pg_catalog.format('CREATE OPERATOR CLASS gist__ltree_ops DEFAULT FOR TYPE ltree[] USING gist AS OPERATOR 10 @> (ltree[], ltree), OPERATOR 11 <@ (ltree[], ltree),%s', '
        FUNCTION 1 (ltree[], ltree[]) ltree_consistent(internal, ltree, smallint, oid, internal), FUNCTION 2 (ltree[], ltree[]) ltree_union(internal, internal), FUNCTION 3 (ltree[], ltree[]) ltree_compress(internal),
        FUNCTION 5 (ltree[], ltree[]) ltree_penalty(internal, internal, internal), FUNCTION 6 (ltree[], ltree[]) ltree_picksplit(internal, internal), FUNCTION 7 (ltree[], ltree[]) ltree_same(inet, inet, internal), STORAGE inet');
END
$$;
