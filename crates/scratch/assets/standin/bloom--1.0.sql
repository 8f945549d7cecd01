CREATE FUNCTION blhandler(internal) RETURNS index_am_handler LANGUAGE internal AS 'hashhandler';
CREATE ACCESS METHOD bloom TYPE INDEX HANDLER blhandler;
CREATE OPERATOR CLASS int4_ops DEFAULT FOR TYPE integer USING bloom AS FUNCTION 1 pg_catalog.hashint4(integer);
CREATE OPERATOR CLASS text_ops DEFAULT FOR TYPE text USING bloom AS FUNCTION 1 pg_catalog.hashtext(text);
