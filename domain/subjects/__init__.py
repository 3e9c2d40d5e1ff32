"""Subjects: what a person receives, over all cases and counties."""
