CREATE TABLE policies (
    policy_id  text PRIMARY KEY,
    drafted_at timestamptz NOT NULL,
    changed_at timestamptz NOT NULL,
    title_zh   text NOT NULL,
    title_en   text NOT NULL,
    division   text NOT NULL,
    stage      text NOT NULL,
    matters    text NOT NULL,   -- ids, comma between
    versions   text NOT NULL,   -- ids of the draft's rule versions, comma between
    comments   int4 NOT NULL,
    answered   int4 NOT NULL,
    adopted    int4 NOT NULL,
    review     text NOT NULL,   -- passed, failed
    decision   text NOT NULL,   -- approved, rejected
    pilot      text NOT NULL,   -- id of the last one
    pilot_stage text NOT NULL,  -- opened, measured, evaluated, promoted, closed
    pilot_from date,
    pilot_to   date,
    document   text NOT NULL,
    published_on date,
    version    int4 NOT NULL,
    position   int8 NOT NULL
) WITH (fillfactor = 80);
