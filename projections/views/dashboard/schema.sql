-- Where each case stands: what the counts below are moved by.
CREATE TABLE dashboard_case (
    case_id  text PRIMARY KEY,
    matter   text NOT NULL,
    division text NOT NULL,
    month    date NOT NULL,
    stage    text NOT NULL,
    since    timestamptz NOT NULL
) WITH (fillfactor = 80);

-- Cases by matter × division (town) × stage × month of opening.
CREATE TABLE dashboard_count (
    matter   text NOT NULL,
    division text NOT NULL,
    stage    text NOT NULL,
    month    date NOT NULL,
    cases    int8 NOT NULL,
    PRIMARY KEY (matter, division, stage, month)
);

-- How long steps took, as a histogram of whole days: medians and percentiles stay exact, and rows few.
CREATE TABLE dashboard_step (
    matter   text NOT NULL,
    division text NOT NULL,
    step     text NOT NULL,
    month    date NOT NULL,
    days     int4 NOT NULL,
    cases    int8 NOT NULL,
    PRIMARY KEY (matter, division, step, month, days)
);
