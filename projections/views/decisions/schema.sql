-- One row per decision. case_id, not case: that is a word of SQL. urban: null where the code does not tell.
CREATE TABLE decisions (
    position    int8 PRIMARY KEY,
    case_id     text NOT NULL,
    number      text NOT NULL,
    matter      text NOT NULL,
    division    text NOT NULL,
    decided_on  date NOT NULL,
    post        text NOT NULL,
    grant_id    text NOT NULL,
    form        text NOT NULL,
    in_name_of  text NOT NULL,
    amount      int8 NOT NULL,
    result      text NOT NULL,
    rule        text NOT NULL,
    accepted_on date,
    urban       bool,
    days        int4
);
CREATE INDEX decisions_grant ON decisions (grant_id, decided_on);
CREATE INDEX decisions_case ON decisions (case_id);
CREATE INDEX decisions_day ON decisions (decided_on);

-- What a decision's row takes from earlier events: of the case, and of the grant.
CREATE TABLE decision_cases (
    case_id     text PRIMARY KEY,
    number      text NOT NULL,
    matter      text NOT NULL,
    division    text NOT NULL,
    accepted_on date
);
CREATE TABLE decision_grants (
    grant_id    text PRIMARY KEY,
    form        text NOT NULL
);
