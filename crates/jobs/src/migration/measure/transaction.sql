SELECT extract(epoch FROM pg_catalog.transaction_timestamp())::float8
