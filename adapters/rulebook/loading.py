"""Rule data from files: every fault of every file, or the data, with the place of each thing."""

from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec
from msgspec.structs import replace

from adapters.reference import INFRA
from adapters.rulebook.filling import filled
from adapters.rulebook.marked import Marked, RuleDataFault, plain, read_marked
from adapters.rulebook.shapes import faults_of
from domain.authority.powers import Grant, PowerItem
from domain.cases.vocabulary import VOCABULARY
from domain.kernel import Value
from domain.rulebook.book import Rulebook
from domain.rulebook.check import check
from domain.rulebook.faults import Fault, RuleData, text_of
from domain.rulebook.rules import Matter, RuleVersion


class _MatterFile(Value):
    """The file of a matter, once it is filled."""

    matter: Matter
    versions: tuple[RuleVersion, ...]
    powers: dict[str, PowerItem] = {}
    grants: dict[str, Grant] = {}


class Loaded:
    """What files gave: the data of those without a fault, the faults of the others, and where each thing stands."""

    def __init__(self, paths: Iterable[Path]) -> None:
        """Read the files."""
        self.data = RuleData()
        self.faults: list[RuleDataFault] = []
        self._places: dict[str, tuple[str, Marked]] = {}
        for path in paths:
            self._read(path)

    def placed(self, faults: Iterable[Fault]) -> list[RuleDataFault]:
        """Return faults that a check found as those of file and line; one in a template is told once, for all."""
        told: dict[tuple[object, ...], tuple[RuleDataFault, list[str]]] = {}
        for fault in faults:
            one = self._placed(fault)
            told.setdefault((one.path, one.line, one.fault), (one, []))[1].append(fault.of)
        return [
            RuleDataFault(one.path, one.line, one.where, f"{one.fault} [{', '.join(ids)}]")
            for one, ids in told.values()
        ]

    def _placed(self, fault: Fault) -> RuleDataFault:
        """The nearest place that is written in a file."""
        where, marked = self._places[fault.of]
        for key in fault.path:
            below = marked.entries().get(key) if isinstance(key, str) else dict(enumerate(marked.items())).get(key)
            if below is None:
                break
            marked = below
        return RuleDataFault(marked.path, marked.line, _joined(where, fault.path), text_of(fault))

    def _read(self, path: Path) -> None:
        try:
            document = filled(read_marked(path))
        except RuleDataFault as fault:
            self.faults.append(fault)
            return
        faults = [_told_of(fault, path) for fault in faults_of(document, _MatterFile)]
        faults = faults or list(self._repeated(document))
        self.faults += faults
        if not faults:
            self._take(document)

    def _repeated(self, document: Marked) -> Iterator[RuleDataFault]:
        known = set(self._places)
        for where, marked in _things(document):
            id_ = plain(marked.value["id"])
            if id_ in known:
                at = marked.value["id"]
                yield RuleDataFault(at.path, at.line, f"{where}.id", f"given twice: {id_}")
            known.add(id_)

    def _take(self, document: Marked) -> None:
        self._places.update({plain(marked.value["id"]): (where, marked) for where, marked in _things(document)})
        file = msgspec.convert(plain(document), _MatterFile)
        self.data = RuleData(
            matters=(*self.data.matters, file.matter),
            powers=(*self.data.powers, *file.powers.values()),
            grants=(*self.data.grants, *file.grants.values()),
            versions=(*self.data.versions, *file.versions),
        )


def read_rulebook(path: Path) -> Loaded:
    """Return what a file, or every ``*.yaml`` of a folder in order of name, gives."""
    return Loaded(sorted(path.glob("*.yaml")) if path.is_dir() else (path,))


def check_rulebook(loaded: Loaded) -> list[RuleDataFault]:
    """Return every fault of what was read: of form, or, if there is none, of sense. Matters that we ship are known."""
    shipped = Rulebook().with_matters(read_rulebook(INFRA / "rulebook").data.matters)
    found = loaded.faults or loaded.placed(check(loaded.data, shipped, VOCABULARY))
    return sorted(found, key=lambda fault: (fault.path, fault.line))


def load_rulebook(folder: Path) -> RuleData:
    """Return the rule data of a folder, or of one file. Raises RuleDataFault: the first fault of the first file."""
    loaded = read_rulebook(folder)
    for fault in loaded.faults:
        raise fault
    return loaded.data


def load_delegations(path: Path) -> tuple[Grant, ...]:
    """Return the grants of a file that is a list of them. Raises RuleDataFault."""
    document = read_marked(path)
    for fault in faults_of(document, tuple[Grant, ...]):
        raise fault
    return msgspec.convert(plain(document), tuple[Grant, ...])


def shipped_rules() -> RuleData:
    """Return everything that ``infra/`` has: matters, powers, grants with the delegations, rule versions."""
    data = load_rulebook(INFRA / "rulebook")
    delegations = INFRA / "authority" / "delegations.yaml"
    return replace(data, grants=(*data.grants, *load_delegations(delegations))) if delegations.exists() else data


def _things(document: Marked) -> Iterator[tuple[str, Marked]]:
    """Everything with an id, with its path."""
    yield "matter", document.value["matter"]
    for index, version in enumerate(document.value["versions"].items()):
        yield f"versions[{index}]", version
    for key in ("powers", "grants"):
        for name, row in document.value[key].entries().items():
            yield f"{key}.{name}", row


def _told_of(fault: RuleDataFault, path: Path) -> RuleDataFault:
    """A fault in a template says for which file it was read."""
    if fault.path == path:
        return fault
    return RuleDataFault(fault.path, fault.line, fault.where, f"{fault.fault} [{path.name}]")


def _joined(where: str, path: tuple[str | int, ...]) -> str:
    return where + "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in path)
