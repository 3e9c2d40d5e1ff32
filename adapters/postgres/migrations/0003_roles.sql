-- Who may do what. Logins are the DBA's; they get these roles (infra/postgres/roles.sql makes them where we may not).

DO $$
DECLARE name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['anjuan_writer', 'anjuan_projector', 'anjuan_reader'] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) THEN
            EXECUTE format('CREATE ROLE %I NOLOGIN', name);
        END IF;
        -- From PostgreSQL 16 on, making a role does not yet allow taking it on.
        EXECUTE format('GRANT %I TO CURRENT_USER', name);
    END LOOP;
END $$;

GRANT USAGE ON SCHEMA log TO anjuan_writer, anjuan_projector, anjuan_reader;
GRANT USAGE ON SCHEMA views TO anjuan_writer, anjuan_reader;
GRANT USAGE, CREATE ON SCHEMA views TO anjuan_projector;
GRANT SELECT ON ALL TABLES IN SCHEMA log TO anjuan_writer, anjuan_projector, anjuan_reader;
GRANT INSERT ON log.events, log.commands, log.streams TO anjuan_writer;
GRANT UPDATE (version, last_hash) ON log.streams TO anjuan_writer;
GRANT UPDATE (position, recorded_at) ON log.head TO anjuan_writer;
REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA log FROM PUBLIC;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA log TO anjuan_writer;
