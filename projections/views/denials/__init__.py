"""Denials: one row per act that was refused for want of authority."""
