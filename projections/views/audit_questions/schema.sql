-- What of each case the questions compare. Numbers without another word are positions of the log.
CREATE TABLE audit_case (
    case_id        text PRIMARY KEY,
    number         text NOT NULL,
    matter         text NOT NULL,
    division       text NOT NULL,
    opened         int8,
    received_on    date,
    born           date,           -- the applicant: for exemptions and benefits by age
    condition      int8,           -- when the condition of the benefit began, as established
    condition_from date,
    accepted       int8,
    accepted_on    date,
    accepted_in    text NOT NULL,  -- the division at the acceptance
    accepted_by    text NOT NULL,  -- the post
    rule           text NOT NULL,  -- accepted under
    kin            int8,           -- the last separate registration
    kin_posts      text NOT NULL,  -- its posts, a space between
    compared       int8,           -- the first report
    compared_on    date,
    inquired       int8,           -- the last act of inquiry
    opined         int8,
    noticed        int8,           -- the last posting
    closed         int8,           -- its end, unless by an objection
    objected       int8,           -- the last objection
    confirmed      int8,
    from_month     date,
    granted        int8,
    amount         int8 NOT NULL,
    suspended_from date,
    resumed_from   date,
    stopped_from   date            -- the first month without the grant
) WITH (fillfactor = 80);
-- Which cases a rule was used for where and when: a range for each place in which another version goes before it.
CREATE INDEX audit_case_rule ON audit_case (rule, accepted_in COLLATE "C", accepted_on);
CREATE INDEX audit_case_kin ON audit_case (kin) WHERE kin IS NOT NULL;

-- One row per decision, with what had gone before it.
CREATE TABLE audit_decision (
    position           int8 PRIMARY KEY,
    case_id            text NOT NULL,
    division           text NOT NULL,
    result             text NOT NULL,
    decided_on         date NOT NULL,
    rule               text NOT NULL,
    pinned             text NOT NULL,  -- the rule that the case was accepted under
    post               text NOT NULL,
    amount             int8 NOT NULL,
    standard           int8 NOT NULL,
    settlement         text NOT NULL,  -- urban, rural, or empty for a division larger than a village
    from_month         date,
    after_confirmation int4,           -- months from that of the confirmation to the first that is paid
    after_receipt      int4,
    after_condition    int4,
    age_months         int4,           -- the applicant's age in whole months at the first month
    age                int4,           -- in years on the day
    accepted           int8,
    kin                int8,
    compared           int8,
    compared_on        date,
    inquired           int8,
    opined             int8,
    noticed            int8,
    closed             int8,
    objected           int8
);
CREATE INDEX audit_decision_case ON audit_decision (case_id);
CREATE INDEX audit_decision_county ON audit_decision (rule, "left"(division, 6), position);
CREATE INDEX audit_decision_uncompared ON audit_decision (rule) WHERE result = 'grant' AND compared IS NULL;
CREATE INDEX audit_decision_compared_later ON audit_decision (rule) WHERE result = 'grant' AND compared_on > decided_on;
CREATE INDEX audit_decision_unposted ON audit_decision (rule) WHERE result = 'grant' AND noticed IS NULL;
CREATE INDEX audit_decision_unclosed ON audit_decision (position) WHERE noticed IS NOT NULL AND closed IS NULL;
CREATE INDEX audit_decision_objected ON audit_decision (position) WHERE objected IS NOT NULL;
CREATE INDEX audit_decision_other_rule ON audit_decision (position) WHERE rule <> pinned;
-- Each rule has one way to find the first month; those that other rules would call wrong are passed over by rule.
CREATE INDEX audit_decision_confirmation ON audit_decision (rule) WHERE after_confirmation <> 1;
CREATE INDEX audit_decision_same_month ON audit_decision (rule) WHERE after_confirmation <> 0;
CREATE INDEX audit_decision_receipt ON audit_decision (rule) WHERE after_receipt <> 0;
CREATE INDEX audit_decision_condition ON audit_decision (rule) WHERE after_condition <> 0;
CREATE INDEX audit_decision_age ON audit_decision (rule, age_months) WHERE after_condition IS NULL;

-- One row per public notice. days: whole days after the day of posting, up to the last one on which it hung.
CREATE TABLE audit_notice (
    case_id   text NOT NULL,
    position  int8 NOT NULL,
    division  text NOT NULL,
    rule      text NOT NULL,
    post      text NOT NULL,
    posted_on date NOT NULL,
    until     date NOT NULL,
    last_on   date NOT NULL,
    days      int4 NOT NULL,
    age       int4,
    ended     int8,
    ended_on  date,
    ended_by  text NOT NULL,  -- closed, objected, or empty while it hangs
    PRIMARY KEY (case_id, position)
);
CREATE INDEX audit_notice_rule ON audit_notice (rule, days);

-- Months that differ from what follows from the decision: a start in another month, and every stop.
CREATE TABLE audit_month (
    position   int8 PRIMARY KEY,
    case_id    text NOT NULL,
    division   text NOT NULL,
    rule       text NOT NULL,
    what       text NOT NULL,   -- start, stop
    day        date NOT NULL,
    from_month date NOT NULL,
    months     int4 NOT NULL,   -- from the month decided on (start) or of the act (stop)
    post       text NOT NULL,
    other      int8             -- the confirmation, or the last start
);
CREATE INDEX audit_month_rule ON audit_month (rule, what, months);

-- One row for each time that a clock of a duty was started.
CREATE TABLE audit_clock (
    case_id  text NOT NULL,
    what     text NOT NULL,
    since    int8 NOT NULL,
    division text NOT NULL,
    rule     text NOT NULL,
    holder   text NOT NULL,
    basis    text NOT NULL,
    due_at   timestamptz NOT NULL,
    state    text NOT NULL,     -- running, paused, met, dropped
    pauses   text NOT NULL,     -- what did not count: event types with the positions of begin and end
    told     int8,              -- the breach as recorded
    ended    int8,
    ended_at timestamptz,
    post     text NOT NULL,     -- that ended it
    late     bool NOT NULL,
    PRIMARY KEY (case_id, what, since)
) WITH (fillfactor = 90);
CREATE INDEX audit_clock_open ON audit_clock (due_at) WHERE state = 'running';
CREATE INDEX audit_clock_late ON audit_clock (since) WHERE late;
CREATE INDEX audit_clock_reviewed_late ON audit_clock (ended_at) WHERE late AND what = 'review';

-- What each person was given, when; and pairs of it that exclude each other, whether or not they meet in time.
CREATE TABLE audit_entitlement (
    subject    text NOT NULL,
    position   int8 NOT NULL,
    case_id    text NOT NULL,
    matter     text NOT NULL,
    division   text NOT NULL,
    granted_on date NOT NULL,
    from_month date NOT NULL,
    until      date,            -- last day
    to_month   date,            -- first month without it
    ended      int8,
    amount     int8 NOT NULL,
    excludes   text NOT NULL,   -- matters, a space between
    PRIMARY KEY (subject, position)
) WITH (fillfactor = 90);
CREATE INDEX audit_entitlement_case ON audit_entitlement (case_id);
CREATE TABLE audit_overlap (
    subject text NOT NULL,
    later   int8 NOT NULL,
    earlier int8 NOT NULL,
    PRIMARY KEY (subject, later, earlier)
);
-- Who was helped without a name and turned out to be whom.
CREATE TABLE audit_alias (
    temporary text PRIMARY KEY,
    subject   text NOT NULL,
    position  int8 NOT NULL,
    case_id   text NOT NULL
);

-- Declared kin of the holders of posts, and the posts.
CREATE TABLE audit_kin (
    subject  text NOT NULL,
    post     text NOT NULL,
    position int8 NOT NULL,
    own      bool NOT NULL,
    PRIMARY KEY (subject, post)
);
CREATE TABLE audit_post (
    post   text PRIMARY KEY,
    role   text NOT NULL,
    prefix text NOT NULL,       -- the digits that the divisions it answers for begin with
    organ  text NOT NULL
);
CREATE INDEX audit_post_role ON audit_post (role, prefix);

-- Of each rule version as published last, what the questions hold cases against.
CREATE TABLE audit_rule (
    rule               text PRIMARY KEY,
    matter             text NOT NULL,
    region             text NOT NULL,   -- the digits that its divisions begin with
    valid_from         date NOT NULL,
    valid_to           date,
    pilot              bool NOT NULL,
    position           int8 NOT NULL,   -- of the publication since which it holds where and when it does
    latest             int8 NOT NULL,   -- of the last publication
    basis              text NOT NULL,
    min_investigators  int4 NOT NULL,
    visits             bool NOT NULL,
    compares           bool NOT NULL,   -- opinion or decision must have the report
    compare_basis      text NOT NULL,
    visit_basis        text NOT NULL,
    kin_basis          text NOT NULL,
    objection_basis    text NOT NULL,
    notice             text NOT NULL,   -- required, forbidden, none
    notice_basis       text NOT NULL,
    notice_days        int4,
    notice_unit        text NOT NULL,
    exempt_age         int4,            -- who is younger must not be posted
    exempt_otherwise   bool NOT NULL,   -- an exemption that is not of age
    first              text NOT NULL,
    last               text NOT NULL,
    first_age          int4,            -- years of age from which is paid
    months_basis       text NOT NULL,
    tracks             bool NOT NULL,   -- a standard for towns and another for the country, with a basis
    review_basis       text NOT NULL
);
