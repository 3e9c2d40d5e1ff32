"""Feeds for other departments: contracts, messages, and the ways out.

``reading`` makes messages of the log (``cases``, ``persons``, ``messages``); ``delivering`` hands them out over HTTP,
``sending`` gives them to the relay (``relay``, ``source``, ``progress``, ``ahead``), which views from Kafka use too.
``deliveries`` counts; ``sent``, ``held`` and ``reconciling`` compare with what a department holds; ``lagging`` and
``overview`` are for whoever looks after it. ``schemas``, ``envelope``, ``describing`` and ``asyncapi*`` tell machines;
``released`` and ``compatibility`` keep promises to them. Below it: ``adapters.kafka``, which knows nothing of feeds.
"""
