-- Wrapper, server, mapping and foreign table; no secret is in the plan.

-- from
CREATE FOREIGN DATA WRAPPER far;
CREATE SERVER there FOREIGN DATA WRAPPER far OPTIONS (host 'a');
CREATE USER MAPPING FOR app_reader SERVER there OPTIONS (password 'sesame', name 'x');
CREATE FOREIGN TABLE remote (id integer OPTIONS (name 'no'), a text) SERVER there OPTIONS (tab 'x');

-- to
CREATE FOREIGN DATA WRAPPER far OPTIONS (debug 'on');
CREATE SERVER there VERSION '2' FOREIGN DATA WRAPPER far OPTIONS (host 'b', port '1');
CREATE USER MAPPING FOR app_reader SERVER there OPTIONS (password 'sesame', token 'sesame');
CREATE USER MAPPING FOR PUBLIC SERVER there;
CREATE FOREIGN TABLE remote (id bigint OPTIONS (name 'no'), a text OPTIONS (long 'yes')) SERVER there;

-- expect
ALTER FOREIGN DATA WRAPPER far OPTIONS (ADD debug 'on');
ALTER SERVER there VERSION '2' OPTIONS (SET host 'b', ADD port '1');
ALTER USER MAPPING FOR app_reader SERVER there OPTIONS (ADD token 'set-me', DROP name);
CREATE USER MAPPING FOR PUBLIC SERVER there;
ALTER FOREIGN TABLE public.remote OPTIONS (DROP tab);
ALTER FOREIGN TABLE public.remote ALTER COLUMN a OPTIONS (ADD long 'yes');
-- danger: rewrite
ALTER FOREIGN TABLE public.remote ALTER COLUMN id TYPE bigint;
