"""Samples: what was drawn of the decisions under a grant, and what the inspections found."""
