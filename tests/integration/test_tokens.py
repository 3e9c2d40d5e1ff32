"""Tokens of posts: known by their hash alone, good until they expire."""

import time
from pathlib import Path

import psycopg

from adapters.tokens import LIFETIME
from tests.support.builders import HANDLER
from tests.support.houses import house_on

EXPIRE = "UPDATE access.tokens SET expires_at = clock_timestamp() + interval '0.3 seconds'"


def test_a_token_that_was_used_before_expires_all_the_same(database_url: str, tmp_path: Path) -> None:
    with house_on(database_url, tmp_path) as house:
        token = house.tokens.make(HANDLER.id, "holder")
        with psycopg.connect(database_url, autocommit=True) as owner:
            owner.execute(EXPIRE)
        assert house.tokens.holder(token) is not None
        time.sleep(0.4)
        assert house.tokens.holder(token) is None


def test_a_token_says_for_whom_and_how_long_it_is_good(database_url: str, tmp_path: Path) -> None:
    with house_on(database_url, tmp_path) as house:
        holder = house.tokens.holder(house.tokens.make(HANDLER.id, "holder"))
        assert holder is not None
        assert (holder.post, holder.actor) == (HANDLER.id, "holder")
        assert (
            LIFETIME.total_seconds() - 60
            < (holder.expires_at - house.now()).total_seconds()
            <= LIFETIME.total_seconds()
        )
        assert house.tokens.holder("anj_other") is None


def test_the_database_does_not_know_the_token_itself(database_url: str, tmp_path: Path) -> None:
    with house_on(database_url, tmp_path) as house, psycopg.connect(database_url) as owner:
        token = house.tokens.make(HANDLER.id, "holder")
        (row,) = owner.execute("SELECT t::text FROM access.tokens t").fetchall()
        assert token not in row[0]
        assert token.encode().hex() not in row[0]
