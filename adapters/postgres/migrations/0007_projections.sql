-- Projections (docs/decisions/0012): how far each range of slices of a view is, who folds it, what is parked, what is
-- built aside. All of it belongs to the projector; a view's own tables are made by it (projections/views/*/schema.sql).

-- Whatever is built aside lies in a schema of its own until it is swapped in, or dropped. The projector makes such
-- schemas, and no others; a right on the database itself would be lost by a dump.
CREATE FUNCTION views.make_schema(name text) RETURNS void LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = pg_catalog AS $$
BEGIN
    IF name !~ '^(aside|kept)_[a-z0-9_]{1,50}$' THEN
        RAISE EXCEPTION 'no schema of that name' USING ERRCODE = 'invalid_schema_name';
    END IF;
    EXECUTE format('CREATE SCHEMA %I AUTHORIZATION anjuan_projector', name);
END $$;
REVOKE EXECUTE ON FUNCTION views.make_schema(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION views.make_schema(text) TO anjuan_projector;

-- The slice of a stream, 0 to 1023: the same as in projections/slices.py.
CREATE FUNCTION log.slice_of(stream text) RETURNS integer LANGUAGE sql STABLE STRICT PARALLEL SAFE AS $$
    SELECT get_byte(sha256(convert_to(stream, 'UTF8')), 0) * 4 + get_byte(sha256(convert_to(stream, 'UTF8')), 1) / 64
$$;
REVOKE EXECUTE ON FUNCTION log.slice_of(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION log.slice_of(text) TO anjuan_projector, anjuan_reader;

ALTER TABLE views.checkpoint
    ADD COLUMN lo integer NOT NULL DEFAULT 0,
    ADD COLUMN hi integer NOT NULL DEFAULT 1024,
    DROP CONSTRAINT checkpoint_pkey,
    ADD PRIMARY KEY (view, lo);
ALTER TABLE views.checkpoint SET (fillfactor = 50);

-- What an operator has decided of a view, and the tables that its last swap put aside: for going back.
CREATE TABLE views.projections (
    view          text        PRIMARY KEY,
    paused        boolean     NOT NULL DEFAULT false,
    tables        text[]      NOT NULL DEFAULT '{}',  -- the live ones
    swapped_at    timestamptz,
    kept_schema   text        NOT NULL DEFAULT '',    -- where the tables of before the last swap are
    kept_tables   text[]      NOT NULL DEFAULT '{}',
    kept_version  integer,
    kept_position bigint,
    differences   bigint                              -- rows found different before the last swap; NULL: not compared
);
INSERT INTO views.projections (view) SELECT view FROM views.checkpoint;

-- Who folds which range of slices: in lane streams the views whose rows are each of one stream, in lane whole the others.
-- owner: a worker, which is also the application_name of its session.
CREATE TABLE views.leases (
    lane          text        NOT NULL,
    lo            integer     NOT NULL,
    hi            integer     NOT NULL,
    owner         text        NOT NULL DEFAULT '',
    epoch         bigint      NOT NULL DEFAULT 0,
    expires_at    timestamptz NOT NULL DEFAULT '-infinity',
    taken_at      timestamptz,
    PRIMARY KEY (lane, lo),
    CHECK (0 <= lo AND lo < hi AND hi <= 1024)
) WITH (fillfactor = 50);
INSERT INTO views.leases (lane, lo, hi) VALUES ('streams', 0, 1024), ('whole', 0, 1024);

-- What each worker has done, told about once a second. buckets: steps by how long they took (adapters/projector/told.py).
CREATE TABLE views.workers (
    worker       text        PRIMARY KEY,
    started_at   timestamptz NOT NULL DEFAULT clock_timestamp(),
    seen_at      timestamptz NOT NULL DEFAULT clock_timestamp(),
    steps        bigint      NOT NULL DEFAULT 0,
    events       bigint      NOT NULL DEFAULT 0,
    seconds      float8      NOT NULL DEFAULT 0,
    buckets      bigint[]    NOT NULL DEFAULT '{}',
    last_events  integer     NOT NULL DEFAULT 0,
    last_seconds float8      NOT NULL DEFAULT 0,
    denials      bigint      NOT NULL DEFAULT 0,
    gaps         bigint      NOT NULL DEFAULT 0,
    gone         boolean     NOT NULL DEFAULT false
) WITH (fillfactor = 50);

-- Events that a view could not digest, and those behind them in the same stream. error: empty for one that only waits.
CREATE TABLE views.parked (
    view      text        NOT NULL,
    position  bigint      NOT NULL,
    stream    text        NOT NULL,
    seq       integer     NOT NULL,
    type      text        NOT NULL,
    slice     integer     NOT NULL,
    error     text        NOT NULL DEFAULT '',
    place     text        NOT NULL DEFAULT '',
    attempts  integer     NOT NULL DEFAULT 0,
    parked_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (view, position)
);
CREATE INDEX parked_stream ON views.parked (stream, view);

-- Views that are being built, or were built, beside the live ones.
CREATE TABLE views.asides (
    id          text        PRIMARY KEY,
    views       text[]      NOT NULL,
    versions    integer[]   NOT NULL,
    purpose     text        NOT NULL,             -- rebuild, verify, moment
    stage       text        NOT NULL DEFAULT 'filling',
    target      bigint      NOT NULL,             -- the position to fill up to
    position    bigint      NOT NULL DEFAULT 0,   -- what is in, of the whole log
    events      bigint      NOT NULL DEFAULT 0,   -- how many events have been filled in
    last_stream text        NOT NULL DEFAULT '',  -- filling goes by streams: up to this one they are in
    later       text[]      NOT NULL DEFAULT '{}',-- keys and indexes that are made once it is full
    owner       text        NOT NULL DEFAULT '',  -- the name of the session that is at it
    owned_at    timestamptz NOT NULL DEFAULT clock_timestamp(),  -- since when, and
    owned_events bigint     NOT NULL DEFAULT 0,   -- with how many events in: for the time that is left
    fault       text        NOT NULL DEFAULT '',  -- why the last try ended: class and place, never a value
    started_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
    moved_at    timestamptz NOT NULL DEFAULT clock_timestamp(),
    used_at     timestamptz NOT NULL DEFAULT clock_timestamp()
);

ALTER TABLE views.projections OWNER TO anjuan_projector;
ALTER TABLE views.leases OWNER TO anjuan_projector;
ALTER TABLE views.workers OWNER TO anjuan_projector;
ALTER TABLE views.parked OWNER TO anjuan_projector;
ALTER TABLE views.asides OWNER TO anjuan_projector;
GRANT SELECT ON views.projections, views.leases, views.workers, views.parked, views.asides TO anjuan_reader, anjuan_writer;
