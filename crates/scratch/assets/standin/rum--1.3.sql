CREATE FUNCTION rumhandler(internal) RETURNS index_am_handler LANGUAGE internal AS 'hashhandler';
CREATE ACCESS METHOD rum TYPE INDEX HANDLER rumhandler;
CREATE FUNCTION standin_rum_hash(anyelement) RETURNS integer LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'hashvarlena';
DO $$
DECLARE
    class text;
BEGIN
    FOREACH class IN ARRAY ARRAY['rum_tsvector_ops DEFAULT FOR TYPE tsvector', 'rum_tsvector_addon_ops FOR TYPE tsvector', 'rum_tsvector_hash_ops FOR TYPE tsvector', 'rum_text_ops DEFAULT FOR TYPE text', 'rum_anyarray_ops DEFAULT FOR TYPE anyarray'] LOOP
        EXECUTE pg_catalog.format('CREATE OPERATOR CLASS %s USING rum AS FUNCTION 1 (%s, %2$s) standin_rum_hash(anyelement)', class, substring(class FROM '\w+$'));
    END LOOP;
END
$$;
