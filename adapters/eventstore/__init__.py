"""The event log: codec, mapper, recorder, writer. The only importer of the eventsourcing library."""
