"""Rule versions as data: one YAML file per matter in ``infra/rulebook``, checked key by key when it is loaded."""

from pathlib import Path
from typing import Any, TypeVar, get_args

import msgspec
import yaml

from domain.cases.registry import ACTIONS
from domain.cases.state import Stage
from domain.rulebook.rules import LIMITS, Limit, RuleVersion, Step

T = TypeVar("T", bound=msgspec.Struct)

_STAGES = frozenset(get_args(Stage))


class RuleDataFault(ValueError):
    """Rule data that cannot be used: the file, the path of the key, and what is wrong with it."""

    def __init__(self, path: Path, where: str, fault: str) -> None:
        """Keep where the fault is: ``where`` is a path such as ``[0].limits.accept.days``."""
        super().__init__(f"{path.name}: {where or 'file'}: {fault}")
        self.path = path
        self.where = where


def load_rules(folder: Path) -> tuple[RuleVersion, ...]:
    """Return all rule versions of the folder, by file name and then in the order of the file.

    Raises RuleDataFault: not YAML, a key missing, unknown or of a wrong type, an id given twice.
    """
    versions: dict[str, RuleVersion] = {}
    for path in sorted(folder.glob("*.yaml")):
        for index, version in enumerate(_versions(path)):
            if version.id in versions:
                raise RuleDataFault(path, f"[{index}].id", "given twice")
            versions[version.id] = version
    return tuple(versions.values())


def _versions(path: Path) -> list[RuleVersion]:
    try:
        rows = yaml.safe_load(path.read_text(encoding="utf-8"))
    except yaml.YAMLError as fault:
        # yaml's own sentence names line and column, over several lines.
        raise RuleDataFault(path, "", " ".join(str(fault).split())) from fault
    if not isinstance(rows, list):
        raise RuleDataFault(path, "", "a list of rule versions is expected")
    return [_version(path, f"[{index}]", row) for index, row in enumerate(rows)]


def _version(path: Path, where: str, row: object) -> RuleVersion:
    parts = _mapping(path, where, row)
    limits = _parts(path, f"{where}.limits", parts.get("limits"), Limit)
    steps = _parts(path, f"{where}.steps", parts.get("steps"), Step)
    version = _convert(path, where, parts | {"limits": {}, "steps": {}}, RuleVersion)
    _complete(path, f"{where}.limits", LIMITS, limits)
    _complete(path, f"{where}.steps", tuple(ACTIONS), steps)
    for name, step in steps.items():
        for stage in step.stages:
            if stage not in _STAGES:
                raise RuleDataFault(path, f"{where}.steps.{name}.stages", f"unknown stage {stage}")
    return msgspec.structs.replace(version, limits=limits, steps=steps)


def _parts(path: Path, where: str, rows: object, shape: type[T]) -> dict[str, T]:
    return {name: _convert(path, f"{where}.{name}", row, shape) for name, row in _mapping(path, where, rows).items()}


def _convert(path: Path, where: str, row: object, shape: type[T]) -> T:
    known = {field.name for field in msgspec.structs.fields(shape)}
    for key in _mapping(path, where, row):
        if key not in known:
            raise RuleDataFault(path, f"{where}.{key}", "unknown key")
    try:
        return msgspec.convert(row, shape)
    except msgspec.ValidationError as fault:
        sentence, _, inner = str(fault).partition(" - at `$")
        raise RuleDataFault(path, where + inner.rstrip("`"), sentence) from fault


def _complete(path: Path, where: str, names: tuple[str, ...], given: dict[str, T]) -> None:
    for name in names:
        if name not in given:
            raise RuleDataFault(path, f"{where}.{name}", "missing")
    for name in given:
        if name not in names:
            raise RuleDataFault(path, f"{where}.{name}", "unknown key")


def _mapping(path: Path, where: str, row: object) -> dict[str, Any]:
    if not isinstance(row, dict) or not all(isinstance(key, str) for key in row):
        raise RuleDataFault(path, where, "a mapping with text keys is expected")
    return row
