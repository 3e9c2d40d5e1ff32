"""One file per action: its command, its decision, its entry for the registry. Actions never import each other."""
