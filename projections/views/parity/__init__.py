"""Parity 一体性: the same matter in every county, in town and country: decisions, refusals, days, money."""
