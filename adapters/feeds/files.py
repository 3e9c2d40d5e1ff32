"""Contracts as files: what ``infra/feeds`` ships, and what somebody wants to have approved."""

from pathlib import Path
from typing import Any

import msgspec
import yaml

from adapters.reference import INFRA
from domain.errors import InvalidValue
from domain.feeds.contract import Contract

_SET_BY_THE_ACT = {"version": 0, "approver": ""}


class BadContract(InvalidValue):
    """A file that holds no contract; the detail names file and place."""

    code = "BAD_CONTRACT"
    zh = "共享约定文件格式不正确"
    en = "The file holds no contract"


def read_contract(path: Path) -> Contract:
    """Return the contract in a YAML file, not approved yet. Raises BadContract, OSError."""
    try:
        given: Any = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise BadContract(path.name) from error
    if not isinstance(given, dict):
        raise BadContract(path.name)
    unknown = given.keys() - set(Contract.__struct_fields__) | given.keys() & _SET_BY_THE_ACT.keys()
    if unknown:
        raise BadContract(f"{path.name}: {', '.join(sorted(map(str, unknown)))}")
    try:
        return msgspec.convert({**given, **_SET_BY_THE_ACT}, Contract)
    except msgspec.ValidationError as error:
        raise BadContract(f"{path.name}: {error}") from error


def shipped_contracts() -> list[Contract]:
    """Return the contracts of ``infra/feeds``, by department."""
    return [read_contract(path) for path in sorted((INFRA / "feeds").glob("*.yaml"))]
