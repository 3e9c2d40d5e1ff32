"""Identify 身份查明: somebody who was helped without a name turns out to be a known person (DOMAIN §2.13)."""

from domain.cases.action import Action
from domain.cases.events import CaseEvent
from domain.cases.events.intake import SubjectIdentified
from domain.cases.facts import Facts
from domain.cases.guards import may, stated, today
from domain.cases.parts import Person
from domain.cases.persons import PersonNamed, checked_person
from domain.cases.state import CaseState
from domain.errors import WrongOrder
from domain.kernel import Command


class IdentifySubject(Command):
    """``source``: police, DNA, family … The history under the temporary identity stays as it was."""

    person: PersonNamed
    source: str


def decide(case: CaseState, command: IdentifySubject, facts: Facts) -> list[CaseEvent]:
    """Merge the temporary subject into the person's own."""
    checked_person("person", command.person)
    members = case.household.members if case.household else ()
    subject = facts.subjects[command.person.id_number]
    if "identified" in case.done and any(member.subject == subject for member in members):
        return []
    may(case, "identify_subject", facts)
    unnamed = next((member for member in members if not member.id_number), None)
    if unnamed is None:
        raise WrongOrder("identify_subject: identified")
    named = command.person
    person = Person(
        subject=subject, name=named.name, id_number=named.id_number, relation=unnamed.relation, phone=named.phone
    )
    return [
        SubjectIdentified(
            temporary=unnamed.subject,
            person=person,
            identified_on=today(facts.act),
            source=stated("source", command.source),
        )
    ]


ACTION = Action(
    name="identify_subject",
    command=IdentifySubject,
    decide=decide,
    zh="身份查明",
    en="Identify the person",
    power="inquire",
)
