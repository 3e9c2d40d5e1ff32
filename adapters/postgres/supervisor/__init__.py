"""Running a PostgreSQL server of our own: a direct child that cannot outlive this process."""
