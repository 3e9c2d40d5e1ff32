"""Feeds on their way out: contracts from files, messages, HTTP and Kafka."""
