DO $$
DECLARE
    name text;
    soundex_body constant text := $body$
        SELECT CASE WHEN letters = '' THEN '' ELSE pg_catalog.rpad(pg_catalog.left(pg_catalog.left(letters, 1) || pg_catalog.replace(pg_catalog.substr(
            pg_catalog.regexp_replace(pg_catalog.translate(pg_catalog.regexp_replace(letters, '(?<=.)[HW]', '', 'g'), 'ABCDEFGHIJKLMNOPQRSTUVWXYZ', '01230120022455012623010202'), '(.)\1+', '\1', 'g'), 2), '0', ''), 4), 4, '0') END
        FROM (SELECT pg_catalog.upper(pg_catalog.regexp_replace($1, '[^A-Za-z]', '', 'g')) AS letters) AS given $body$;
BEGIN
    FOREACH name IN ARRAY ARRAY['soundex', 'text_soundex', 'dmetaphone', 'dmetaphone_alt'] LOOP
        EXECUTE pg_catalog.format('CREATE FUNCTION %I(text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS %L', name, soundex_body);
    END LOOP;
    EXECUTE pg_catalog.format('CREATE FUNCTION metaphone(text, integer) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS %L', soundex_body);
    EXECUTE pg_catalog.format('CREATE FUNCTION daitch_mokotoff(text) RETURNS text[] LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS %L', 'SELECT ARRAY[(' || soundex_body || ')]');
    EXECUTE pg_catalog.format('CREATE FUNCTION difference(text, text) RETURNS integer LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS %L',
        pg_catalog.format('SELECT count(*)::integer FROM pg_catalog.generate_series(1, 4) AS place WHERE pg_catalog.substr((%s), place, 1) = pg_catalog.substr((%s), place, 1)', soundex_body, replace(soundex_body, '$1', '$2')));

    FOREACH name IN ARRAY ARRAY['levenshtein(source text, target text)|1, 1, 1', 'levenshtein(source text, target text, ins_cost integer, del_cost integer, sub_cost integer)|ins_cost, del_cost, sub_cost',
                                'levenshtein_less_equal(source text, target text, max_d integer)|1, 1, 1',
                                'levenshtein_less_equal(source text, target text, ins_cost integer, del_cost integer, sub_cost integer, max_d integer)|ins_cost, del_cost, sub_cost'] LOOP
        EXECUTE pg_catalog.format('CREATE FUNCTION %s RETURNS integer LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS %L', split_part(name, '|', 1), pg_catalog.format($body$
            DECLARE
                cost constant integer[] := ARRAY[%s];
                above integer[] := ARRAY(SELECT place * cost[1] FROM pg_catalog.generate_series(0, pg_catalog.length(target)) AS place ORDER BY place);
                current integer[];
            BEGIN
                FOR i IN 1 .. pg_catalog.length(source) LOOP
                    current := ARRAY[i * cost[2]];
                    FOR j IN 1 .. pg_catalog.length(target) LOOP
                        current[j + 1] := least(above[j + 1] + cost[2], current[j] + cost[1],
                            above[j] + CASE WHEN pg_catalog.substr(source, i, 1) = pg_catalog.substr(target, j, 1) THEN 0 ELSE cost[3] END);
                    END LOOP;
                    above := current;
                END LOOP;
                RETURN above[pg_catalog.length(target) + 1];
            END $body$, split_part(name, '|', 2)));
    END LOOP;
END
$$;
