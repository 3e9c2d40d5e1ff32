"""Pure decisions, without input or output."""
