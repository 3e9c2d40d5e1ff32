"""Coverage 覆盖: whom the log knows, where, how old, what was established of them, what they receive."""
