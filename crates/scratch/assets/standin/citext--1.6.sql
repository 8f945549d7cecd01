CREATE TYPE citext;
CREATE FUNCTION citextin(cstring) RETURNS citext LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'textin';
CREATE FUNCTION citextout(citext) RETURNS cstring LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'textout';
CREATE FUNCTION citextrecv(internal) RETURNS citext LANGUAGE internal STABLE STRICT PARALLEL SAFE AS 'textrecv';
CREATE FUNCTION citextsend(citext) RETURNS bytea LANGUAGE internal STABLE STRICT PARALLEL SAFE AS 'textsend';
CREATE TYPE citext (INPUT = citextin, OUTPUT = citextout, RECEIVE = citextrecv, SEND = citextsend, INTERNALLENGTH = VARIABLE, STORAGE = extended,
                    CATEGORY = 'S', PREFERRED = false, COLLATABLE = true);

CREATE FUNCTION citext(bpchar) RETURNS citext LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'rtrim1';
CREATE FUNCTION citext(boolean) RETURNS citext LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'booltext';
CREATE FUNCTION citext(inet) RETURNS citext LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'network_show';
CREATE CAST (citext AS text) WITHOUT FUNCTION AS IMPLICIT;
CREATE CAST (citext AS varchar) WITHOUT FUNCTION AS IMPLICIT;
CREATE CAST (citext AS bpchar) WITHOUT FUNCTION AS ASSIGNMENT;
CREATE CAST (text AS citext) WITHOUT FUNCTION AS ASSIGNMENT;
CREATE CAST (varchar AS citext) WITHOUT FUNCTION AS ASSIGNMENT;
CREATE CAST (bpchar AS citext) WITH FUNCTION citext(bpchar) AS ASSIGNMENT;
CREATE CAST (boolean AS citext) WITH FUNCTION citext(boolean) AS ASSIGNMENT;
CREATE CAST (inet AS citext) WITH FUNCTION citext(inet) AS ASSIGNMENT;

CREATE FUNCTION citext_cmp(citext, citext) RETURNS integer LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT pg_catalog.bttextcmp(pg_catalog.lower($1::text), pg_catalog.lower($2::text))
$$;
CREATE FUNCTION citext_pattern_cmp(citext, citext) RETURNS integer LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT pg_catalog.bttext_pattern_cmp(pg_catalog.lower($1::text), pg_catalog.lower($2::text))
$$;
CREATE FUNCTION citext_hash(citext) RETURNS integer LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$ SELECT pg_catalog.hashtext(pg_catalog.lower($1::text)) $$;
CREATE FUNCTION citext_hash_extended(citext, bigint) RETURNS bigint LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$ SELECT pg_catalog.hashtextextended(pg_catalog.lower($1::text), $2) $$;
CREATE FUNCTION citext_smaller(citext, citext) RETURNS citext LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT CASE WHEN pg_catalog.lower($1::text) < pg_catalog.lower($2::text) THEN $1 ELSE $2 END
$$;
CREATE FUNCTION citext_larger(citext, citext) RETURNS citext LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT CASE WHEN pg_catalog.lower($1::text) > pg_catalog.lower($2::text) THEN $1 ELSE $2 END
$$;

DO $$
DECLARE
    op record;
BEGIN
    FOR op IN SELECT * FROM (VALUES
        ('citext_eq', '=', '=', '<>', 'eqsel', 'eqjoinsel', '=', ', HASHES, MERGES'), ('citext_ne', '<>', '<>', '=', 'neqsel', 'neqjoinsel', '<>', ''),
        ('citext_lt', '<', '>', '>=', 'scalarltsel', 'scalarltjoinsel', '<', ''), ('citext_le', '<=', '>=', '>', 'scalarlesel', 'scalarlejoinsel', '<=', ''),
        ('citext_ge', '>=', '<=', '<', 'scalargesel', 'scalargejoinsel', '>=', ''), ('citext_gt', '>', '<', '<=', 'scalargtsel', 'scalargtjoinsel', '>', ''),
        ('citext_pattern_lt', '~<~', '~>~', '~>=~', 'scalarltsel', 'scalarltjoinsel', '~<~', ''), ('citext_pattern_le', '~<=~', '~>=~', '~>~', 'scalarltsel', 'scalarltjoinsel', '~<=~', ''),
        ('citext_pattern_ge', '~>=~', '~<=~', '~<~', 'scalargtsel', 'scalargtjoinsel', '~>=~', ''), ('citext_pattern_gt', '~>~', '~<~', '~<=~', 'scalargtsel', 'scalargtjoinsel', '~>~', ''))
        AS o (name, sign, commutator, negator, restrict_by, join_by, text_sign, clauses)
    LOOP
        EXECUTE pg_catalog.format('CREATE FUNCTION %s(citext, citext) RETURNS boolean LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS %L', op.name,
            pg_catalog.format('SELECT pg_catalog.lower($1::text) OPERATOR(pg_catalog.%s) pg_catalog.lower($2::text)', op.text_sign));
        EXECUTE pg_catalog.format('CREATE OPERATOR %s (LEFTARG = citext, RIGHTARG = citext, FUNCTION = %s, COMMUTATOR = %s, NEGATOR = %s, RESTRICT = %s, JOIN = %s%s)',
            op.sign, op.name, op.commutator, op.negator, op.restrict_by, op.join_by, op.clauses);
    END LOOP;

    -- Pattern matching against citext and against text.
    FOR op IN SELECT o.*, t.right_type FROM (VALUES
        ('texticregexeq', '~', '!~', 'regexeqsel', 'regexeqjoinsel', '~*'), ('texticregexeq', '~*', '!~*', 'icregexeqsel', 'icregexeqjoinsel', '~*'),
        ('texticregexne', '!~', '~', 'regexnesel', 'regexnejoinsel', '!~*'), ('texticregexne', '!~*', '~*', 'icregexnesel', 'icregexnejoinsel', '!~*'),
        ('texticlike', '~~', '!~~', 'likesel', 'likejoinsel', '~~*'), ('texticlike', '~~*', '!~~*', 'iclikesel', 'iclikejoinsel', '~~*'),
        ('texticnlike', '!~~', '~~', 'nlikesel', 'nlikejoinsel', '!~~*'), ('texticnlike', '!~~*', '~~*', 'icnlikesel', 'icnlikejoinsel', '!~~*'))
        AS o (name, sign, negator, restrict_by, join_by, text_sign), (VALUES ('citext'), ('text')) AS t (right_type)
    LOOP
        IF op.sign = op.text_sign OR right(op.sign, 1) <> '*' THEN
            EXECUTE pg_catalog.format('CREATE OR REPLACE FUNCTION %s(citext, %s) RETURNS boolean LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS %L', op.name, op.right_type,
                pg_catalog.format('SELECT $1::text OPERATOR(pg_catalog.%s) $2::text', op.text_sign));
        END IF;
        EXECUTE pg_catalog.format('CREATE OPERATOR %s (LEFTARG = citext, RIGHTARG = %s, FUNCTION = %s, NEGATOR = %s, RESTRICT = %s, JOIN = %s)',
            op.sign, op.right_type, op.name, op.negator, op.restrict_by, op.join_by);
    END LOOP;
END
$$;
CREATE OPERATOR CLASS citext_ops DEFAULT FOR TYPE citext USING btree AS
    OPERATOR 1 <, OPERATOR 2 <=, OPERATOR 3 =, OPERATOR 4 >=, OPERATOR 5 >, FUNCTION 1 citext_cmp(citext, citext);
CREATE OPERATOR CLASS citext_pattern_ops FOR TYPE citext USING btree AS
    OPERATOR 1 ~<~, OPERATOR 2 ~<=~, OPERATOR 3 =, OPERATOR 4 ~>=~, OPERATOR 5 ~>~, FUNCTION 1 citext_pattern_cmp(citext, citext);
CREATE OPERATOR CLASS citext_ops DEFAULT FOR TYPE citext USING hash AS
    OPERATOR 1 =, FUNCTION 1 citext_hash(citext), FUNCTION 2 citext_hash_extended(citext, bigint);
CREATE AGGREGATE min(citext) (SFUNC = citext_smaller, STYPE = citext, SORTOP = <, PARALLEL = SAFE, COMBINEFUNC = citext_smaller);
CREATE AGGREGATE max(citext) (SFUNC = citext_larger, STYPE = citext, SORTOP = >, PARALLEL = SAFE, COMBINEFUNC = citext_larger);

CREATE FUNCTION regexp_match(citext, citext) RETURNS text[] LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$ SELECT pg_catalog.regexp_match($1::text, $2::text, 'i') $$;
CREATE FUNCTION regexp_matches(citext, citext) RETURNS SETOF text[] LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE ROWS 1 AS $$ SELECT pg_catalog.regexp_matches($1::text, $2::text, 'i') $$;
CREATE FUNCTION regexp_replace(citext, citext, text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$ SELECT pg_catalog.regexp_replace($1::text, $2::text, $3, 'i') $$;
CREATE FUNCTION regexp_replace(citext, citext, text, text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$ SELECT pg_catalog.regexp_replace($1::text, $2::text, $3, $4 || 'i') $$;
CREATE FUNCTION regexp_split_to_array(citext, citext) RETURNS text[] LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$ SELECT pg_catalog.regexp_split_to_array($1::text, $2::text, 'i') $$;
CREATE FUNCTION regexp_split_to_table(citext, citext) RETURNS SETOF text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$ SELECT pg_catalog.regexp_split_to_table($1::text, $2::text, 'i') $$;
CREATE FUNCTION strpos(citext, citext) RETURNS integer LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$ SELECT pg_catalog.strpos(pg_catalog.lower($1::text), pg_catalog.lower($2::text)) $$;
CREATE FUNCTION replace(citext, citext, citext) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT pg_catalog.regexp_replace($1::text, pg_catalog.regexp_replace($2::text, '([^a-zA-Z_0-9])', E'\\\\\\1', 'g'), $3::text, 'gi')
$$;
CREATE FUNCTION split_part(citext, citext, integer) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT (pg_catalog.regexp_split_to_array($1::text, pg_catalog.regexp_replace($2::text, '([^a-zA-Z_0-9])', E'\\\\\\1', 'g'), 'i'))[$3]
$$;
CREATE FUNCTION translate(citext, citext, text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT pg_catalog.translate(pg_catalog.translate($1::text, pg_catalog.lower($2::text), $3), pg_catalog.upper($2::text), $3)
$$;
