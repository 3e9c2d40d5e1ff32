-- The transparency log (docs/decisions/0018): Merkle trees over the records of logs, in tiles, and their signed heads.
-- Whoever signs heads can write here and nowhere else; the log can be read by it, no more.

DO $$
BEGIN
    IF to_regrole('anjuan_notary') IS NULL THEN
        CREATE ROLE anjuan_notary NOLOGIN;
    END IF;
    -- From PostgreSQL 16 on, making a role does not yet allow taking it on.
    GRANT anjuan_notary TO CURRENT_USER;
END $$;

CREATE SCHEMA tree;

-- How many records of a log are in its tree. Moved together with the tiles, under the row's lock: exactly once.
CREATE TABLE tree.sizes (
    tree     text        PRIMARY KEY,
    size     bigint      NOT NULL DEFAULT 0,
    moved_at timestamptz NOT NULL DEFAULT clock_timestamp()
) WITH (fillfactor = 50);
INSERT INTO tree.sizes (tree) VALUES ('events'), ('heads');

-- 256 hashes each (C2SP tlog-tiles); only the last of a level is shorter, and is overwritten by what it grows to.
CREATE TABLE tree.tiles (
    tree   text     NOT NULL,
    level  smallint NOT NULL,
    number bigint   NOT NULL,
    hashes bytea    NOT NULL CHECK (length(hashes) BETWEEN 32 AND 8192 AND length(hashes) % 32 = 0),
    PRIMARY KEY (tree, level, number)
);
ALTER TABLE tree.tiles ALTER COLUMN hashes SET STORAGE EXTERNAL;

-- The newest signed head of each tree, for proofs of what has just been recorded.
CREATE TABLE tree.latest (
    tree      text        PRIMARY KEY,
    size      bigint      NOT NULL,
    note      text        NOT NULL,
    signed_at timestamptz NOT NULL
) WITH (fillfactor = 50);

-- Heads that were published: kept for ever, with the signatures of witnesses as they come in.
CREATE TABLE tree.checkpoints (
    tree      text        NOT NULL,
    size      bigint      NOT NULL,
    note      text        NOT NULL,
    signed_at timestamptz NOT NULL,
    PRIMARY KEY (tree, size)
);
CREATE TABLE tree.cosignatures (
    tree      text        NOT NULL,
    size      bigint      NOT NULL,
    witness   text        NOT NULL,
    line      text        NOT NULL,
    signed_at timestamptz NOT NULL,
    PRIMARY KEY (tree, size, witness)
);

-- Offices outside the bureau that countersign: what they have last signed, and why the last try failed.
CREATE TABLE tree.witnesses (
    name   text        PRIMARY KEY,
    url    text        NOT NULL,
    key    text        NOT NULL,
    size   bigint      NOT NULL DEFAULT 0,
    asked_at timestamptz,
    fault  text        NOT NULL DEFAULT ''
);

-- The last version of every stream as the last heads.sealed event has it, in the order of their names.
CREATE TABLE tree.sealed_heads (
    stream text    PRIMARY KEY COLLATE "C",
    number bigint  NOT NULL,
    seq    integer NOT NULL,
    hash   bytea   NOT NULL
);

CREATE FUNCTION tree.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'published heads stay: % on %.% is refused', TG_OP, TG_TABLE_SCHEMA, TG_TABLE_NAME
        USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER checkpoints_stay BEFORE UPDATE OR DELETE OR TRUNCATE ON tree.checkpoints
    FOR EACH STATEMENT EXECUTE FUNCTION tree.refuse_change();
CREATE TRIGGER cosignatures_stay BEFORE UPDATE OR DELETE OR TRUNCATE ON tree.cosignatures
    FOR EACH STATEMENT EXECUTE FUNCTION tree.refuse_change();

GRANT USAGE ON SCHEMA log, tree TO anjuan_notary;
GRANT USAGE ON SCHEMA tree TO anjuan_reader;
GRANT SELECT ON ALL TABLES IN SCHEMA tree TO anjuan_notary, anjuan_reader;
GRANT SELECT ON log.events, log.head, log.streams TO anjuan_notary;
GRANT UPDATE ON tree.sizes TO anjuan_notary;
GRANT DELETE ON tree.tiles TO anjuan_notary;  -- of the tree over sealed heads, which is made anew each time
GRANT INSERT, UPDATE ON tree.tiles, tree.latest, tree.witnesses TO anjuan_notary;
GRANT DELETE ON tree.witnesses TO anjuan_notary;
GRANT INSERT ON tree.checkpoints, tree.cosignatures TO anjuan_notary;
GRANT INSERT, DELETE ON tree.sealed_heads TO anjuan_notary;
