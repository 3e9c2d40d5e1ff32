-- Runs of the report that reconciles what was sent with what a department holds: numbers, never contents.

CREATE TABLE feeds.reconciled (
    department text        NOT NULL,
    at         timestamptz NOT NULL,
    upto       bigint      NOT NULL,  -- the last position of ours that was counted
    rows       integer     NOT NULL,  -- days and divisions that either side has
    differing  integer     NOT NULL,
    ours       bigint      NOT NULL,  -- messages
    theirs     bigint      NOT NULL,
    PRIMARY KEY (department, at)
);

GRANT SELECT ON feeds.reconciled TO anjuan_writer, anjuan_reader;
GRANT INSERT ON feeds.reconciled TO anjuan_writer;
