-- Of each rule version, what amounts are made of (JSON), as published last before the decision.
CREATE TABLE audit_amount_rule (
    rule text PRIMARY KEY,
    body bytea NOT NULL
);
CREATE TABLE audit_amount_case (
    case_id  text PRIMARY KEY,
    division text NOT NULL
);

-- Confirmations whose amount (fen) does not come out again; fault: why it cannot be computed at all.
CREATE TABLE audit_amount (
    position int8 PRIMARY KEY,
    case_id  text NOT NULL,
    rule     text NOT NULL,
    told     int8 NOT NULL,
    again    int8,
    fault    text NOT NULL
);
