-- Posts, for their roles: a village director helps and is not counted; a county's post visits for the county.
CREATE TABLE audit_visit_post (
    post   text PRIMARY KEY,
    role   text NOT NULL,
    prefix text NOT NULL
);

-- One row per home visit, position: of its event.
CREATE TABLE audit_visit (
    position      int8 PRIMARY KEY,
    case_id       text NOT NULL,
    rule          text NOT NULL,
    visited_at    timestamptz NOT NULL,
    visited_on    date NOT NULL,
    post          text NOT NULL,   -- that recorded it
    investigators text NOT NULL,   -- posts, a space between
    counted       int4 NOT NULL,   -- of them, without village directors
    county        bool NOT NULL,   -- one of them is a post of the county
    place         text NOT NULL,   -- digits of the division that two of them or more belong to, or empty
    signed        bool NOT NULL,   -- by the household
    reasoned      bool NOT NULL    -- why not, in writing
);
CREATE INDEX audit_visit_case ON audit_visit (case_id);
CREATE INDEX audit_visit_counted ON audit_visit (rule, counted);
CREATE INDEX audit_visit_unsigned ON audit_visit (position) WHERE NOT signed;
CREATE INDEX audit_visit_place ON audit_visit (place, visited_on);

-- The visits of a post on a day: minutes since 1970 and position of each, a space between.
CREATE TABLE audit_visit_day (
    post   text NOT NULL,
    day    date NOT NULL,
    visits text NOT NULL,
    PRIMARY KEY (post, day)
) WITH (fillfactor = 80);

-- Two visits of one post to two cases, so few minutes apart.
CREATE TABLE audit_visit_clash (
    position int8 NOT NULL,
    other    int8 NOT NULL,
    post     text NOT NULL,
    minutes  int4 NOT NULL,
    PRIMARY KEY (position, other, post)
);

-- How often two posts of a place went together, by month; pair empty: how often any two did.
CREATE TABLE audit_visit_pair (
    place  text NOT NULL,
    month  date NOT NULL,
    pair   text NOT NULL,
    visits int8 NOT NULL,
    PRIMARY KEY (place, month, pair)
);
