-- Signals that may put something in doubt. Nothing personal.
CREATE TABLE warning_signals (
    subject     text NOT NULL,
    source      text NOT NULL,
    signal      text NOT NULL,   -- the department's own id
    kind        text NOT NULL,
    happened_on date NOT NULL,
    received_at timestamptz NOT NULL,
    verified_on date,
    position    int8 NOT NULL,
    PRIMARY KEY (subject, source, signal)
) WITH (fillfactor = 90);

CREATE INDEX warning_signals_newest ON warning_signals (position DESC);

-- What was judged of them: for a matter, or for all (empty).
CREATE TABLE warning_verdicts (
    subject text NOT NULL,
    source  text NOT NULL,
    signal  text NOT NULL,
    matter  text NOT NULL,
    verdict text NOT NULL,
    PRIMARY KEY (subject, source, signal, matter)
);

-- What persons receive. amount: fen a month, of the whole case. until: last day; to_month: first month without it.
CREATE TABLE warning_grants (
    subject    text NOT NULL,
    case_id    text NOT NULL,
    matter     text NOT NULL,
    division   text NOT NULL,
    from_month date NOT NULL,
    amount     int8 NOT NULL,
    until      date,
    to_month   date,
    PRIMARY KEY (subject, case_id)
) WITH (fillfactor = 90);

-- Number of a case, and where it lies now.
CREATE TABLE warning_cases (
    case_id  text PRIMARY KEY,
    number   text NOT NULL,
    division text NOT NULL
) WITH (fillfactor = 95);
