"""What was once written can be read for ever: one golden file per stored type and schema, byte for byte.

In ``earlier`` are the same types as they were written before they had further fields; what grew twice has its second
bytes in a folder of its own.

A new type gets its file from ``python -m tests.contract.write_golden``. A changed file means that old logs cannot be
read any more: raise the type's schema and add an upcaster instead.
"""

import json
from pathlib import Path

import pytest

from adapters.eventstore.codec import decode_state, encode_state
from adapters.eventstore.event_types import EVENT_TYPES
from domain.kernel import Event
from tests.support.samples import SAMPLES, fact

GOLDEN = Path(__file__).parent / "golden"
FILES = sorted(GOLDEN.glob("*.json"))
EARLIER = sorted((GOLDEN / "earlier").rglob("*.json"))


def file_of(cls: type[Event]) -> Path:
    return GOLDEN / f"{cls.TYPE}.{cls.SCHEMA}.json"


def test_every_stored_type_has_a_golden_file_and_no_file_is_left_over() -> None:
    assert {file_of(cls).name for cls in EVENT_TYPES.values()} == {path.name for path in FILES}


@pytest.mark.parametrize("path", [*FILES, *EARLIER], ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_old_bytes_load_and_are_written_the_same_again(path: Path) -> None:
    stored_type, _, schema = path.stem.rpartition(".")
    old = path.read_bytes()
    assert encode_state(decode_state(stored_type, int(schema), old)) == old


@pytest.mark.parametrize("stored_type", sorted(EVENT_TYPES))
def test_the_bytes_of_today_are_the_bytes_of_then(stored_type: str) -> None:
    event = SAMPLES[stored_type]
    assert encode_state(fact(event)) == file_of(type(event)).read_bytes()


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_state_bytes_are_canonical(path: Path) -> None:
    old = path.read_bytes()
    plain = json.loads(old, parse_float=_refuse_float)
    assert set(plain) == {"data", "meta"}
    assert json.dumps(plain, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode() == old


@pytest.mark.parametrize("stored_type", sorted(EVENT_TYPES))
def test_a_sample_fills_every_field(stored_type: str) -> None:
    data = json.loads(file_of(EVENT_TYPES[stored_type]).read_bytes())["data"]
    assert set(data) == set(EVENT_TYPES[stored_type].__struct_fields__)


def _refuse_float(text: str) -> float:
    pytest.fail(f"a float in an event: {text}")
