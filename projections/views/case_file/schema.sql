CREATE TABLE case_file (
    case_id    text PRIMARY KEY,
    version    int4 NOT NULL,
    position   int8 NOT NULL,
    changed_at timestamptz NOT NULL,
    state      bytea NOT NULL
) WITH (fillfactor = 70);
