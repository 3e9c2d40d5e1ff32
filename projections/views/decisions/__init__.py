"""Decisions: one row per decision on a case, with the grant it was made under."""
