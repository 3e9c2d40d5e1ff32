-- Read models live in schema views; each view makes its own tables (projections/views/*/schema.sql) as the projector.

CREATE TABLE views.checkpoint (
    view        text        PRIMARY KEY,
    version     integer     NOT NULL,
    position    bigint      NOT NULL,
    recorded_at timestamptz,
    moved_at    timestamptz NOT NULL DEFAULT clock_timestamp()
);
ALTER TABLE views.checkpoint OWNER TO anjuan_projector;
GRANT SELECT ON views.checkpoint TO anjuan_reader, anjuan_writer;
ALTER DEFAULT PRIVILEGES FOR ROLE anjuan_projector IN SCHEMA views GRANT SELECT ON TABLES TO anjuan_reader;

-- Bearer tokens of posts, until real sign-in: only their hashes.
CREATE SCHEMA access;
CREATE TABLE access.tokens (
    hash       bytea       PRIMARY KEY,
    post       text        NOT NULL,
    actor      text        NOT NULL,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    expires_at timestamptz NOT NULL
);
GRANT USAGE ON SCHEMA access TO anjuan_writer;
GRANT SELECT, INSERT, DELETE ON access.tokens TO anjuan_writer;

-- ID number (keyed hash) -> subject. The key is outside the database.
CREATE SCHEMA vault;
CREATE TABLE vault.subjects (
    id_hash bytea PRIMARY KEY,
    subject text  NOT NULL UNIQUE
);
GRANT USAGE ON SCHEMA vault TO anjuan_writer;
GRANT SELECT, INSERT ON vault.subjects TO anjuan_writer;
