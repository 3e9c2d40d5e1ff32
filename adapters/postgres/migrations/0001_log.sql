-- The event log (docs/decisions/0004-event-log.md). Append-only by privilege and by trigger.

CREATE SCHEMA log;
CREATE SCHEMA views;

-- The end of the log. One row; read and moved only under the advisory lock, so positions are dense and in commit order.
CREATE TABLE log.head (
    one         boolean     PRIMARY KEY DEFAULT true CHECK (one),
    log         text        NOT NULL CHECK (log ~ '^[A-Za-z0-9._/-]+$'),
    position    bigint      NOT NULL DEFAULT 0,
    recorded_at timestamptz NOT NULL
);

INSERT INTO log.head (log, recorded_at)
VALUES ('anjuan-' || replace(gen_random_uuid()::text, '-', ''), clock_timestamp());

-- One row per stream: its version, and the hash of its last record for the prev chain.
-- The names need no escaping in JSON: the record is assembled as text, here and in Python, to the same bytes.
CREATE TABLE log.streams (
    stream    text    PRIMARY KEY CHECK (stream ~ '^[A-Za-z0-9._:-]+$' AND length(stream) <= 200),
    version   integer NOT NULL,
    last_hash bytea   NOT NULL
) WITH (fillfactor = 60);

CREATE TABLE log.events (
    position    bigint      PRIMARY KEY,
    stream      text        NOT NULL,
    seq         integer     NOT NULL,
    type        text        NOT NULL CHECK (type ~ '^[A-Za-z0-9._:#-]+$'),
    schema      smallint    NOT NULL,
    recorded_at timestamptz NOT NULL,
    state       bytea       NOT NULL,
    record      bytea       NOT NULL,
    UNIQUE (stream, seq)
);

-- Uncompressed and in line where it fits: states are small, and are hashed and sent as they are.
ALTER TABLE log.events ALTER COLUMN state SET STORAGE EXTERNAL, ALTER COLUMN record SET STORAGE EXTERNAL;

-- What every command did, so that a retry after a lost answer returns the first outcome, from any process.
CREATE TABLE log.commands (
    command_id     text        PRIMARY KEY,
    fingerprint    text        NOT NULL,
    stream         text        NOT NULL,
    version        integer     NOT NULL,
    first_position bigint      NOT NULL,
    last_position  bigint      NOT NULL,
    recorded_at    timestamptz NOT NULL
);

CREATE FUNCTION log.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the log is append-only: % on %.% is refused', TG_OP, TG_TABLE_SCHEMA, TG_TABLE_NAME
        USING ERRCODE = 'insufficient_privilege';
END $$;

CREATE TRIGGER events_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON log.events
    FOR EACH STATEMENT EXECUTE FUNCTION log.refuse_change();
CREATE TRIGGER commands_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON log.commands
    FOR EACH STATEMENT EXECUTE FUNCTION log.refuse_change();
CREATE TRIGGER streams_never_shrink BEFORE DELETE OR TRUNCATE ON log.streams
    FOR EACH STATEMENT EXECUTE FUNCTION log.refuse_change();
CREATE TRIGGER head_never_shrinks BEFORE DELETE OR TRUNCATE ON log.head
    FOR EACH STATEMENT EXECUTE FUNCTION log.refuse_change();
