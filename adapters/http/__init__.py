"""The HTTP surface: actions, reads, documents, operations. The pages of adapters/web are mounted into it."""
