"""The case file: the whole state of every case, as folded."""
