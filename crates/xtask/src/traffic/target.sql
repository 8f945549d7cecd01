-- Where this server is reached, and as whom.
SELECT split_part(current_setting('unix_socket_directories'), ',', 1), current_setting('port'), current_database()::text,
    session_user::text, (SELECT rolname::text FROM pg_roles WHERE rolsuper AND rolcanlogin ORDER BY oid LIMIT 1)
