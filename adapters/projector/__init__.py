"""Runs views: reads the log, folds, writes rows and checkpoint in one transaction."""
