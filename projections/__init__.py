"""Views and feeds, as data and pure functions over events."""
