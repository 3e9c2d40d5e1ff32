"""Persons as a form names them."""

from domain.cases.guards import stated
from domain.errors import BadIdNumber, InvalidValue
from domain.identity import check_citizen_id
from domain.kernel import Personal, Value

_MOST_PERSONS = 1_000
"""No household is larger, and every column takes what follows from it."""


class PersonNamed(Value, forbid_unknown_fields=True):
    """A person as the form names them; the subject is looked up by the ID number.

    At a rescue station somebody may have no name or number yet: both are then empty.
    """

    name: Personal[str]
    id_number: Personal[str]
    relation: str = "本人"
    phone: Personal[str] = ""


def checked_person(where: str, person: PersonNamed) -> None:
    """Check name and ID number (GB 11643). Raises BadIdNumber or InvalidValue naming the field, never the value."""
    fault = check_citizen_id(person.id_number)
    if fault is not None:
        raise BadIdNumber(f"{where}.id_number: {fault}")
    stated(f"{where}.name", person.name)


def counted(persons: int) -> int:
    """Return the number of persons of a household. Raises InvalidValue for none, and for more than there can be."""
    if not 1 <= persons <= _MOST_PERSONS:
        raise InvalidValue("persons")
    return persons
