"""Verifying a log: everything is computed again from its bytes, and held against what an auditor kept or was given."""
