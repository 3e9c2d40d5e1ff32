"""YAML that remembers where it stood: every value with its file and line, also after files were merged."""

from pathlib import Path
from typing import Any, NamedTuple

import yaml

_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_MERGE = "tag:yaml.org,2002:merge"


class RuleDataFault(ValueError):
    """Rule data that cannot be used: the file, the line (from 1), the path of the key, and what is wrong with it."""

    def __init__(self, path: Path, line: int, where: str, fault: str) -> None:
        """Keep where the fault is: ``where`` is a path such as ``versions[0].limits.accept.days``."""
        name = f"{path.parent.name}/{path.name}" if path.parent.name == "templates" else path.name
        super().__init__(f"{name}:{line}: {where or 'file'}: {fault}")
        self.path = path
        self.line = line
        self.where = where
        self.fault = fault


class Marked(NamedTuple):
    """A value: a mapping of keys to Marked, a list of Marked, or a scalar; and the file and line it was read from."""

    value: Any
    path: Path
    line: int

    def entries(self) -> "dict[str, Marked]":
        """Return the mapping, an empty one if the value is none."""
        return self.value if isinstance(self.value, dict) else {}

    def items(self) -> "list[Marked]":
        """Return the list, an empty one if the value is none."""
        return self.value if isinstance(self.value, list) else []

    def beside(self, value: object) -> "Marked":
        """Return another value as if it stood in this one's place."""
        return self._replace(value=value)


def read_marked(path: Path) -> Marked:
    """Return the document of a file. Raises RuleDataFault: no such file, not UTF-8, not YAML, a key given twice."""
    try:
        loader = _Loader(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as fault:
        raise RuleDataFault(path, 1, "", "cannot be read as UTF-8 text") from fault
    try:
        root = loader.get_single_node()
        return Marked(None, path, 1) if root is None else _marked(loader, path, root)
    except yaml.YAMLError as fault:
        mark = getattr(fault, "problem_mark", None)
        # yaml's own sentence goes over several lines.
        raise RuleDataFault(path, mark.line + 1 if mark else 1, "", " ".join(str(fault).split())) from fault
    except RecursionError as fault:
        raise RuleDataFault(path, 1, "", "an anchor holds itself") from fault
    finally:
        loader.dispose()


def merged(under: Marked | None, over: Marked) -> Marked:
    """Lay one value over another: mappings merge deeply, a null deletes its key, all else takes the place."""
    if not isinstance(over.value, dict):
        return over
    result = dict(under.entries()) if under is not None else {}
    for key, value in over.value.items():
        if value.value is None:
            result.pop(key, None)
        else:
            result[key] = merged(result.get(key), value)
    return over.beside(result)


def plain(marked: Marked) -> Any:  # noqa: ANN401  what a file holds is known only after msgspec.convert
    """Return the value without marks."""
    match marked.value:
        case dict():
            return {key: plain(value) for key, value in marked.value.items()}
        case list():
            return [plain(item) for item in marked.value]
        case _:
            return marked.value


def _marked(loader: yaml.SafeLoader, path: Path, node: yaml.Node, line: int = 0) -> Marked:
    line = line or node.start_mark.line + 1
    match node:
        case yaml.MappingNode():
            return Marked(_mapping(loader, path, node), path, line)
        case yaml.SequenceNode():
            return Marked([_marked(loader, path, item) for item in node.value], path, line)
        case _:
            try:
                return Marked(loader.construct_object(node), path, line)
            except ValueError as fault:
                raise RuleDataFault(path, line, "", f"not a value: {node.value}") from fault


def _mapping(loader: yaml.SafeLoader, path: Path, node: yaml.MappingNode) -> dict[str, Marked]:
    """A key is where the reader looks, so its line counts, not that of its value."""
    given: set[str] = set()
    for key, _ in node.value:
        name, line = _name(loader, path, key)
        if name in given:
            raise RuleDataFault(path, line, name, "given twice")
        given.add(name)
    loader.flatten_mapping(node)
    named = [(*_name(loader, path, key), value) for key, value in node.value]
    return {name: _marked(loader, path, value, line) for name, line, value in named}


def _name(loader: yaml.SafeLoader, path: Path, key: yaml.Node) -> tuple[str, int]:
    line = key.start_mark.line + 1
    name = "<<" if key.tag == _MERGE else loader.construct_object(key)
    if not isinstance(name, str):
        raise RuleDataFault(path, line, "", "a mapping with text keys is expected")
    return name, line
