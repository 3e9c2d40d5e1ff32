"""Audit of visits: who went, by role; visits too near in time; the same two together."""
