-- As in 0005, but the streams that begin in a batch are written in one go, and an event is told by its number among the
-- batch's events instead of being copied from array to array: a decision begins a stream for each of its persons.

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
    UPDATE log.head hd SET position = pos, recorded_at = h.at WHERE hd.position <> pos;
END $$;
