-- The vault: what only it may know of a person. A database of its own, beside the log's (docs/decisions/0018-sealing.md).

DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'anjuan_vault') THEN
        CREATE ROLE anjuan_vault NOLOGIN;
    END IF;
    GRANT anjuan_vault TO CURRENT_USER;
END $$;

CREATE SCHEMA IF NOT EXISTS vault;

-- Keyed hash of an ID number -> subject: the table alone tells nobody who is who.
CREATE TABLE vault.person (
    id_hash bytea PRIMARY KEY CHECK (length(id_hash) = 32),
    subject text  NOT NULL
);
CREATE INDEX person_subject ON vault.person (subject);

-- Subjects that are erased, by the event that says so. For ever: a key for them is never made again.
CREATE TABLE vault.erased (
    subject   text        PRIMARY KEY,
    event_id  text        NOT NULL,
    erased_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- One data key for each subject, purpose and epoch (the civil year in which it was made), wrapped by a key-encryption key.
CREATE TABLE vault.data_key (
    key_id       bytea       PRIMARY KEY CHECK (length(key_id) = 16),
    subject      text        NOT NULL,
    purpose      text        NOT NULL,
    epoch        integer     NOT NULL,
    suite        text        NOT NULL,
    kek          text        NOT NULL,
    wrapped      bytea,
    made_at      timestamptz NOT NULL DEFAULT clock_timestamp(),
    destroyed_at timestamptz,
    UNIQUE (subject, purpose, epoch),
    CHECK ((wrapped IS NULL) = (destroyed_at IS NOT NULL))
);
-- The key-encryption key that new keys are wrapped under, once it has been changed.
CREATE TABLE vault.current_kek (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    kek text NOT NULL
);

CREATE INDEX data_key_kek ON vault.data_key (kek, key_id) WHERE wrapped IS NOT NULL;

-- A key for an erased subject is refused, whoever asks. The lock: erasing and making a key never pass each other by.
CREATE FUNCTION vault.refuse_erased() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
    IF NEW.wrapped IS NOT NULL THEN
        PERFORM pg_advisory_xact_lock_shared(hashtextextended(NEW.subject, 4711320902));
        IF EXISTS (SELECT FROM vault.erased e WHERE e.subject = NEW.subject) THEN
            RAISE EXCEPTION 'the subject is erased' USING ERRCODE = 'AJ001';
        END IF;
        IF TG_OP = 'UPDATE' AND OLD.wrapped IS NULL THEN
            RAISE EXCEPTION 'a destroyed key stays destroyed' USING ERRCODE = 'AJ001';
        END IF;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER data_key_never_again BEFORE INSERT OR UPDATE ON vault.data_key
    FOR EACH ROW EXECUTE FUNCTION vault.refuse_erased();

CREATE FUNCTION vault.refuse_change() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
    RAISE EXCEPTION '% on %.% is refused', TG_OP, TG_TABLE_SCHEMA, TG_TABLE_NAME
        USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER erased_for_ever BEFORE UPDATE OR DELETE OR TRUNCATE ON vault.erased
    FOR EACH STATEMENT EXECUTE FUNCTION vault.refuse_change();
CREATE TRIGGER data_key_kept BEFORE DELETE OR TRUNCATE ON vault.data_key
    FOR EACH STATEMENT EXECUTE FUNCTION vault.refuse_change();

-- The key of each subject, made now where there is none; ids and wrapped are those of the keys to make.
CREATE FUNCTION vault.keys_for(
    subjects text[], for_purpose text, in_epoch integer, ids bytea[], by_suite text, by_kek text, wrapped_keys bytea[]
) RETURNS TABLE (subject text, key_id bytea, suite text, kek text, wrapped bytea)
LANGUAGE plpgsql SET search_path = pg_catalog AS $$
#variable_conflict use_column
BEGIN
    -- A process that does not know yet that the key-encryption key has changed must not use the old one.
    PERFORM pg_advisory_xact_lock_shared(4711320903);
    IF EXISTS (SELECT FROM vault.current_kek c WHERE c.kek <> by_kek) THEN
        RAISE EXCEPTION 'the key-encryption key has changed' USING ERRCODE = 'AJ002';
    END IF;
    INSERT INTO vault.data_key (key_id, subject, purpose, epoch, suite, kek, wrapped)
    SELECT n.id, n.subject, for_purpose, in_epoch, by_suite, by_kek, n.wrapped
      FROM unnest(ids, subjects, wrapped_keys) AS n (id, subject, wrapped)
     WHERE NOT EXISTS (SELECT FROM vault.data_key k
                        WHERE k.subject = n.subject AND k.purpose = for_purpose AND k.epoch = in_epoch)
     ORDER BY n.subject  -- in one order: no deadlocks
        ON CONFLICT DO NOTHING;
    RETURN QUERY SELECT k.subject, k.key_id, k.suite, k.kek, k.wrapped FROM vault.data_key k
      WHERE k.subject = ANY (subjects) AND k.purpose = for_purpose AND k.epoch = in_epoch;
END $$;

CREATE FUNCTION vault.change_kek(name text) RETURNS void LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(4711320903);
    INSERT INTO vault.current_kek (kek) VALUES (name) ON CONFLICT (one) DO UPDATE SET kek = excluded.kek;
END $$;

-- Erase a subject: keys destroyed, its number forgotten. Doing it twice changes nothing.
CREATE FUNCTION vault.erase(whose text, by_event text) RETURNS integer
LANGUAGE plpgsql SET search_path = pg_catalog AS $$
DECLARE destroyed integer;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended(whose, 4711320902));
    INSERT INTO vault.erased (subject, event_id) VALUES (whose, by_event) ON CONFLICT DO NOTHING;
    UPDATE vault.data_key k SET wrapped = NULL, destroyed_at = clock_timestamp()
     WHERE k.subject = whose AND k.wrapped IS NOT NULL;
    GET DIAGNOSTICS destroyed = ROW_COUNT;
    DELETE FROM vault.person p WHERE p.subject = whose;
    RETURN destroyed;
END $$;

REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA vault FROM PUBLIC;
GRANT USAGE ON SCHEMA vault TO anjuan_vault;
GRANT SELECT, INSERT, DELETE ON vault.person TO anjuan_vault;
GRANT SELECT, INSERT, UPDATE ON vault.current_kek TO anjuan_vault;
GRANT SELECT, INSERT ON vault.erased TO anjuan_vault;
GRANT SELECT, INSERT ON vault.data_key TO anjuan_vault;
GRANT UPDATE (wrapped, kek, destroyed_at) ON vault.data_key TO anjuan_vault;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA vault TO anjuan_vault;
