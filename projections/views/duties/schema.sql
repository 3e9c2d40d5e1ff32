-- What a case's clocks need to know of it when they start.
CREATE TABLE duty_case (
    case_id       text PRIMARY KEY,
    number        text NOT NULL,
    matter        text NOT NULL,
    division      text NOT NULL,
    assignee      text NOT NULL
) WITH (fillfactor = 90);

-- One row per case and duty: the clock that was started last.
CREATE TABLE duties (
    case_id         text NOT NULL,
    what            text NOT NULL,
    number          text NOT NULL,
    matter          text NOT NULL,
    division        text NOT NULL,
    status          text NOT NULL,
    holder          text NOT NULL,
    holder_division text NOT NULL,
    assignee        text NOT NULL,
    basis           text NOT NULL,
    rule            text NOT NULL,
    seq             int8 NOT NULL,
    started_at      timestamptz NOT NULL,
    due_at          timestamptz NOT NULL,
    warn_at         timestamptz NOT NULL,
    warned          bool NOT NULL,
    marked          bool NOT NULL,
    breached_at     timestamptz,
    met_at          timestamptz,
    late            bool NOT NULL,
    next_at         timestamptz,
    PRIMARY KEY (case_id, what)
) WITH (fillfactor = 80);

-- The board is read by due moment, within a county, a town, a role, a post, an article or a matter. Each of these has an
-- index of its own in that order, of running clocks alone: the first page costs the same whatever is asked for, and
-- however few of a million clocks it is about.
CREATE INDEX duties_due ON duties (due_at, seq) WHERE status = 'started';
CREATE INDEX duties_county ON duties ("left"(division, 6), due_at, seq) WHERE status = 'started';
CREATE INDEX duties_town ON duties ("left"(division, 9), due_at, seq) WHERE status = 'started';
CREATE INDEX duties_holder ON duties (holder, due_at, seq) WHERE status = 'started';
CREATE INDEX duties_assignee ON duties (assignee, due_at, seq) WHERE status = 'started' AND assignee <> '';
CREATE INDEX duties_basis ON duties (basis, due_at, seq) WHERE status = 'started';
CREATE INDEX duties_matter ON duties (matter, due_at, seq) WHERE status = 'started';

-- What the timekeeper has to do next, and when.
CREATE INDEX duties_next ON duties (next_at, seq) WHERE next_at IS NOT NULL;
