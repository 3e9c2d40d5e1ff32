"""Released feeds as files: what each department was last told it can rely on (``infra/feeds/released``).

A release has two numbers. What readers need not care for raises the second; what breaks them raises the first, and is
written only by who says so: the file's difference is what the department agrees to before the contract is approved.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import msgspec

from adapters.feeds.compatibility import Change, Released, changes
from adapters.feeds.envelope import KEY, attributes_schema
from adapters.feeds.schemas import message_schema
from adapters.kafka.connection import KafkaSettings
from adapters.kafka.topics import feed_topic
from adapters.reference import INFRA
from domain.errors import InvalidValue, Refused
from domain.feeds.contract import Contract

RELEASED = INFRA / "feeds" / "released"
_FIRST = "1.0"


class BadRelease(InvalidValue):
    """A file that holds no release; the detail names file and place."""

    code = "BAD_RELEASE"
    zh = "已发布格式文件不正确"
    en = "The file holds no released feed"


class BreakingChange(Refused):
    """A release that would break who reads the one before; the detail names the first change."""

    code = "BREAKING_CHANGE"
    zh = "改动与已发布格式不兼容，须经部门同意后以 --breaking 发布"
    en = "The change breaks readers of what was released: agree on it with the department, then release --breaking"


def feed_of(contract: Contract, release: str = _FIRST) -> Released:
    """Return the feed as a contract makes it, whichever version the contract is."""
    messages = {each.type: _schema(contract, each.type) for each in contract.events}
    return Released(
        department=contract.department,
        release=release,
        manner=tuple(sorted(contract.manner)),
        topic=feed_topic(KafkaSettings().prefix, contract.department),
        key=KEY,
        attributes=attributes_schema(),
        messages=messages,
    )


def read_released(folder: Path = RELEASED) -> dict[str, Released]:
    """Return what was released, by department. Raises BadRelease, OSError."""
    found = [_read(path) for path in sorted(folder.glob("*.json"))]
    return {each.department: each for each in found}


def differences(contracts: Iterable[Contract], released: dict[str, Released]) -> list[Change]:
    """Return what contracts would change for their readers."""
    return changes(released, {each.department: feed_of(each) for each in contracts})


def release(contract: Contract, folder: Path = RELEASED, *, breaking: bool = False) -> Released:
    """Write a contract's feed as released; what has not changed stays untouched. Raises BreakingChange, OSError."""
    before = read_released(folder).get(contract.department)
    found = differences([contract], {before.department: before} if before else {})
    broken = [change for change in found if change.breaks]
    if broken and not breaking:
        raise BreakingChange(f"{contract.department} {broken[0].type} {broken[0].path}: {broken[0].kind}")
    now = feed_of(contract, _numbered(before, breaks=bool(broken), changed=bool(found)))
    if now != before:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{contract.department}.json").write_bytes(_bytes(now))
    return now


def withdraw(department: str, folder: Path = RELEASED, *, breaking: bool = False) -> None:
    """Take back the release of a feed that has no contract any more. Raises BreakingChange, OSError."""
    if not breaking:
        raise BreakingChange(f"{department}: feed_removed")
    (folder / f"{department}.json").unlink()


def _schema(contract: Contract, event_type: str) -> dict[str, Any]:
    """Return the schema as a file holds it, without the version of the contract: approval gives that."""
    schema: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(message_schema(contract, event_type)))
    return {key: part for key, part in schema.items() if key != "$id"}


def _numbered(before: Released | None, *, breaks: bool, changed: bool) -> str:
    if before is None:
        return _FIRST
    first, second = map(int, before.release.split("."))
    if breaks:
        return f"{first + 1}.0"
    return f"{first}.{second + 1}" if changed else before.release


def _read(path: Path) -> Released:
    try:
        found = msgspec.json.decode(path.read_bytes(), type=Released)
        _numbered(found, breaks=False, changed=False)
    except ValueError as error:  # of msgspec, or of the number of the release
        raise BadRelease(path.name) from error
    if found.department != path.stem:
        raise BadRelease(f"{path.name}: department")
    return found


def _bytes(feed: Released) -> bytes:
    return msgspec.json.format(msgspec.json.encode(feed, order="deterministic"), indent=2) + b"\n"
