-- Who is in a case, as the case knows them. A person of three cases has three rows; a case of three persons, too.
CREATE TABLE person_members (
    case_id  text NOT NULL,
    subject  text NOT NULL,
    role     text NOT NULL,   -- member, temporary (identified since), founder, agent
    seat     int4 NOT NULL,   -- order in the household: 0 is the applicant
    relation text NOT NULL,
    name     text NOT NULL,
    number   text NOT NULL,   -- ID number, masked: the full one stands in the case alone
    born     date,
    same_as  text NOT NULL,   -- of a temporary identity: who it was
    position int8 NOT NULL,
    PRIMARY KEY (case_id, subject)
) WITH (fillfactor = 95);

CREATE INDEX person_members_subject ON person_members (subject);
CREATE INDEX person_members_same_as ON person_members (same_as) WHERE same_as <> '';

CREATE TABLE person_cases (
    case_id     text PRIMARY KEY,
    number      text NOT NULL,
    matter      text NOT NULL,
    received_on date NOT NULL
);

-- One row for each event of a case, however many persons it has: a timeline reads the cases of its household.
CREATE TABLE person_events (
    case_id     text NOT NULL,
    position    int8 NOT NULL,
    seq         int4 NOT NULL,
    type        text NOT NULL,
    occurred_at timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL,
    division    text NOT NULL,   -- where the case lies from here on; empty: where it lay before
    amount      int8,            -- fen: a month, or in all where the matter pays once
    since       date,            -- first month that the event speaks of
    outcome     text NOT NULL,
    PRIMARY KEY (case_id, position)
);

-- What each person receives. amount: fen a month, of the whole case. until: last day; to_month: first month without it.
CREATE TABLE person_grants (
    subject    text NOT NULL,
    case_id    text NOT NULL,
    matter     text NOT NULL,
    division   text NOT NULL,
    from_month date NOT NULL,
    amount     int8 NOT NULL,
    until      date,
    to_month   date,
    position   int8 NOT NULL,
    PRIMARY KEY (subject, case_id)
) WITH (fillfactor = 90);
