"""The dashboard: how many cases stand where, and how long steps take."""
