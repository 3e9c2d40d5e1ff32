"""Leads 主动发现: what signals may open, person by person, and whether it was."""
