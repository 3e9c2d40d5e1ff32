-- Bearer tokens of other departments: only their hashes.
CREATE TABLE access.department_tokens (
    hash       bytea       PRIMARY KEY,
    department text        NOT NULL,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    expires_at timestamptz NOT NULL
);
GRANT SELECT, INSERT, DELETE ON access.department_tokens TO anjuan_writer;
