"""Kafka: how to reach it, topics, producing in transactions; two clients behind one port."""
