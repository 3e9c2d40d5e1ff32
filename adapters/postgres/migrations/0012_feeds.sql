-- What was delivered to other departments (docs/decisions/0022-feeds.md): counts, never contents.

CREATE SCHEMA feeds;

-- One row for each contract version, way out and day (of Shanghai); kept three years at least (DOMAIN §3.6).
CREATE TABLE feeds.delivered (
    department     text        NOT NULL,
    contract       integer     NOT NULL,
    manner         text        NOT NULL,
    day            date        NOT NULL,
    messages       bigint      NOT NULL,
    first_position bigint      NOT NULL,
    last_position  bigint      NOT NULL,
    last_at        timestamptz NOT NULL,
    PRIMARY KEY (department, contract, manner, day)
);

GRANT USAGE ON SCHEMA feeds TO anjuan_writer, anjuan_reader;
GRANT SELECT ON feeds.delivered TO anjuan_writer, anjuan_reader;
GRANT INSERT, UPDATE ON feeds.delivered TO anjuan_writer;
