"""Fixtures that several folders share."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from adapters.postgres.embedded import EmbeddedServer
from tests.support import database

if TYPE_CHECKING:
    from tests.support.kafka import Broker


@pytest.fixture(scope="session")
def postgres() -> Iterator[EmbeddedServer]:
    with database.server() as running:
        yield running


@pytest.fixture
def database_url(postgres: EmbeddedServer) -> Iterator[str]:
    with database.database(postgres) as url:
        yield url


@pytest.fixture(scope="session")
def kafka() -> "Iterator[Broker]":
    """A real broker for all tests: topics have unique names, and a test that ends it starts it again."""
    from tests.support.kafka import broker  # noqa: PLC0415  only those who need Kafka pay for its import

    with broker() as running:
        yield running
