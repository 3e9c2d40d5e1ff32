"""All actions by name, found in the ``actions`` folder."""

from importlib import import_module
from pkgutil import iter_modules

from domain.cases import actions
from domain.cases.action import Action


def _find() -> dict[str, Action]:
    names = sorted(module.name for module in iter_modules(actions.__path__))
    found: list[Action] = [import_module(f"{actions.__name__}.{name}").ACTION for name in names]
    return {action.name: action for action in found}


ACTIONS: dict[str, Action] = _find()
