-- Messages of departments that could not be taken in (docs/decisions/0021): where they lie in Kafka, never what is in them.
CREATE TABLE feeds.parked (
    id         bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    department text        NOT NULL,
    topic      text        NOT NULL,
    partition  integer     NOT NULL,
    at_offset  bigint      NOT NULL,
    code       text        NOT NULL,
    detail     text        NOT NULL,            -- a JSON path
    digest     bytea       NOT NULL,            -- keyed hash of the content: a topic that is made anew has other messages at its offsets
    parked_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
    settled_at timestamptz,
    settled    text        NOT NULL DEFAULT '', -- 'taken', or why it was dropped
    UNIQUE (topic, partition, at_offset, digest)
);
GRANT SELECT ON feeds.parked TO anjuan_writer, anjuan_reader;
GRANT INSERT, UPDATE ON feeds.parked TO anjuan_writer;
