CREATE TABLE denials (
    position    int8 PRIMARY KEY,
    recorded_at timestamptz NOT NULL,
    occurred_at timestamptz NOT NULL,
    actor       text NOT NULL,
    post        text NOT NULL,
    organ       text NOT NULL,
    action      text NOT NULL,
    code        text NOT NULL,
    detail      text NOT NULL,
    matter      text NOT NULL,
    division    text NOT NULL,
    case_id     text NOT NULL,
    amount      int8 NOT NULL
);

-- Read newest first, by place, by post, or by code.
CREATE INDEX denials_division ON denials (division text_pattern_ops, position DESC);
CREATE INDEX denials_post ON denials (post, position DESC);
CREATE INDEX denials_code ON denials (code, position DESC);
