"""Views fed from Kafka: the log in a topic, and workers of a consumer group that fold it with the same code."""
