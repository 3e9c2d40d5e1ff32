"""The case 案件: what may happen to it and what it is."""
