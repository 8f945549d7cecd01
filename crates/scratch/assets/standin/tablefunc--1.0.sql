CREATE FUNCTION normal_rand(integer, float8, float8) RETURNS SETOF float8 LANGUAGE sql VOLATILE STRICT AS $$
    SELECT $2 + $3 * pg_catalog.sqrt(-2 * pg_catalog.ln(1 - pg_catalog.random())) * pg_catalog.cos(2 * pg_catalog.pi() * pg_catalog.random()) FROM pg_catalog.generate_series(1, $1)
$$;
CREATE TYPE tablefunc_crosstab_2 AS (row_name text, category_1 text, category_2 text);
CREATE TYPE tablefunc_crosstab_3 AS (row_name text, category_1 text, category_2 text, category_3 text);
CREATE TYPE tablefunc_crosstab_4 AS (row_name text, category_1 text, category_2 text, category_3 text, category_4 text);
DO $$
DECLARE
    signature text;
BEGIN
    FOREACH signature IN ARRAY ARRAY['crosstab(text)|record', 'crosstab(text, integer)|record', 'crosstab(text, text)|record', 'crosstab2(text)|tablefunc_crosstab_2', 'crosstab3(text)|tablefunc_crosstab_3',
        'crosstab4(text)|tablefunc_crosstab_4', 'connectby(text, text, text, text, integer, text)|record', 'connectby(text, text, text, text, integer)|record',
        'connectby(text, text, text, text, text, integer, text)|record', 'connectby(text, text, text, text, text, integer)|record'] LOOP
        EXECUTE pg_catalog.format('CREATE FUNCTION %s RETURNS SETOF %s LANGUAGE plpgsql STABLE STRICT AS %L', split_part(signature, '|', 1), split_part(signature, '|', 2),
            'BEGIN RAISE EXCEPTION ''pgmason stand-in: tablefunc is not here'' USING ERRCODE = ''feature_not_supported''; END');
    END LOOP;
END
$$;
