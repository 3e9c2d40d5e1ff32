"""Warnings 预警: signals that put a running entitlement in doubt, and what was made of them."""
