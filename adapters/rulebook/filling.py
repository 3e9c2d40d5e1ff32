"""A matter's file as it is meant: templates laid under, versions like earlier ones, what follows from the matter."""

from pathlib import Path
from typing import Any

from adapters.reference import INFRA
from adapters.rulebook.marked import Marked, RuleDataFault, merged, read_marked

_SHIPPED = INFRA / "rulebook"
_KEYS = ("powers", "grants")
_OWN = ("id", "valid_from", "valid_to", "pilot", "policy", "cites_pilot")
"""What a version never has from the one that it is like."""


def filled(document: Marked) -> Marked:
    """Return the document with everything that it leaves to templates, to earlier versions and to its matter.

    Raises RuleDataFault: no such template or version, templates that hold each other. All else is left to be told
    by the shape: what is not a mapping stays as it is.
    """
    template = _template(document, ())
    rows = {key: value for key, value in document.entries().items() if key not in ("like", "versions")}
    for key in _KEYS:
        over = rows.get(key, document.beside({}))
        rows[key] = merged(template.entries().get(key), over)
    matter = rows.get("matter", document.beside(None))
    rows["powers"] = _with(rows["powers"], lambda key, row: _power(matter, key, row))
    rows["grants"] = _with(rows["grants"], lambda key, row: _grant(matter, key, row))
    if "versions" in document.entries():
        rows["versions"] = _versions(document.value["versions"], template.entries().get("version"), matter)
    return document.beside(rows) if isinstance(document.value, dict) else document


def _template(document: Marked, seen: tuple[str, ...]) -> Marked:
    """Return what the template of a document gives, with what the template's own template gives."""
    like = document.entries().get("like")
    if like is None:
        return document.beside({})
    if like.value in seen:
        raise RuleDataFault(like.path, like.line, "like", "templates that are like each other")
    template = read_marked(_template_path(document.path, like))
    rows = template.entries()
    for key in rows:
        if key not in ("like", *_KEYS, "version"):
            raise RuleDataFault(template.path, rows[key].line, key, "unknown key")
    return merged(_template(template, (*seen, like.value)), template)


def _template_path(path: Path, like: Marked) -> Path:
    """Templates lie beside the files that use them; those that we ship are there for every file."""
    beside = path.parent if path.parent.name == "templates" else path.parent / "templates"
    for folder in (beside, _SHIPPED / "templates"):
        found = folder / f"{like.value}.yaml"
        if found.is_file():
            return found
    raise RuleDataFault(like.path, like.line, "like", f"no template {like.value}")


def _with(rows: Marked, change: Any) -> Marked:  # noqa: ANN401  a function of key and row
    if not isinstance(rows.value, dict):
        return rows
    return rows.beside({key: change(key, row) for key, row in rows.value.items()})


def _power(matter: Marked, key: str, row: Marked) -> Marked:
    id_ = _text(matter, "id")
    return _laid(row, {"id": f"{id_}.{key}", "matter": id_, "power": key})


def _grant(matter: Marked, key: str, row: Marked) -> Marked:
    id_, power = _text(matter, "id"), _text(row, "power")
    if not power:
        return row
    rest = row.beside({name: value for name, value in row.value.items() if name != "power"})
    return _laid(rest, {"id": f"{id_}.{key}", "item": f"{id_}.{power}"})


def _versions(rows: Marked, template: Marked | None, matter: Marked) -> Marked:
    done: dict[str, Marked] = {}
    result = []
    for index, row in enumerate(rows.items()):
        version = _version(row, _under(row, done, template, f"versions[{index}].like"), matter)
        done[_text(version, "id")] = version
        result.append(version)
    return rows.beside(result) if isinstance(rows.value, list) else rows


def _under(row: Marked, done: dict[str, Marked], template: Marked | None, where: str) -> Marked | None:
    like = row.entries().get("like")
    if like is None:
        return template
    if like.value not in done:
        raise RuleDataFault(like.path, like.line, where, f"no version {like.value} above this one")
    found = done[like.value]
    return found.beside({key: value for key, value in found.entries().items() if key not in _OWN})


def _version(row: Marked, under: Marked | None, matter: Marked) -> Marked:
    if not isinstance(row.value, dict):
        return row
    laid = merged(under, row.beside({key: value for key, value in row.value.items() if key != "like"}))
    given = {"matter": _text(matter, "id"), "subject": _text(matter, "subject")}
    titles = {"title_zh": _text(matter, "zh"), "title_en": _text(matter, "en")}
    missing = {key: text for key, text in {**given, **titles}.items() if key not in laid.value}
    return _laid(laid, missing)


def _laid(row: Marked, texts: dict[str, str]) -> Marked:
    if not isinstance(row.value, dict):
        return row
    return row.beside({**row.value, **{key: row.beside(text) for key, text in texts.items()}})


def _text(row: Marked, key: str) -> str:
    found = row.entries().get(key)
    return found.value if found is not None and isinstance(found.value, str) else ""
