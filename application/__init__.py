"""Carries commands out: facts, decision, append; reactions; long runs."""
