-- Who has read what of whom (docs/decisions/0020-reads-on-record.md): a log of its own, in the tree of its own.

CREATE SCHEMA reads;

-- The end of this log. One row, locked by the last statement of every read on record.
CREATE TABLE reads.head (
    one         boolean     PRIMARY KEY DEFAULT true CHECK (one),
    log         text        NOT NULL,
    position    bigint      NOT NULL DEFAULT 0,
    recorded_at timestamptz NOT NULL,
    last_hash   bytea       NOT NULL DEFAULT ''
);
INSERT INTO reads.head (log, recorded_at) SELECT log || '/reads', clock_timestamp() FROM log.head;

-- ``entry``: canonical JSON, the bytes that are hashed; NULL once its time is over. Leaf and digest stay: tree and chain
-- hold without it.
CREATE TABLE reads.entries (
    position    bigint      PRIMARY KEY,
    recorded_at timestamptz NOT NULL,
    entry       bytea,
    digest      bytea       NOT NULL CHECK (length(digest) = 32),
    leaf        bytea       NOT NULL CHECK (length(leaf) = 32)
);

-- Whom and which cases a read was about. Neither is a personal value.
CREATE TABLE reads.about (
    kind     text   NOT NULL CHECK (kind IN ('case', 'subject')),
    name     text   NOT NULL,
    position bigint NOT NULL REFERENCES reads.entries,
    PRIMARY KEY (kind, name, position)
);
CREATE INDEX about_position ON reads.about (position);

CREATE FUNCTION reads.only_expires() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
    IF NEW.entry IS NOT NULL OR OLD.entry IS NULL
       OR (NEW.position, NEW.recorded_at, NEW.digest, NEW.leaf)
          IS DISTINCT FROM (OLD.position, OLD.recorded_at, OLD.digest, OLD.leaf) THEN
        RAISE EXCEPTION 'an entry can only expire' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER entries_only_expire BEFORE UPDATE ON reads.entries
    FOR EACH ROW EXECUTE FUNCTION reads.only_expires();
CREATE TRIGGER entries_append_only BEFORE DELETE OR TRUNCATE ON reads.entries
    FOR EACH STATEMENT EXECUTE FUNCTION log.refuse_change();

-- Record a read, in the transaction that reads. ``told``: canonical JSON of who, why and what.
CREATE FUNCTION reads.record(told text, cases text[], subjects text[]) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE h record; at timestamptz; kept bytea;
BEGIN
    PERFORM told::jsonb;
    SELECT log, position + 1 AS position, recorded_at, last_hash INTO STRICT h FROM reads.head FOR UPDATE;
    at := greatest(clock_timestamp(), h.recorded_at);
    kept := convert_to('{"at":"' || to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') || '","log":"'
        || h.log || '","position":' || h.position || ',"prev":"' || encode(h.last_hash, 'hex') || '","read":' || told
        || ',"v":1}', 'UTF8');
    INSERT INTO reads.entries (position, recorded_at, entry, digest, leaf)
    VALUES (h.position, at, kept, sha256(kept), sha256('\x00'::bytea || kept));
    INSERT INTO reads.about SELECT 'case', name, h.position FROM unnest(cases) AS name
     UNION SELECT 'subject', name, h.position FROM unnest(subjects) AS name;
    UPDATE reads.head SET position = h.position, recorded_at = at, last_hash = sha256(kept);
    RETURN h.position;
END $$;

-- Let the oldest entries go whose time is over, as far as the tree has them; return how many.
CREATE FUNCTION reads.expire(before timestamptz) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE upto bigint; gone bigint;
BEGIN
    SELECT least((SELECT coalesce(max(size), 0) FROM tree.checkpoints WHERE tree = 'reads'), coalesce(max(position), 0))
      INTO upto FROM reads.entries WHERE recorded_at < before;
    DELETE FROM reads.about a WHERE a.position <= upto;
    UPDATE reads.entries e SET entry = NULL WHERE e.position <= upto AND e.entry IS NOT NULL;
    GET DIAGNOSTICS gone = ROW_COUNT;
    RETURN gone;
END $$;

DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'anjuan_recorder') THEN
        CREATE ROLE anjuan_recorder NOLOGIN;
    END IF;
    GRANT anjuan_recorder TO CURRENT_USER;
END $$;

INSERT INTO tree.sizes (tree) VALUES ('reads');
GRANT USAGE ON SCHEMA reads TO anjuan_reader, anjuan_notary, anjuan_recorder;
GRANT SELECT ON ALL TABLES IN SCHEMA reads TO anjuan_reader, anjuan_notary, anjuan_recorder;
REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA reads FROM PUBLIC;
GRANT EXECUTE ON FUNCTION reads.record TO anjuan_reader, anjuan_recorder;
GRANT EXECUTE ON FUNCTION reads.expire TO anjuan_recorder;
