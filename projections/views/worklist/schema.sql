CREATE TABLE worklist (
    case_id       text PRIMARY KEY,
    opened_at     timestamptz NOT NULL,
    changed_at    timestamptz NOT NULL,
    number        text NOT NULL,
    matter        text NOT NULL,
    division      text NOT NULL,
    stage         text NOT NULL,
    activity      text NOT NULL,
    applicant     text NOT NULL,
    persons       int4 NOT NULL,
    channel       text NOT NULL,
    separate      bool NOT NULL,
    archived      bool NOT NULL,
    assignee      text NOT NULL,
    amount        int8 NOT NULL,
    due_what      text NOT NULL,
    due_on        date,
    version       int4 NOT NULL,
    position      int8 NOT NULL
) WITH (fillfactor = 80);

-- The list is read by due date within a division, newest change, or number; keyset pages need the case id at the end.
CREATE INDEX worklist_due ON worklist (due_on, case_id) WHERE due_on IS NOT NULL;
CREATE INDEX worklist_opened ON worklist (opened_at DESC, case_id);
CREATE INDEX worklist_division ON worklist (division text_pattern_ops, opened_at DESC);
CREATE INDEX worklist_number ON worklist (number text_pattern_ops);
