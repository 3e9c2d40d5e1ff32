"""Where a fault is said to be: a line of ours, though it was raised in a library that is installed beside us."""

import pytest
from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict

from adapters.projector.poison import told


def test_the_place_is_the_last_line_of_ours() -> None:
    with pytest.raises(ProgrammingError) as raised:
        conninfo_to_dict("no such setting")
    fault = told(raised.value)
    assert fault.error == "ProgrammingError"
    assert fault.place.startswith("tests/unit/test_place_of_fault.py:")


def test_no_error_has_no_place() -> None:
    assert told(None).place == ""
