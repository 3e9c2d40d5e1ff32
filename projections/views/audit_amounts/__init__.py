"""Audit of amounts: confirmations whose amount does not come out again from what they kept."""
