"""The worklist: one row per case, what is due next, who has it."""
