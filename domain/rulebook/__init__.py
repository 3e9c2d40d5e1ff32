"""Matters 事项 and their rule versions."""
