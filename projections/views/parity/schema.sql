-- What the counts below need to know of a case. since: its acceptance, before that its receipt.
CREATE TABLE parity_case (
    case_id  text PRIMARY KEY,
    matter   text NOT NULL,
    division text NOT NULL,
    since    date NOT NULL,
    rule     text NOT NULL
) WITH (fillfactor = 80);

-- Decisions as a histogram of whole days from acceptance: medians stay exact, and rows few.
CREATE TABLE parity_decision (
    matter     text NOT NULL,
    rule       text NOT NULL,
    county     text NOT NULL,
    settlement text NOT NULL,   -- urban, rural, or empty for a division larger than a village
    month      date NOT NULL,
    result     text NOT NULL,   -- grant, refuse
    days       int4 NOT NULL,
    decisions  int8 NOT NULL,
    PRIMARY KEY (matter, rule, county, settlement, month, result, days)
);

-- Money granted (fen a month, or once) by the standard (fen) that it was granted on.
CREATE TABLE parity_grant (
    matter     text NOT NULL,
    rule       text NOT NULL,
    county     text NOT NULL,
    settlement text NOT NULL,
    month      date NOT NULL,
    standard   int8 NOT NULL,
    amount     int8 NOT NULL,
    PRIMARY KEY (matter, rule, county, settlement, month, standard)
);
