"""Erasing a person: whose what, the run that is finished whatever happens, its journal and its certificate."""
