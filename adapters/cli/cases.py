"""Finding the case that somebody names: by id, or by the number on the paper."""

from adapters.commands import known_case_id
from adapters.house import House
from application.ports import case_stream
from domain.errors import InvalidValue, UnknownCase
from domain.kernel import CaseId
from projections.views.worklist.queries import case_by_number


def found_case(house: House, name: str) -> CaseId:
    """Return the id. Raises UnknownCase; InvalidValue when several imported cases share the number."""
    case_id = known_case_id(name)
    if case_id is not None and house.log.stream(case_stream(case_id), 0, 1):
        return case_id
    rows = house.read(*case_by_number(name)) if "\0" not in name and _has_worklist(house) else []
    if not rows:
        raise UnknownCase
    if len(rows) > 1:
        raise InvalidValue("number: several cases")
    return CaseId(rows[0]["case_id"])


def _has_worklist(house: House) -> bool:
    """A house that nobody served yet has no views."""
    return bool(house.read("SELECT to_regclass('views.worklist') AS found")[0]["found"])
