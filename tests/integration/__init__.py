"""Real PostgreSQL, real files, real processes."""
