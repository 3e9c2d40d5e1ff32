"""Policies: where each stands, what was said to it and answered, how its pilot goes."""
