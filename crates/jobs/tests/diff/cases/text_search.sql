-- Dictionaries and configurations of text search, with their mappings.

-- from
CREATE TEXT SEARCH DICTIONARY words (TEMPLATE = simple, StopWords = english);
CREATE TEXT SEARCH CONFIGURATION mine (PARSER = default);
ALTER TEXT SEARCH CONFIGURATION mine ADD MAPPING FOR asciiword, numword WITH words;

-- to
CREATE TEXT SEARCH DICTIONARY words (TEMPLATE = simple, Accept = false);
CREATE TEXT SEARCH CONFIGURATION mine (PARSER = default);
ALTER TEXT SEARCH CONFIGURATION mine ADD MAPPING FOR asciiword WITH words, english_stem;
ALTER TEXT SEARCH CONFIGURATION mine ADD MAPPING FOR word WITH simple;
COMMENT ON TEXT SEARCH CONFIGURATION mine IS 'Ours.';

-- expect
ALTER TEXT SEARCH DICTIONARY public.words (accept = 'false', stopwords);
ALTER TEXT SEARCH CONFIGURATION public.mine DROP MAPPING FOR numword;
ALTER TEXT SEARCH CONFIGURATION public.mine ALTER MAPPING FOR asciiword WITH public.words, pg_catalog.english_stem;
ALTER TEXT SEARCH CONFIGURATION public.mine ADD MAPPING FOR word WITH pg_catalog.simple;
COMMENT ON TEXT SEARCH CONFIGURATION public.mine IS 'Ours.';
