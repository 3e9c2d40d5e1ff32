"""Witnesses as processes: an office outside the bureau signs what continues what it has signed, and nothing else."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from adapters.house import House
from adapters.postgres.connections import connect
from adapters.transparency.keys import SigningKey, new_key
from adapters.transparency.notary import turn
from adapters.transparency.proving import newest_head
from adapters.transparency.setting_up import ensure_keys
from adapters.transparency.standing import add_witness, standing
from tests.support.command_line import arguments, environment
from tests.support.many_cases import write_cases
from tests.support.serving import free_port, open_test_house


@pytest.fixture
def house(database_url: str, tmp_path: Path) -> Iterator[House]:
    with open_test_house(tmp_path, database_url) as opened:
        ensure_keys(opened)
        write_cases(opened.log, 1, 10)
        yield opened


def signed(house: House, minutes: int = 0) -> int:
    """A turn of the notary, published."""
    with connect(house.locate, "anjuan_notary") as connection:
        return turn(connection, house, now=house.now() + timedelta(minutes=minutes), last=True)


class Watching:
    """A witness as a process, and where its memory is."""

    def __init__(self, folder: Path, key: SigningKey, port: int) -> None:
        self.memory = folder / "memory"
        self.key = key
        self.url = f"http://127.0.0.1:{port}"


@contextmanager
def witness(folder: Path, house: House, key: SigningKey) -> Iterator[Watching]:
    """``anjuan witness serve`` for a log."""
    folder.mkdir(exist_ok=True)
    (folder / "key").write_text(key.text)
    port = free_port()
    logs = [word for each in ensure_keys(house) for word in ("--log", each.verifier.text)]
    words = ("witness", "serve", "--key", str(folder / "key"), "--memory", str(folder / "memory"), "--port", str(port))
    process = subprocess.Popen(arguments(*words, *logs), env=environment(folder, ""), stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        assert "witness" in process.stdout.readline()
        yield Watching(folder, key, port)
    finally:
        process.kill()
        process.communicate()


def test_a_witness_countersigns_and_one_that_went_back_is_told(house: House, tmp_path: Path) -> None:
    key = new_key("witness.example", "cosignature")
    with witness(tmp_path / "w", house, key) as watching:
        add_witness(house, watching.url, key.verifier.text)
        first = signed(house)
        assert (standing(house).witnessed, standing(house).witnesses[0].fault) == (first, "")
        shutil.copytree(tmp_path / "w", tmp_path / "earlier")
        write_cases(house.log, 2, 5)
        second = signed(house, 2)
        assert standing(house).witnesses[0].size == second
    for part in (tmp_path / "w").glob("memory*"):
        part.unlink()
    for part in (tmp_path / "earlier").glob("memory*"):
        shutil.copy(part, tmp_path / "w" / part.name)
    write_cases(house.log, 3, 5)
    with witness(tmp_path / "w", house, key) as watching:
        add_witness(house, watching.url, key.verifier.text)
        signed(house, 4)
        assert standing(house).witnesses[0].fault == f"WITNESS_WENT_BACK {second} > {first}"
        assert standing(house).witnessed == second


def test_a_witness_refuses_a_fork_a_stranger_and_a_lie(house: House, tmp_path: Path) -> None:
    key = new_key("witness.example", "cosignature")
    size = signed(house)
    with connect(house.locate, "anjuan_reader") as reader, witness(tmp_path / "w", house, key) as watching:
        note = newest_head(reader).note.whole

        def post(body: str) -> httpx.Response:
            return httpx.post(f"{watching.url}/add-checkpoint", content=body)

        assert post(f"old 0\n\n{note}").status_code == 200
        again = post(f"old 0\n\n{note}")
        assert (again.status_code, again.text, again.headers["content-type"]) == (409, f"{size}\n", "text/x.tlog.size")
        assert post(f"old {size}\n\n{note}").status_code == 200
        assert post(f"old {size + 1}\n\n{note}").status_code == 400
        assert post("old x\n\n").status_code == 400
        assert post(f"old 0\n\n{note.replace('anjuan.invalid', 'elsewhere.invalid')}").status_code == 404
        lie = note.replace(f"{size}\n", f"{size + 1}\n", 1)
        assert post(f"old {size}\n\n{lie}").status_code == 403
        write_cases(house.log, 2, 5)
        signed(house, 2)
        newer = newest_head(reader).note.whole
        assert post(f"old {size}\n\n{newer}").status_code == 422
        assert httpx.post(f"{watching.url}/other", content="").status_code == 404
