"""Signals of other departments in: from bytes to what the application takes, over whichever door they come.

``decoding`` and ``taking`` serve every door; ``following`` is the one to Kafka, ``parked`` and ``replaying`` what it
could not take in.
"""
