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
    entry       bytea       CHECK (length(entry) < 65536),  -- as long as a bundle of tlog-tiles takes
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

-- 《个人信息保护法》 art. 56: such records are kept for three years at least, whatever is set.
CREATE FUNCTION reads.is_over(at timestamptz) RETURNS boolean LANGUAGE sql STABLE SET search_path = pg_catalog AS $$
    SELECT at < clock_timestamp() - interval '3 years'
$$;

CREATE FUNCTION reads.only_expires() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
    IF NEW.entry IS NOT NULL OR OLD.entry IS NULL OR NOT reads.is_over(OLD.recorded_at)
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

CREATE FUNCTION reads.refuse_lost_link() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
    IF EXISTS (SELECT FROM reads.entries e WHERE e.position = OLD.position AND e.entry IS NOT NULL) THEN
        RAISE EXCEPTION 'position % is on record still', OLD.position USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN OLD;
END $$;
CREATE TRIGGER about_append_only BEFORE UPDATE OR TRUNCATE ON reads.about
    FOR EACH STATEMENT EXECUTE FUNCTION log.refuse_change();
CREATE TRIGGER about_ends_with_its_entry BEFORE DELETE ON reads.about
    FOR EACH ROW EXECUTE FUNCTION reads.refuse_lost_link();
CREATE TRIGGER head_never_shrinks BEFORE DELETE OR TRUNCATE ON reads.head
    FOR EACH STATEMENT EXECUTE FUNCTION log.refuse_change();

-- Record a read, in the transaction that reads. ``told``: canonical JSON of who, why and what.
CREATE FUNCTION reads.record(told text, cases text[], subjects text[]) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog SET lock_timeout = '5s' AS $$
DECLARE h record; at timestamptz; kept bytea;
BEGIN
    IF NOT told::jsonb ?& ARRAY['reader', 'kind', 'query', 'cases', 'subjects'] THEN
        RAISE EXCEPTION 'not the record of a read' USING ERRCODE = 'check_violation';
    END IF;
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

-- Let the oldest entries go that are older than so many days, and than three years, as far as a published head has them;
-- return how many. That it was done, by whom and up to where, is a record of this log itself.
CREATE FUNCTION reads.expire(days integer, by_whom text) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE bound timestamptz := clock_timestamp() - make_interval(days => days); upto bigint; gone bigint;
BEGIN
    PERFORM FROM reads.head FOR UPDATE;
    SELECT least((SELECT coalesce(max(size), 0) FROM tree.checkpoints WHERE tree = 'reads'), coalesce(max(position), 0))
      INTO upto FROM reads.entries WHERE recorded_at < bound AND reads.is_over(recorded_at);
    UPDATE reads.entries e SET entry = NULL WHERE e.position <= upto AND e.entry IS NOT NULL;
    GET DIAGNOSTICS gone = ROW_COUNT;
    DELETE FROM reads.about a WHERE a.position <= upto;
    IF gone > 0 THEN
        PERFORM reads.record('{"cases":[],"kind":"expiry","query":{"upto":"' || upto || '"},"reader":{"actor":'
            || to_json(by_whom) || ',"basis":"《个人信息保护法》第五十六条","door":"cli","post":"","purpose":""},"subjects":[]}',
            '{}', '{}');
    END IF;
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
GRANT EXECUTE ON FUNCTION reads.is_over TO anjuan_reader, anjuan_recorder;
GRANT EXECUTE ON FUNCTION reads.record TO anjuan_reader, anjuan_recorder;
GRANT EXECUTE ON FUNCTION reads.expire TO anjuan_recorder;
