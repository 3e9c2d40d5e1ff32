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

-- The list is read newest first or by due date, within a county, a town, a matter, a stage or a post: each has an index
-- of its own in that order, so that the first page costs the same at a million cases. Keyset pages need the case id.
CREATE INDEX worklist_opened ON worklist (opened_at DESC, case_id);
CREATE INDEX worklist_opened_county ON worklist ("left"(division, 6), opened_at DESC, case_id);
CREATE INDEX worklist_opened_town ON worklist ("left"(division, 9), opened_at DESC, case_id);
CREATE INDEX worklist_opened_matter ON worklist (matter, opened_at DESC, case_id);
CREATE INDEX worklist_opened_stage ON worklist (stage, opened_at DESC, case_id);
CREATE INDEX worklist_opened_assignee ON worklist (assignee, opened_at DESC, case_id) WHERE assignee <> '';
CREATE INDEX worklist_due ON worklist (due_on, case_id) WHERE due_on IS NOT NULL;
CREATE INDEX worklist_due_county ON worklist ("left"(division, 6), due_on, case_id) WHERE due_on IS NOT NULL;
CREATE INDEX worklist_due_town ON worklist ("left"(division, 9), due_on, case_id) WHERE due_on IS NOT NULL;
CREATE INDEX worklist_due_assignee ON worklist (assignee, due_on, case_id) WHERE assignee <> '' AND due_on IS NOT NULL;

-- Looked for by how the number, or the applicant's name, begins.
CREATE INDEX worklist_number ON worklist (number COLLATE "C", case_id);
CREATE INDEX worklist_applicant ON worklist (applicant text_pattern_ops, opened_at DESC);
