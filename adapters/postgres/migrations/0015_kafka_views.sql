-- Views fed from Kafka (docs/decisions/0023): the same tables as in schema views, and how far each partition is in them.

CREATE SCHEMA views_kafka AUTHORIZATION anjuan_projector;
GRANT USAGE ON SCHEMA views_kafka TO anjuan_reader;

-- A row for each view and partition, moved in the transaction that folds a batch into the view's rows.
CREATE TABLE views.kafka_checkpoint (
    view         text        NOT NULL,
    partition    integer     NOT NULL,
    version      integer     NOT NULL,
    lo           integer     NOT NULL,            -- the slices of streams that lie in the partition
    hi           integer     NOT NULL,
    next         bigint      NOT NULL DEFAULT 0,  -- the offset to go on from
    position     bigint      NOT NULL DEFAULT 0,  -- of the last event that was folded
    moved_at     timestamptz NOT NULL DEFAULT clock_timestamp(),
    fault        text        NOT NULL DEFAULT '', -- why it stands still: class and place, never a value
    PRIMARY KEY (view, partition)
) WITH (fillfactor = 50);
ALTER TABLE views.kafka_checkpoint OWNER TO anjuan_projector;
GRANT SELECT ON views.kafka_checkpoint TO anjuan_reader;
