"""The secret of an installation: made once, whole, whoever comes first."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from adapters.vault.keys import BadKeyFile, read_or_make_key


def test_all_who_come_at_once_get_the_same_key(tmp_path: Path) -> None:
    for number in range(20):
        home = tmp_path / str(number)
        with ThreadPoolExecutor(8) as callers:
            keys = set(callers.map(read_or_make_key, [home] * 8))
        assert len(keys) == 1
        assert [file.name for file in home.iterdir()] == ["secret.key"]


def test_the_key_is_for_its_owner_alone(tmp_path: Path) -> None:
    read_or_make_key(tmp_path)
    assert (tmp_path / "secret.key").stat().st_mode & 0o077 == 0


def test_half_a_key_is_refused(tmp_path: Path) -> None:
    (tmp_path / "secret.key").write_bytes(b"half")
    with pytest.raises(BadKeyFile):
        read_or_make_key(tmp_path)
