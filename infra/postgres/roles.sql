-- Roles of Anjuan, for a server where its login may not make roles. Run once as a superuser, then name that login:
--   psql -v login=anjuan -f infra/postgres/roles.sql
-- Where the login has CREATEROLE, or owns the server as the embedded one does, the migrations make them.

CREATE ROLE anjuan_writer NOLOGIN;     -- appends to the log; can change or delete nothing in it
CREATE ROLE anjuan_projector NOLOGIN;  -- reads the log, owns the read models
CREATE ROLE anjuan_reader NOLOGIN;     -- reads the log and the read models: also for auditors
CREATE ROLE anjuan_notary NOLOGIN;     -- reads the log, writes the transparency log's tree and its signed heads
CREATE ROLE anjuan_recorder NOLOGIN;   -- lets old records of reads expire
CREATE ROLE anjuan_vault NOLOGIN;      -- the vault's own database: keys and the index of persons
GRANT anjuan_writer, anjuan_projector, anjuan_reader, anjuan_notary, anjuan_recorder, anjuan_vault TO :"login" WITH ADMIN OPTION;
