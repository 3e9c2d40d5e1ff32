"""Stored and published formats that must not change."""
