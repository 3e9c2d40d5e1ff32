"""Feeds: what other departments receive of our events, under which contract."""
