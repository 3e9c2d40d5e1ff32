"""Tests, written as sentences."""
