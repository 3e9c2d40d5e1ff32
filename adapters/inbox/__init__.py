"""Signals of other departments in: from bytes to what the application takes, over whichever door they come."""
