"""Shared givens, builders and fixtures."""
