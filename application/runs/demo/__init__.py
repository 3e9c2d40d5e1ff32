"""The demonstration: invented households, and what happens to their cases. Same seed, same cases."""
