pg_dump -t 'emails' -t public.emails "$URL"
