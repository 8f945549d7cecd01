CREATE TABLE part_config (
    parent_table       text PRIMARY KEY,
    control            text NOT NULL,
    partition_interval text NOT NULL,
    partition_type     text NOT NULL DEFAULT 'range',
    premake            integer NOT NULL DEFAULT 4,
    retention          text,
    retention_schema   text,
    retention_keep_table boolean NOT NULL DEFAULT true,
    retention_keep_index boolean NOT NULL DEFAULT true,
    infinite_time_partitions boolean NOT NULL DEFAULT false,
    automatic_maintenance text NOT NULL DEFAULT 'on'
);
DO $$
BEGIN
    EXECUTE pg_catalog.format('CREATE FUNCTION create_parent(p_parent_table text, p_control text, p_interval text, p_type text DEFAULT ''range'', p_epoch text DEFAULT ''none'', p_premake integer DEFAULT 4,
        p_start_partition text DEFAULT NULL, p_default_table boolean DEFAULT true, p_automatic_maintenance text DEFAULT ''on'', p_constraint_cols text[] DEFAULT NULL, p_template_table text DEFAULT NULL,
        p_jobmon boolean DEFAULT true) RETURNS boolean LANGUAGE sql AS
        $body$ INSERT INTO %I.part_config (parent_table, control, partition_interval, partition_type, premake) VALUES ($1, $2, $3, $4, $6) RETURNING true $body$', current_schema());
END
$$;
CREATE FUNCTION run_maintenance(p_parent_table text DEFAULT NULL, p_analyze boolean DEFAULT false, p_jobmon boolean DEFAULT true) RETURNS void LANGUAGE sql AS $$ SELECT NULL::void $$;
CREATE PROCEDURE run_maintenance_proc(p_wait integer DEFAULT 0, p_analyze boolean DEFAULT NULL, p_jobmon boolean DEFAULT true) LANGUAGE plpgsql AS $$ BEGIN NULL; END $$;
CREATE PROCEDURE partition_data_proc(p_parent_table text, p_interval text DEFAULT NULL) LANGUAGE plpgsql AS $$ BEGIN NULL; END $$;
