CREATE TABLE samples (
    sample_id   text PRIMARY KEY,
    grant_id    text NOT NULL,
    since       date NOT NULL,
    until       date NOT NULL,
    percent     int4 NOT NULL,
    population  int4 NOT NULL,
    drawn       int4 NOT NULL,
    inspected   int4 NOT NULL,
    seed        text NOT NULL,
    digest      text NOT NULL,
    upto        int8 NOT NULL,
    drawn_at    timestamptz NOT NULL,
    drawn_by    text NOT NULL,
    position    int8 NOT NULL
);
CREATE INDEX samples_grant ON samples (grant_id, since);

CREATE TABLE sample_cases (
    sample_id    text NOT NULL,
    case_id      text NOT NULL,
    outcome      text NOT NULL,
    finding      text NOT NULL,
    inspector    text NOT NULL,
    inspected_at timestamptz,
    PRIMARY KEY (sample_id, case_id)
);
CREATE INDEX sample_cases_case ON sample_cases (case_id);
