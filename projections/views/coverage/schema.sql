-- Cases of persons and households, where they lie and how they stand. Those of organisations are about nobody.
CREATE TABLE coverage_cases (
    case_id    text PRIMARY KEY,
    number     text NOT NULL,
    matter     text NOT NULL,
    division   text NOT NULL,
    settlement text NOT NULL,   -- urban, rural, or empty for a division larger than a village
    applicant  text NOT NULL,
    stage      text NOT NULL
) WITH (fillfactor = 80);

CREATE INDEX coverage_cases_division ON coverage_cases (division text_pattern_ops);

-- Who is in a case. Where somebody lives is the place of the case that was opened last: position tells. matter: not
-- every matter is applied for at home.
CREATE TABLE coverage_members (
    case_id  text NOT NULL,
    subject  text NOT NULL,
    matter   text NOT NULL,
    seat     int4 NOT NULL,
    name     text NOT NULL,
    born     date,
    position int8 NOT NULL,
    gone     bool NOT NULL,   -- a temporary identity that turned out to be somebody else
    PRIMARY KEY (case_id, subject)
) WITH (fillfactor = 95);

CREATE INDEX coverage_members_subject ON coverage_members (subject, position DESC);
CREATE INDEX coverage_members_born ON coverage_members (born) WHERE NOT gone;

-- What cases established of their applicants. The newest up to a day counts.
CREATE TABLE coverage_facts (
    position int8 NOT NULL,
    fact     text NOT NULL,
    case_id  text NOT NULL,
    matter   text NOT NULL,
    subject  text NOT NULL,
    since    date NOT NULL,
    number   int8,   -- fen, counts; flags as 0 and 1
    word     text,   -- choices, dates
    PRIMARY KEY (position, fact)
);

CREATE INDEX coverage_facts_told ON coverage_facts (subject, matter, fact, since DESC, position DESC);
CREATE INDEX coverage_facts_value ON coverage_facts (matter, fact, number, word);

-- What each person receives. since: the first month, or the day of the grant where that is earlier.
CREATE TABLE coverage_grants (
    subject  text NOT NULL,
    case_id  text NOT NULL,
    matter   text NOT NULL,
    since    date NOT NULL,
    until    date,
    to_month date,
    PRIMARY KEY (subject, case_id)
) WITH (fillfactor = 90);

CREATE INDEX coverage_grants_matter ON coverage_grants (matter, subject);
