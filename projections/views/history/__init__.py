"""The history: one row per event, who and when, over all cases."""
