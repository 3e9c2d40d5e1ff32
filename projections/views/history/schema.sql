CREATE TABLE history (
    position    int8 PRIMARY KEY,
    case_id     text NOT NULL,
    seq         int4 NOT NULL,
    type        text NOT NULL,
    occurred_at timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL,
    actor       text NOT NULL,
    post        text NOT NULL,
    organ       text NOT NULL,
    power       text NOT NULL,
    rule        text NOT NULL,
    data        bytea NOT NULL
);
CREATE INDEX history_case ON history (case_id, seq);
CREATE INDEX history_post ON history (post, position);
CREATE INDEX history_type ON history (type, position);
