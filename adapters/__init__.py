"""Everything that touches the world: databases, HTTP, pages, command line, files."""
