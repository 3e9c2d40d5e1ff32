"""Reads on record: who has read whose case file, when, why and by which door; a log of its own."""
