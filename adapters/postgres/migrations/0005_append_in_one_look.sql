-- As in 0002, but each stream is looked at once, and the events are written in one go: a decision that writes to a case
-- and to its persons has several of each.

-- Parallel arrays. Appends: command id and fingerprint. Writes (a guard is a write of no events), in the order of their
-- appends: append number (from 1), stream, expected version, number of events. Events, in the order of their writes.
-- outcome: ok | repeated | reused | conflict (then stream and version say where, and what was found).
CREATE OR REPLACE FUNCTION log.append(
    commands text[], fingerprints text[],
    w_append integer[], w_stream text[], w_expected integer[], w_events integer[],
    e_type text[], e_schema smallint[], e_state bytea[]
) RETURNS TABLE (outcome text, stream text, version integer, first_position bigint, last_position bigint,
                 recorded_at timestamptz, expected integer)
LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    h record; known record; s record;
    pos bigint; start bigint; seq integer; hash bytea; rec bytea; at_text text;
    writes integer := coalesce(array_length(w_append, 1), 0);
    w integer := 1; w0 integer; e integer := 1; e0 integer;
    known_at integer[]; hashes bytea[];  -- of the streams of one append, by write
    o_pos bigint[] := '{}'; o_stream text[] := '{}'; o_seq integer[] := '{}'; o_type text[] := '{}';
    o_schema smallint[] := '{}'; o_state bytea[] := '{}'; o_rec bytea[] := '{}';
BEGIN
    SELECT * INTO h FROM log.lock_head();
    pos := h.pos;
    at_text := to_char(h.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"');
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
                        '{"log":"' || h.log || '","position":' || pos || ',"prev":"' || encode(hash, 'hex')
                        || '","recorded_at":"' || at_text || '","schema":' || e_schema[e0] || ',"seq":' || seq
                        || ',"state":"' || encode(sha256(e_state[e0]), 'hex') || '","stream":"' || w_stream[i]
                        || '","type":"' || e_type[e0] || '","v":1}', 'UTF8');
                    hash := sha256(rec);
                    o_pos := o_pos || pos; o_stream := o_stream || w_stream[i]; o_seq := o_seq || seq;
                    o_type := o_type || e_type[e0]; o_schema := o_schema || e_schema[e0];
                    o_state := o_state || e_state[e0]; o_rec := o_rec || rec;
                    e0 := e0 + 1;
                END LOOP;
                IF known_at[i - w0] IS NULL THEN
                    INSERT INTO log.streams VALUES (w_stream[i], seq, hash);
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
    INSERT INTO log.events
    SELECT o.pos, o.stream, o.seq, o.type, o.schema, h.at, o.state, o.rec
      FROM unnest(o_pos, o_stream, o_seq, o_type, o_schema, o_state, o_rec)
        AS o (pos, stream, seq, type, schema, state, rec);
    UPDATE log.head hd SET position = pos, recorded_at = h.at WHERE hd.position <> pos;
END $$;
