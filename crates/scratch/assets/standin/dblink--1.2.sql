DO $$
DECLARE
    signature text;
BEGIN
    FOREACH signature IN ARRAY ARRAY[
        'dblink_connect(text)|text', 'dblink_connect(text, text)|text', 'dblink_connect_u(text)|text', 'dblink_connect_u(text, text)|text', 'dblink_disconnect()|text', 'dblink_disconnect(text)|text',
        'dblink_open(text, text)|text', 'dblink_open(text, text, boolean)|text', 'dblink_open(text, text, text)|text', 'dblink_open(text, text, text, boolean)|text',
        'dblink_fetch(text, integer)|SETOF record', 'dblink_fetch(text, integer, boolean)|SETOF record', 'dblink_fetch(text, text, integer)|SETOF record', 'dblink_fetch(text, text, integer, boolean)|SETOF record',
        'dblink_close(text)|text', 'dblink_close(text, boolean)|text', 'dblink_close(text, text)|text', 'dblink_close(text, text, boolean)|text',
        'dblink(text)|SETOF record', 'dblink(text, boolean)|SETOF record', 'dblink(text, text)|SETOF record', 'dblink(text, text, boolean)|SETOF record',
        'dblink_exec(text)|text', 'dblink_exec(text, boolean)|text', 'dblink_exec(text, text)|text', 'dblink_exec(text, text, boolean)|text', 'dblink_get_connections()|text[]',
        'dblink_send_query(text, text)|integer', 'dblink_is_busy(text)|integer', 'dblink_get_result(text)|SETOF record', 'dblink_get_result(text, boolean)|SETOF record',
        'dblink_cancel_query(text)|text', 'dblink_error_message(text)|text', 'dblink_current_query()|text'
    ] LOOP
        EXECUTE pg_catalog.format('CREATE FUNCTION %s RETURNS %s LANGUAGE plpgsql PARALLEL RESTRICTED AS %L', split_part(signature, '|', 1), split_part(signature, '|', 2),
            'BEGIN RAISE EXCEPTION ''dblink is refused in a scratch database'' USING ERRCODE = ''insufficient_privilege''; END');
    END LOOP;
END
$$;
