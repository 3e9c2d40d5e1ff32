"""One folder per view: schema.sql, view.py (event -> row changes), queries.py (reads)."""
