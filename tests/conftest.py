"""Fixtures that several folders share."""

from collections.abc import Iterator

import pytest

from adapters.postgres.embedded import EmbeddedServer
from tests.support import database


@pytest.fixture(scope="session")
def postgres() -> Iterator[EmbeddedServer]:
    with database.server() as running:
        yield running


@pytest.fixture
def database_url(postgres: EmbeddedServer) -> Iterator[str]:
    with database.database(postgres) as url:
        yield url
