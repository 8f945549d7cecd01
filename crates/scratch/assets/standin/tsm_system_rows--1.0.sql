CREATE FUNCTION system_rows(internal) RETURNS tsm_handler LANGUAGE internal STRICT AS 'tsm_bernoulli_handler';
