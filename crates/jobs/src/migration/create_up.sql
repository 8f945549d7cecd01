-- {title}
-- Created {date}
--
-- Write below what changes. The file runs in one transaction, or between transactions where a statement cannot run in
-- one (CREATE INDEX CONCURRENTLY): give such a statement a file of its own.
-- Before you lock a table that is in use, wait for it only shortly, so that nobody queues up behind:
-- SET lock_timeout = '5s';

