"""``anjuan bench``: our log, handler and views beside the eventsourcing library's own, in one run on one server."""
