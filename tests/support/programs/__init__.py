"""Programs that tests run as real processes, to be raced and killed."""
