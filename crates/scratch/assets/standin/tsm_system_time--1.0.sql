CREATE FUNCTION system_time(internal) RETURNS tsm_handler LANGUAGE internal STRICT AS 'tsm_bernoulli_handler';
