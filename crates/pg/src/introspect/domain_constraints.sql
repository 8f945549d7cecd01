-- CHECK constraints of domains; a domain's NOT NULL (a row of its own since 17) is a field of the domain. PostgreSQL 13 and newer.
SELECT
    k.oid,
    k.contypid AS domain,
    k.conname AS name,
    pg_get_constraintdef(k.oid) AS definition,
    pg_get_expr(k.conbin, 0) AS expression,
    k.convalidated AS validated
FROM pg_constraint k
WHERE k.contypid <> 0 AND k.contype = 'c'
