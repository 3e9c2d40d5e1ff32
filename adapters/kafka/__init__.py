"""Kafka: how to reach it, topics, producing in transactions by two clients, consuming in groups, living with outages.

Knows nothing of feeds, signals or views, which are above it.
"""
