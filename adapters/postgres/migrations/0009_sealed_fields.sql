-- Personal fields leave the events: a state holds commitments, and the ciphertexts lie here (docs/decisions/0018-sealing.md).

CREATE TABLE log.sealed_field (
    position   bigint NOT NULL,
    path       text   NOT NULL CHECK (path ~ '^(/[A-Za-z0-9_]+)+$'),
    subject    text   NOT NULL CHECK (subject ~ '^[A-Za-z0-9._:-]+$'),
    key_id     bytea  NOT NULL CHECK (length(key_id) = 16),
    commitment bytea  NOT NULL CHECK (length(commitment) = 32),  -- the hash of what is sealed, as in the state
    sealed     bytea,                                            -- nonce, ciphertext, tag; NULL once erased
    erased_by  text,                                             -- the id of the event by which it was erased
    PRIMARY KEY (position, path),
    CHECK ((sealed IS NULL) = (erased_by IS NOT NULL))
);
ALTER TABLE log.sealed_field ALTER COLUMN sealed SET STORAGE EXTERNAL;
CREATE INDEX sealed_field_subject ON log.sealed_field (subject, position);

-- Subjects that are erased: nothing is sealed for them again. Asked by every append, under its lock.
CREATE TABLE log.erased (
    subject  text PRIMARY KEY,
    event_id text NOT NULL
);

-- Few among many: looked for, and read whole, whenever a process starts.
CREATE INDEX streams_erasures ON log.streams (stream) WHERE stream LIKE 'erasure-%';
CREATE INDEX events_erasures ON log.events (position) WHERE type IN ('erasure.begun', 'erasure.completed');

CREATE FUNCTION log.refuse_unsealing() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
    IF NEW.sealed IS NOT NULL OR OLD.sealed IS NULL
       OR (NEW.position, NEW.path, NEW.subject, NEW.key_id, NEW.commitment)
          IS DISTINCT FROM (OLD.position, OLD.path, OLD.subject, OLD.key_id, OLD.commitment) THEN
        RAISE EXCEPTION 'a sealed field can only be erased' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER sealed_field_only_erased BEFORE UPDATE ON log.sealed_field
    FOR EACH ROW EXECUTE FUNCTION log.refuse_unsealing();
CREATE TRIGGER sealed_field_kept BEFORE DELETE OR TRUNCATE ON log.sealed_field
    FOR EACH STATEMENT EXECUTE FUNCTION log.refuse_change();
CREATE TRIGGER erased_for_ever BEFORE UPDATE OR DELETE OR TRUNCATE ON log.erased
    FOR EACH STATEMENT EXECUTE FUNCTION log.refuse_change();

-- The lock first, so that no append is under way that does not see it. Doing it twice changes nothing.
CREATE FUNCTION log.erase(whose text, by_event text) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE fields integer;
BEGIN
    PERFORM FROM log.lock_head();
    INSERT INTO log.erased (subject, event_id) VALUES (whose, by_event) ON CONFLICT DO NOTHING;
    UPDATE log.sealed_field f SET sealed = NULL, erased_by = (SELECT event_id FROM log.erased WHERE subject = whose)
     WHERE f.subject = whose AND f.sealed IS NOT NULL;
    GET DIAGNOSTICS fields = ROW_COUNT;
    RETURN fields;
END $$;

CREATE FUNCTION log.refuse_erased(subjects text[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM log.erased x WHERE x.subject = ANY (subjects)) THEN
        RAISE EXCEPTION 'the subject is erased' USING ERRCODE = 'AJ001';
    END IF;
END $$;

-- As in 0006, and the sealed fields of the batch: by the number of their event in it.
DROP FUNCTION log.append(text[], text[], integer[], text[], integer[], integer[], text[], smallint[], bytea[]);
-- Parallel arrays. Appends: command id and fingerprint. Writes (a guard is a write of no events), in the order of their
-- appends: append number (from 1), stream, expected version, number of events. Events, in the order of their writes.
-- Sealed fields: number of the event (from 1), path, subject, key, commitment, nonce and ciphertext.
-- outcome: ok | repeated | reused | conflict (then stream and version say where, and what was found).
CREATE FUNCTION log.append(
    commands text[], fingerprints text[],
    w_append integer[], w_stream text[], w_expected integer[], w_events integer[],
    e_type text[], e_schema smallint[], e_state bytea[],
    f_event integer[], f_path text[], f_subject text[], f_key bytea[], f_commitment bytea[], f_sealed bytea[]
) RETURNS TABLE (outcome text, stream text, version integer, first_position bigint, last_position bigint,
                 recorded_at timestamptz, expected integer)
LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    h record; known record; s record;
    pos bigint; start bigint; seq integer; hash bytea; rec bytea; before text; between text;
    writes integer := coalesce(array_length(w_append, 1), 0);
    events integer := coalesce(array_length(e_type, 1), 0);
    w integer := 1; w0 integer; e integer := 1; e0 integer;
    known_at integer[]; hashes bytea[];  -- of the streams of one append, by write
    n_stream text[] := '{}'; n_version integer[] := '{}'; n_hash bytea[] := '{}';  -- streams begun and not yet written
    -- By event; an event whose append is not ok keeps its NULL, and is not written.
    o_pos bigint[] := array_fill(NULL::bigint, ARRAY[events]); o_stream text[] := array_fill(NULL::text, ARRAY[events]);
    o_seq integer[] := array_fill(NULL::integer, ARRAY[events]); o_rec bytea[] := array_fill(NULL::bytea, ARRAY[events]);
BEGIN
    SELECT * INTO h FROM log.lock_head();
    pos := h.pos;
    before := '{"log":"' || h.log || '","position":';
    between := '","recorded_at":"' || to_char(h.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') || '","schema":';
    FOR a IN 1 .. array_length(commands, 1) LOOP
        w0 := w; e0 := e; known_at := '{}'; hashes := '{}'; start := pos; outcome := 'ok'; stream := NULL; expected := NULL; recorded_at := h.at;
        first_position := NULL; last_position := NULL;
        SELECT c.fingerprint, c.stream, c.version, c.first_position, c.last_position, c.recorded_at
          INTO known FROM log.commands c WHERE c.command_id = commands[a];
        IF FOUND THEN
            outcome := CASE WHEN known.fingerprint = fingerprints[a] THEN 'repeated' ELSE 'reused' END;
            stream := known.stream; version := known.version; recorded_at := known.recorded_at;
            first_position := known.first_position; last_position := known.last_position;
        END IF;
        -- First all checks, so that a conflict leaves nothing of its append behind.
        WHILE w <= writes AND w_append[w] = a LOOP
            IF outcome = 'ok' THEN
                SELECT t.version, t.last_hash INTO s FROM log.streams t WHERE t.stream = w_stream[w];
                IF s.version IS NULL AND w_stream[w] = ANY (n_stream) THEN  -- begun by an append before this one
                    INSERT INTO log.streams SELECT * FROM unnest(n_stream, n_version, n_hash);
                    n_stream := '{}'; n_version := '{}'; n_hash := '{}';
                    SELECT t.version, t.last_hash INTO s FROM log.streams t WHERE t.stream = w_stream[w];
                END IF;
                known_at[w - w0] := s.version; hashes[w - w0] := s.last_hash;
                IF coalesce(s.version, 0) <> w_expected[w] AND NOT (s.version IS NULL AND w_expected[w] <= 0) THEN
                    outcome := 'conflict'; stream := w_stream[w]; version := coalesce(s.version, 0);
                    expected := w_expected[w];
                END IF;
            END IF;
            e := e + w_events[w];
            w := w + 1;
        END LOOP;
        IF outcome = 'ok' THEN
            stream := w_stream[w0];
            FOR i IN w0 .. w - 1 LOOP
                CONTINUE WHEN w_events[i] = 0;
                hash := coalesce(hashes[i - w0], ''::bytea);
                seq := w_expected[i];
                FOR j IN 1 .. w_events[i] LOOP
                    pos := pos + 1; seq := seq + 1;
                    -- Canonical JSON (keys sorted, no spaces), the same bytes as in adapters/eventstore/records.py.
                    rec := convert_to(
                        before || pos || ',"prev":"' || encode(hash, 'hex') || between || e_schema[e0] || ',"seq":' || seq
                        || ',"state":"' || encode(sha256(e_state[e0]), 'hex') || '","stream":"' || w_stream[i]
                        || '","type":"' || e_type[e0] || '","v":1}', 'UTF8');
                    hash := sha256(rec);
                    o_pos[e0] := pos; o_stream[e0] := w_stream[i]; o_seq[e0] := seq; o_rec[e0] := rec;
                    e0 := e0 + 1;
                END LOOP;
                IF known_at[i - w0] IS NULL THEN
                    n_stream := n_stream || w_stream[i]; n_version := n_version || seq; n_hash := n_hash || hash;
                ELSE
                    UPDATE log.streams t SET version = seq, last_hash = hash WHERE t.stream = w_stream[i];
                END IF;
                IF i = w0 THEN version := seq; END IF;
            END LOOP;
            first_position := start + 1; last_position := pos;
            INSERT INTO log.commands VALUES (commands[a], fingerprints[a], stream, version, start + 1, pos, h.at);
        END IF;
        RETURN NEXT;
    END LOOP;
    IF n_stream <> '{}' THEN
        INSERT INTO log.streams SELECT * FROM unnest(n_stream, n_version, n_hash);
    END IF;
    INSERT INTO log.events
    SELECT o.pos, o.stream, o.seq, o.type, o.schema, h.at, o.state, o.rec
      FROM unnest(o_pos, o_stream, o_seq, e_type, e_schema, e_state, o_rec)
        AS o (pos, stream, seq, type, schema, state, rec) WHERE o.pos IS NOT NULL;
    IF f_event <> '{}' THEN
        PERFORM log.refuse_erased(f_subject);
        INSERT INTO log.sealed_field (position, path, subject, key_id, commitment, sealed)
        SELECT o_pos[f.event], f.path, f.subject, f.key, f.commitment, f.sealed
          FROM unnest(f_event, f_path, f_subject, f_key, f_commitment, f_sealed)
            AS f (event, path, subject, key, commitment, sealed) WHERE o_pos[f.event] IS NOT NULL;
    END IF;
    UPDATE log.head hd SET position = pos, recorded_at = h.at WHERE hd.position <> pos;
END $$;

GRANT SELECT ON log.sealed_field, log.erased TO anjuan_writer, anjuan_projector, anjuan_reader;
GRANT INSERT ON log.sealed_field TO anjuan_writer;
REVOKE EXECUTE ON FUNCTION log.append, log.erase, log.refuse_erased, log.refuse_unsealing FROM PUBLIC;
GRANT EXECUTE ON FUNCTION log.append, log.erase, log.refuse_erased TO anjuan_writer;
