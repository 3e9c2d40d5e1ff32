-- What a signal may open: one row for each matter. Nothing personal: who it is stands in the log, at the position.
CREATE TABLE lead_signals (
    subject     text NOT NULL,
    source      text NOT NULL,
    signal      text NOT NULL,   -- the department's own id
    matter      text NOT NULL,
    kind        text NOT NULL,
    division    text NOT NULL,   -- where the person lives, as far as the signal says
    happened_on date NOT NULL,
    received_at timestamptz NOT NULL,
    verified_on date,
    verdict     text NOT NULL,   -- confirmed, dismissed, or empty
    position    int8 NOT NULL,
    PRIMARY KEY (subject, source, signal, matter)
) WITH (fillfactor = 90);

CREATE INDEX lead_signals_newest ON lead_signals (position DESC, matter);
CREATE INDEX lead_signals_division ON lead_signals (division text_pattern_ops, position DESC);

-- Cases of matters that a signal may open, by person.
CREATE TABLE lead_cases (
    case_id     text NOT NULL,
    subject     text NOT NULL,
    matter      text NOT NULL,
    received_on date NOT NULL,
    decided     bool NOT NULL,   -- or withdrawn, or ended otherwise
    PRIMARY KEY (case_id, subject)
) WITH (fillfactor = 90);

CREATE INDEX lead_cases_subject ON lead_cases (subject, matter);

-- What persons receive of those matters, and of those that a lead hangs on. to_month: first month without it.
CREATE TABLE lead_grants (
    subject  text NOT NULL,
    case_id  text NOT NULL,
    matter   text NOT NULL,
    until    date,
    to_month date,
    PRIMARY KEY (subject, case_id)
) WITH (fillfactor = 90);
