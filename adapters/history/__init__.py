"""Case histories of other systems, in and out: XES (IEEE 1849) and CSV."""
