"""Add a note 备注."""

from domain.cases.action import Action
from domain.cases.events import CaseEvent
from domain.cases.events.closing import NoteAdded
from domain.cases.facts import Facts
from domain.cases.guards import may, stated
from domain.cases.state import CaseState
from domain.kernel import Command, Personal


class AddNote(Command):
    """``text`` may speak of persons, so it is kept like their data."""

    text: Personal[str]


def decide(case: CaseState, command: AddNote, facts: Facts) -> list[CaseEvent]:
    """Add a note at any time; the same words again are another note."""
    may(case, "add_note", facts)
    return [NoteAdded(text=stated("text", command.text))]


ACTION = Action(name="add_note", command=AddNote, decide=decide, zh="备注", en="Add note", power="record")
