"""Evaluating criteria: one line for each, with the value found and the value it was held against."""

from collections.abc import Callable

Parameter = Callable[[str], int]
"""Gives a rule's parameter by name."""
