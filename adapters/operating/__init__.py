"""The operator's doors to the projections: what can be seen and done, the same for command line, API and pages."""
